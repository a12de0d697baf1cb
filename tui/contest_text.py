"""Contests as a list for people, and as examples and contrasts for an entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import yaml

from tui.page import Page
from tui.plain import one_line, printable
from tui.records import Contest

_LINE = 120


def show_contests(page: Page, contests: Iterable[Contest]) -> None:
    """A line for what was claimed and one for the words it was about."""
    for contest in contests:
        claim = "said it" if contest.heard else "did not say it"
        page.line(
            (f"{contest.id:>4}  ", "dim"),
            (f"{contest.made.astimezone():%Y-%m-%d}  ", "dim"),
            (one_line(f"{contest.address} {contest.point}", 120), "bold"),
            (f": {claim}", ""),
        )
        if words := words_of(contest):
            page.say(f"“{one_line(words, 300)}”", indent=6)


def words_of(contest: Contest) -> str:
    """The words it is about, on one line; empty where none were pointed at."""
    return " ".join(printable(contest.answer[contest.start : contest.end]).split())


def as_yaml(contests: Sequence[Contest], misconceptions: Collection[tuple[str, str]]) -> str:
    """Examples and contrasts by point, in the shape of the entries they are additions to, a document an entry.

    The newest word on a phrase counts; a contest that points at no words has nothing to add.

    Args:
        misconceptions: address and id of those of the bank; every other point is a tell.
    """
    latest = {(c.address, c.point, words): c.heard for c in contests if (words := words_of(c))}
    questions: dict[str, dict[str, Any]] = {}
    for (address, point, words), heard in latest.items():
        kind = "misconceptions" if (address, point) in misconceptions else "tells"
        points = questions.setdefault(address, {"id": address.rpartition("/")[2]}).setdefault(kind, [])
        place = next((p for p in points if p["id"] == point), None)
        if place is None:
            points.append(place := {"id": point})
        place.setdefault("examples" if heard else "contrasts", []).append(words)
    documents: dict[str, dict[str, Any]] = {}
    for address, question in sorted(questions.items()):
        entry = address.partition("/")[0]
        if address == entry:
            documents[entry] = question
        else:
            documents.setdefault(entry, {"id": entry}).setdefault("follow_ups", []).append(question)
    if not documents:
        return ""
    return yaml.safe_dump_all(documents.values(), sort_keys=False, allow_unicode=True, width=_LINE, explicit_start=True)
