"""The places beside the questions, each led through in one coroutine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tui.plain import one_line
from tui.records import Attempt, Draft, Predicted
from tui.screens.demo import DemoScreen
from tui.screens.pick import PickScreen
from tui.store import utc_now

if TYPE_CHECKING:
    from bank.entry import Claim
    from tui.app import TellsApp
    from tui.screens.history import HistoryChoice, HistoryRow


async def demos(app: TellsApp) -> None:
    """The list of all demos, and one after another."""
    from bank.demos import demo_names, demo_title

    names = demo_names()
    at = 0
    while True:
        picked = await app.push_screen_wait(PickScreen("Demos", [f"{demo_title(n)}" for n in names], at))
        if picked is None:
            return
        at = picked
        await app.push_screen_wait(_demo(app, names[picked], None))


async def demo_of_tell(app: TellsApp, entry: str, point: str) -> None:
    """The demo that backs a tell; of several the learner picks one."""
    claims = [c for c in app.bank.question(entry).entry.claims if point in c.tells] if app.bank else []
    if not claims:
        app.notify("No demo backs this one..")
        return
    at: int | None = 0
    if len(claims) > 1:
        at = await app.push_screen_wait(PickScreen("Which claim do you want to see?", [one_line(c.says) for c in claims]))
    if at is not None:
        await app.push_screen_wait(_demo(app, claims[at].demo, claims[at]))


def _demo(app: TellsApp, name: str, claim: Claim | None) -> DemoScreen:
    def keep(made: Predicted) -> None:
        app.memory.tell(lambda store: store.add_predicted(made))

    return DemoScreen(
        name, app.worker, claim=claim.says if claim else "", settings=dict(claim.args) if claim else None, keep=keep
    )


async def drill(app: TellsApp) -> None:
    """A round on the tells that are due; where none are, on the next ones or on new ones."""
    from tui.drill import Drill, due_items, new_items
    from tui.screens.drill import DrillScreen

    assert app.bank is not None
    most = app.settings.drill_size
    due = await app.memory.ask(lambda store: store.due(), ())
    cards = await app.memory.ask(lambda store: store.cards(), ())
    items = due_items(app.bank, due, most)
    if not items:
        ahead, fresh = due_items(app.bank, cards, most), new_items(app.bank, cards, most)
        both = ((f"Ask {len(ahead)} ahead of time", ahead), (f"Ask {len(fresh)} new ones", fresh))
        choices = [choice for choice in both if choice[1]]
        if not choices:
            app.notify("There is nothing to drill: the bank has no tells with a probe.")
            return
        picked = await app.push_screen_wait(PickScreen("No tell is due", [words for words, _ in choices]))
        if picked is None:
            return
        items = choices[picked][1]
    round_ = Drill(app.memory, app.worker, app.settings.retention)
    await app.push_screen_wait(DrillScreen(items, round_, await round_.draft(items[0])))


async def history(app: TellsApp) -> None:
    """Every answer; one can be shown again or graded, two be compared."""
    from tui.screens.history import HistoryScreen

    at = 0
    while True:
        attempts = await app.memory.ask(lambda store: store.attempts(), ())
        rows = tuple(_history_row(app, attempt) for attempt in reversed(attempts))
        choice: HistoryChoice | None = await app.push_screen_wait(HistoryScreen(rows, at))
        if choice is None:
            return
        at = next((i for i, row in enumerate(rows) if row.attempt.id == choice.attempts[-1].id), 0)
        await _revisit(app, choice)


def _history_row(app: TellsApp, attempt: Attempt) -> HistoryRow:
    from tui.screens.history import HistoryRow

    entry = app.bank.entries.get(attempt.entry) if app.bank else None
    if entry is None:
        return HistoryRow(attempt, "", False)
    return HistoryRow(attempt, entry.title, attempt.entry_hash != entry.content_hash)


async def _revisit(app: TellsApp, choice: HistoryChoice) -> None:
    from bank import UnknownEntry
    from tui.screens.compare import CompareScreen
    from tui.session import Room, Session

    assert app.bank is not None
    attempt = choice.attempts[0]
    try:
        question = app.bank.question(attempt.address)
    except UnknownEntry as error:
        app.notify(str(error), severity="error")
        return
    if choice.kind == "compare":
        await app.push_screen_wait(CompareScreen(question, *choice.attempts))
        return
    await Session(app, Room(app.memory, app.worker, app.settings, app.bank), question).revisit(attempt)


async def stats(app: TellsApp) -> None:
    """Levels over time, tells, calibration."""
    from tui.screens.stats import StatsScreen
    from tui.statistics import Statistics, statistics
    from tui.store import Store

    def counted(store: Store) -> Statistics:
        return statistics(
            store.attempts(), store.probes(), store.self_grades(), store.predictions(), store.cards(), utc_now(),
            store.contests(),
        )  # fmt: skip

    nothing = statistics((), (), (), (), (), utc_now())
    await app.push_screen_wait(StatsScreen(await app.memory.ask(counted, nothing)))


async def problems(app: TellsApp) -> None:
    """What is wrong with the bank."""
    from tui.screens.author import ProblemsScreen

    assert app.bank is not None
    await app.push_screen_wait(ProblemsScreen(app.bank.problems))


async def new_entry(app: TellsApp) -> None:
    """A new entry from the template, in the user's own folder."""
    from bank.template import template
    from tui.folders import entries_folder
    from tui.screens.name import NameScreen

    def refuse(id: str) -> str:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id) or len(id) > 80:
            return "Use small letters, digits and single hyphens, such as vanishing-gradients."
        if app.bank is not None and id in app.bank.entries:
            return f"There is an entry {id!r} already. Press E on it to edit it."
        return ""

    id = await app.push_screen_wait(NameScreen("The id of the new entry", "vanishing-gradients", refuse))
    if id is not None:
        path = entries_folder() / f"{id}.yaml"
        await _author(app, path, _read(path) or template(id), "")


async def edit_entry(app: TellsApp, id: str) -> None:
    """An entry in the user's own folder; a shipped one is copied there first, and only when it is saved."""
    from tui.folders import entries_folder

    assert app.bank is not None
    source = app.bank.sources.get(id)
    own = entries_folder() / f"{id}.yaml"
    path = own if source is None or _is_shipped(source) else source
    text = _read(own if own.exists() else source or own)
    if text is None:
        app.notify(f"{source or own} cannot be read.", severity="error")
        return
    await _author(app, path, text, text if path == source else "")


async def _author(app: TellsApp, path: Path, text: str, saved: str) -> None:
    from bank import Problem
    from bank.load import parse_entry
    from tui.folders import write_private
    from tui.screens.author import AuthorScreen

    place = f"~{path}"
    draft = await app.memory.ask(lambda store: store.draft(place), None)

    def check(text: str) -> tuple[Problem, ...]:
        return tuple(sorted(parse_entry(text, path).problems))

    def write(text: str) -> str:
        try:
            write_private(path, text)
        except OSError as error:
            return f"{path} was not saved: {error.strerror or error}."
        return ""

    def keep(text: str) -> None:
        app.memory.tell(lambda store: store.save_draft(Draft(place, text, 0.0, "interview", utc_now())))

    if draft is not None and draft.answer != text:
        app.notify("Your unsaved draft of this entry goes on.")
        text = draft.answer
    screen = AuthorScreen(path, text, saved=saved, check=check, write=write, keep=keep)
    if await app.push_screen_wait(screen):
        await app.read_bank()


def _is_shipped(path: Path) -> bool:
    from bank.load import SHIPPED

    return path.parent == SHIPPED


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


async def settings(app: TellsApp) -> None:
    """The settings, felt and kept at once."""
    from tui.keys import known_bindings
    from tui.screens.options import SettingsScreen

    themes = tuple(sorted(app.available_themes, key=lambda name: (not name.startswith("tells"), name)))
    await app.push_screen_wait(SettingsScreen(app.settings, themes, app.change, known_bindings(), app.problems))
