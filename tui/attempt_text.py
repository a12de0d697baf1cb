"""Attempts as text: a list of them, one with its verdict, two at one question side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.page import Page, Piece
from tui.plain import one_line, printable
from tui.records import Attempt, Contest, Probe
from tui.times import clock

if TYPE_CHECKING:
    from bank.entry import Question
    from bank.load import Bank
    from grader.verdict import Rank, Verdict

COLOURS = {"below": "red", "L4": "yellow", "L5": "cyan", "L6": "green"}
_GUTTER = " | "


@dataclass(frozen=True, slots=True)
class Remembered:
    """An attempt, and what the bank knows of its question today.

    Attributes:
        question: None where the bank has it no more.
        has_changed: whether the entry was edited since; None where the bank has it no more.
    """

    attempt: Attempt
    question: Question | None

    @property
    def has_changed(self) -> bool | None:
        return None if self.question is None else self.question.entry.content_hash != self.attempt.entry_hash

    @property
    def title(self) -> str:
        return one_line(self.question.entry.title if self.question else self.attempt.address)


def remembered(bank: Bank, attempt: Attempt) -> Remembered:
    """The attempt beside its question, if the bank still has it."""
    from bank.errors import UnknownEntry

    try:
        return Remembered(attempt, bank.question(attempt.address))
    except UnknownEntry:
        return Remembered(attempt, None)


def level_name(level: Rank | None) -> str:
    """A level in at most three characters; a dot where there is none."""
    return {None: ".", "below": "<L4"}.get(level, str(level))


def moment(attempt: Attempt) -> str:
    """When it was handed in, by this machine's clock."""
    return f"{attempt.submitted.astimezone():%Y-%m-%d %H:%M}"


def show_list(page: Page, shown: Sequence[Remembered], earlier: int) -> None:
    """A line an attempt, in the order given; `earlier` more are only counted."""
    width = max((len(str(one.attempt.id)) for one in shown), default=0)
    for one in shown:
        attempt = one.attempt
        after = f" > {level_name(attempt.final)}" if attempt.final and attempt.final != attempt.level else ""
        page.line(
            (f"{attempt.id:>{width}}  {moment(attempt)}  ", "dim"),
            (f"{level_name(attempt.level):>3}", f"bold {COLOURS.get(attempt.level or '', '')}"),
            (f"{after:6} {clock(attempt.seconds):>6}  ", "dim"),
            (one_line(attempt.address), ""),
            (f"  {_remark(one)}" if _remark(one) else "", "yellow"),
        )
    if earlier:
        page.say(f"and {earlier} earlier: --limit {earlier + len(shown)} lists them all.", style="dim")


def _remark(one: Remembered) -> str:
    """What a line of the list adds: ungraded, entry changed, entry gone."""
    graded = "" if one.attempt.verdict or one.attempt.level else "not graded"
    since = {None: "no longer in the bank", True: "entry changed since", False: ""}[one.has_changed]
    return f"({', '.join(filter(None, (graded, since)))})" if graded or since else ""


def show_attempt(page: Page, one: Remembered, probes: Sequence[Probe], contests: Sequence[Contest]) -> None:
    """The answer, and what was asked and contested after it; the verdict is `verdict_of`'s."""
    attempt = one.attempt
    words = len(attempt.answer.split())
    page.line(("", ""), (f"Answer {attempt.id}", "bold"), (f"   {one_line(attempt.address)}", "dim"))
    page.say(
        f"{moment(attempt)}, {attempt.mode} mode, {clock(attempt.seconds)}, {words:,} word{'s' * (words != 1)}", style="dim"
    )
    show_warnings(page, one)
    page.gap()
    for line in printable(attempt.answer).split("\n"):
        page.say(line, indent=2)
    page.gap()
    for contest in contests:
        said = one_line(contest.answer[contest.start : contest.end], 200)
        claim = f"I said {contest.point} here: “{said}”" if contest.heard else f"I didn't say {contest.point}"
        page.line(("Contested: ", "bold"), (one_line(claim, 300), ""))
    for probe in probes:
        page.line(("Asked: ", "bold"), (one_line(probe.prompt), ""))
        page.say(one_line(probe.answer, 400), indent=2)
        page.say(_drawn_out(probe), indent=2, style="dim")
    if contests or probes:
        page.gap()


def show_warnings(page: Page, one: Remembered) -> None:
    """One line where the entry is not what it was."""
    if one.has_changed is None:
        page.say("The bank has no such question any more; the answer and its verdict are kept.", style="yellow")
    elif one.has_changed:
        page.say("The entry has changed since this answer was given; the verdict is the one given then.", style="yellow")


def _drawn_out(probe: Probe) -> str:
    if probe.heard is None:
        return "Not graded."
    return f"Heard: {', '.join(map(one_line, probe.heard))}." if probe.heard else "The point was not heard."


def show_verdict(page: Page, one: Remembered, width: int, colour: bool) -> str:
    """The page with what stands beside the verdict, then the verdict itself as `tells grade` prints it."""
    from tui.report import verdict_text

    attempt = one.attempt
    if attempt.verdict is None:
        page.say("Not graded yet: `tells practice`, then H, has it graded.", style="yellow")
        return page.text()
    if attempt.level != attempt.verdict.level:
        page.say(f"With your contests counted: {level_name(attempt.level)}.", style="bold")
    if attempt.final and attempt.final != attempt.level:
        page.say(f"With what the probes drew out: {level_name(attempt.final)}.", style="bold")
    if one.question is None:
        _show_heard(page, attempt.verdict)
        return page.text()
    verdict, gone = _still_known(one.question, attempt.verdict)
    if gone:
        page.say(f"Points that the entry no longer has: {', '.join(gone)}.", style="yellow")
    return page.text() + verdict_text(one.question, attempt.answer, verdict, width, colour)


def _still_known(question: Question, verdict: Verdict) -> tuple[Verdict, list[str]]:
    """The verdict on the points that the question still has, and the ids of the others."""
    known = {p.id for p in (*question.tells, *question.misconceptions)}
    told = (*verdict.tells, *verdict.misconceptions)
    kept = replace(
        verdict,
        tells=tuple(h for h in verdict.tells if h.id in known),
        misconceptions=tuple(h for h in verdict.misconceptions if h.id in known),
    )
    return kept, [one_line(h.id) for h in told if h.id not in known]


def _show_heard(page: Page, verdict: Verdict) -> None:
    """A verdict of which only the ids are left."""
    page.line(("Level  ", "bold"), (level_name(verdict.level), "bold"))
    for mark, points in (("+ ", verdict.tells), ("x ", verdict.misconceptions)):
        for heard in points:
            if heard.heard:
                page.line((mark, ""), (one_line(heard.id), "bold"), indent=2)
                for evidence in heard.evidence:
                    page.line(("“", "dim"), (f"{one_line(evidence.text, 300)}”", ""), indent=4)
    missed = [one_line(h.id) for h in verdict.tells if not h.heard]
    if missed:
        page.line(("Not heard: ", "bold"), (", ".join(missed), "dim"))


def points_of(attempt: Attempt) -> dict[str, bool]:
    """Whether each tell of the question was heard; empty where the answer was not graded."""
    return {h.id: h.heard for h in attempt.verdict.tells} if attempt.verdict else {}


def gained_and_lost(older: Attempt, newer: Attempt) -> tuple[list[str], list[str]]:
    """Tells heard in the newer answer alone, and in the older alone."""
    before, after = points_of(older), points_of(newer)
    order = [*before, *(id for id in after if id not in before)]
    gained = [id for id in order if after.get(id) and not before.get(id)]
    return gained, [id for id in order if before.get(id) and not after.get(id)]


def show_pair(page: Page, older: Remembered, newer: Remembered, width: int) -> None:
    """The older answer on the left, the newer on the right, then the tells of both."""
    page.line(("", ""), (newer.title, "bold"), (f"   {one_line(newer.attempt.address)}", "dim"))
    for one in (older, newer):
        if one.has_changed:
            page.say(f"The entry has changed since answer {one.attempt.id}.", style="yellow")
    page.gap()
    column = (width - len(_GUTTER)) // 2
    for left, right in _rows(_column(older.attempt, column), _column(newer.attempt, column)):
        page.line((_padded(left, column), ""), (_GUTTER, "dim"), (right, ""))
    page.gap()
    _show_points(page, older.attempt, newer.attempt)


def _column(attempt: Attempt, width: int) -> list[str]:
    side = Page(width, colour=False)
    level = level_name(attempt.level) if attempt.level else "follow-up" if attempt.verdict else "not graded"
    side.say(f"{attempt.id}: {level}, {len(attempt.answer.split()):,} words, {clock(attempt.seconds)}")
    side.say(moment(attempt))
    side.gap()
    for line in printable(attempt.answer).split("\n"):
        side.say(line)
    return side.text().splitlines()


def _rows(left: list[str], right: list[str]) -> list[tuple[str, str]]:
    most = max(len(left), len(right))
    return list(zip(left + [""] * (most - len(left)), right + [""] * (most - len(right)), strict=True))


def _padded(text: str, width: int) -> str:
    from rich.cells import cell_len

    return text + " " * max(0, width - cell_len(text))


def _show_points(page: Page, older: Attempt, newer: Attempt) -> None:
    before, after = points_of(older), points_of(newer)
    if not before or not after:
        page.say("Only graded answers can be compared tell by tell.", style="yellow")
        return
    for id in (*before, *(id for id in after if id not in before)):
        page.line(*(_sign(heard.get(id)) for heard in (before, after)), (f" {one_line(id)}", ""), indent=2)
    gained, lost = gained_and_lost(older, newer)
    page.line(("Gained: ", "bold"), (", ".join(map(one_line, gained)) or "nothing", "green"))
    page.line(("Lost: ", "bold"), (", ".join(map(one_line, lost)) or "nothing", "red"))


def _sign(heard: bool | None) -> Piece:
    """Heard, not heard, or no part of the entry then."""
    return {True: ("+ ", "bold green"), False: (". ", "dim"), None: ("  ", "")}[heard]
