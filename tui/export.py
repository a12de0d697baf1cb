"""The bank in other programs' forms: an Anki package, CSV, JSON."""

from __future__ import annotations

import csv
import hashlib
import html
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bank.entry import Entry, FollowUpTell, Misconception, Point, Tell

if TYPE_CHECKING:
    import genanki

    from tui.store import Store

CSV_COLUMNS = ("address", "title", "kind", "id", "level", "strong_hire", "says", "probe", "examples", "contrasts", "lowers")
ATTEMPT_COLUMNS = ("id", "address", "submitted", "mode", "seconds", "level", "final", "answer")
_ANKI_MODEL_ID = 1_607_392_811
_FORMULA_STARTS = ("=", "+", "-", "@")
_FRONT = '<div class="title">{{Title}}</div>{{Front}}'
_BACK = '{{FrontSide}}<hr id="answer">{{Says}}<div class="example">{{Example}}</div><div class="level">{{Level}}</div>'
_CSS = """\
.card { font-family: sans-serif; font-size: 20px; text-align: left; max-width: 40em; margin: auto; }
.title, .level { font-size: 14px; opacity: 0.6; }
.example { margin-top: 1em; font-style: italic; }
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A point of the bank, and the address of the question that it belongs to."""

    entry: Entry
    address: str
    prompt: str
    point: Point


def points(entries: Iterable[Entry]) -> Iterator[Placed]:
    """Every tell and misconception of every question, follow-ups included, in the bank's order."""
    for entry in entries:
        for point in (*entry.tells, *entry.misconceptions):
            yield Placed(entry, entry.id, entry.prompt, point)
        for follow_up in entry.follow_ups:
            for point in (*follow_up.tells, *follow_up.misconceptions):
                yield Placed(entry, f"{entry.id}/{follow_up.id}", follow_up.prompt, point)


def bank_json(entries: Iterable[Entry]) -> dict[str, Any]:
    """The entries as they stand in their files, with every default written out."""
    return {"schema": 1, "entries": [entry.model_dump(mode="json", by_alias=True) for entry in entries]}


def bank_csv(entries: Iterable[Entry]) -> str:
    """A row a point, lists with a line a text; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for placed in points(entries):
        writer.writerow(map(_cell, _row(placed)))
    return out.getvalue()


def history_json(store: Store) -> dict[str, Any]:
    """Everything that is remembered of practice: answers with their verdicts, what followed, and drafts."""
    from tui.store import as_plain

    kept = {
        "attempts": store.attempts(),
        "probes": store.probes(),
        "contests": store.contests(),
        "self_grades": store.self_grades(),
        "predictions": store.predictions(),
        "reviews": store.reviews(),
        "drafts": store.drafts(),
    }
    return {"schema": 1} | {name: [as_plain(record) for record in records] for name, records in kept.items()}


def history_csv(store: Store) -> str:
    """A row an attempt, without its verdict."""
    from tui.store import as_plain

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ATTEMPT_COLUMNS)
    for attempt in map(as_plain, store.attempts()):
        writer.writerow(_cell("" if attempt[name] is None else str(attempt[name])) for name in ATTEMPT_COLUMNS)
    return out.getvalue()


def write_anki(entries: Iterable[Entry], path: Path) -> int:
    """Writes an Anki package with a card a tell, and returns how many.

    A card's id follows from the ids of its question and its tell, so that a later import updates it and keeps its history.

    Raises:
        OSError: the file cannot be written.
    """
    import genanki

    model = genanki.Model(
        _ANKI_MODEL_ID,
        "Tells",
        fields=[{"name": name} for name in ("Title", "Front", "Says", "Example", "Level")],
        templates=[{"name": "Probe", "qfmt": _FRONT, "afmt": _BACK}],
        css=_CSS,
    )
    decks: dict[str, genanki.Deck] = {}
    count = 0
    for placed in points(entries):
        if isinstance(placed.point, FollowUpTell):
            entry = placed.entry
            name = f"Tells::{entry.title.replace('::', ':')}"
            deck = decks.setdefault(entry.id, genanki.Deck(_anki_id(entry.id), name))
            deck.add_note(_note(model, placed, placed.point))
            count += 1
    genanki.Package(list(decks.values())).write_to_file(str(path))
    return count


def _note(model: genanki.Model, placed: Placed, tell: FollowUpTell) -> genanki.Note:
    import genanki

    level = tell.level if isinstance(tell, Tell) else "follow-up"
    strong = ", strong hire" if isinstance(tell, Tell) and tell.strong_hire else ""
    fields = (
        placed.entry.title,
        tell.probe or placed.prompt,
        tell.says,
        tell.examples[0] if tell.examples else "",
        f"{level}{strong}",
    )
    return genanki.Note(
        model,
        [html.escape(field).replace("\n", "<br>") for field in fields],
        guid=genanki.guid_for("tells", placed.address, tell.id),
        tags=[placed.entry.id, level],
    )


def _anki_id(id: str) -> int:
    """A number that Anki takes for a deck's id, the same for the same entry on every machine."""
    return (1 << 30) + int.from_bytes(hashlib.sha256(f"tells {id}".encode()).digest()[:4], "big") % (1 << 30)


def _row(placed: Placed) -> tuple[str, ...]:
    point = placed.point
    return (
        placed.address,
        placed.entry.title,
        "misconception" if isinstance(point, Misconception) else "tell",
        point.id,
        point.level if isinstance(point, Tell) else "",
        str(point.strong_hire).lower() if isinstance(point, Tell) else "",
        point.says,
        point.probe if isinstance(point, FollowUpTell) else "",
        "\n".join(point.examples),
        "\n".join(point.contrasts),
        str(point.lowers) if isinstance(point, Misconception) else "",
    )


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
