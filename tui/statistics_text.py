"""How practice is going, as text and as JSON: counts beside every share, and nothing that is not counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui.attempt_text import COLOURS, level_name
from tui.page import Page, Piece
from tui.plain import one_line
from tui.records import Attempt, Contest
from tui.statistics import RANKS, Statistics, TellRecord
from tui.times import when

if TYPE_CHECKING:
    from grader.verdict import Rank

_MOST_TELLS = 12
_FEW_MARKS = 10  # self-grades below which a mean says nothing


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """How the answers to one question went, in levels reached unprompted."""

    address: str
    answers: int
    first: Rank
    best: Rank
    latest: Rank


@dataclass(frozen=True, slots=True)
class LevelRecord:
    """How often tells of one level came, over all graded answers."""

    level: str
    asked: int
    said: int


@dataclass(frozen=True, slots=True)
class Report:
    """What `tells stats` tells.

    Attributes:
        contested_heard, contested_missed: contests of points that the grader heard, and of points that it missed.
        next_due: when the next tell that is not due yet will be.
    """

    told: Statistics
    entries: tuple[EntryRecord, ...]
    tell_levels: tuple[LevelRecord, ...]
    contested_heard: int
    contested_missed: int
    next_due: datetime | None


def report(told: Statistics, attempts: Iterable[Attempt], contests: Sequence[Contest], now: datetime) -> Report:
    """The statistics, and what can be told beside them."""
    ahead = [tell.due for tell in told.tells if tell.due and tell.due > now]
    return Report(
        told,
        _entries(told),
        _tell_levels(attempts),
        sum(not c.heard for c in contests),
        sum(c.heard for c in contests),
        min(ahead, default=None),
    )


def _entries(told: Statistics) -> tuple[EntryRecord, ...]:
    levels: dict[str, list[Rank]] = {}
    for address, _, level, _ in told.levels:
        levels.setdefault(address, []).append(level)
    return tuple(
        EntryRecord(address, len(got), got[0], max(got, key=RANKS.index), got[-1]) for address, got in sorted(levels.items())
    )


def _tell_levels(attempts: Iterable[Attempt]) -> tuple[LevelRecord, ...]:
    heard: dict[str, list[bool]] = {}
    for attempt in attempts:
        for tell in attempt.verdict.tells if attempt.verdict and not attempt.verdict.too_little else ():
            if tell.level:
                heard.setdefault(tell.level, []).append(tell.heard)
    return tuple(LevelRecord(level, len(got), sum(got)) for level, got in sorted(heard.items()))


def report_json(about: Report) -> dict[str, Any]:
    """The report as JSON values; times in ISO 8601."""
    told = about.told
    return {
        "schema": 1,
        "answers": told.answers,
        "graded": told.graded,
        "seconds": told.seconds,
        "reached": dict(told.reached),
        "levels": [
            {"address": address, "submitted": at.isoformat(), "level": level, "final": final}
            for address, at, level, final in told.levels
        ],
        "entries": [asdict(entry) for entry in about.entries],
        "tell_levels": [asdict(level) for level in about.tell_levels],
        "tells": [{**asdict(tell), "due": tell.due.isoformat() if tell.due else None} for tell in told.tells],
        "reviews": {"due": told.due, "next": about.next_due.isoformat() if about.next_due else None},
        "probes": {"answered": told.probes, "drawn_out": told.drawn_out},
        "self_grades": {
            "marks": sum(s.marks for s in told.sureness),
            "agreement": told.agreement,
            "by_sureness": [asdict(s) for s in told.sureness],
        },
        "contests": {"of_heard": about.contested_heard, "of_missed": about.contested_missed},
        "predictions": {"made": told.predictions, "right": told.right},
    }


def show_report(page: Page, about: Report, width: int, now: datetime) -> None:
    """The report for people."""
    told = about.told
    minutes = round(told.seconds / 60)
    page.line(
        (f"{_counted(told.answers, 'answer')}, ", "bold"), (f"{told.graded} graded, {_counted(minutes, 'minute')} in all", "")
    )
    page.line((_due(about, now), "bold" if told.due else ""))
    _show_levels(page, about, width)
    _show_entries(page, about.entries)
    _show_tells(page, about, now)
    _show_calibration(page, about)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _due(about: Report, now: datetime) -> str:
    if about.told.due:
        return f"{_counted(about.told.due, 'tell')} due: `tells drill`"
    return f"No tell is due; the next one {when(about.next_due, now)}." if about.next_due else "No tell is due."


def _show_levels(page: Page, about: Report, width: int) -> None:
    levels = about.told.levels
    if not levels:
        return
    page.gap()
    page.say("Levels, oldest answer to newest", style="bold")
    shown = levels[-(width - 8) :]
    if len(shown) < len(levels):
        page.say(f"the latest {len(shown)} of {len(levels)}", style="dim")
    for rank in reversed(RANKS):
        marks = "".join("o" if alone == rank else "+" if probed == rank else " " for _, _, alone, probed in shown)
        page.line((f"{level_name(rank):>4} | ", f"bold {COLOURS[rank]}"), (marks, COLOURS[rank]))
    days = [at for _, at, _, _ in shown]
    first, last = (f"{at.astimezone():%Y-%m-%d}" for at in (min(days), max(days)))
    page.say(f"{first} to {last}; o unprompted, + with what probes drew out", indent=7, style="dim")
    reached = ", ".join(
        f"{level_name(rank)} in {about.told.reached[rank]}" for rank in reversed(RANKS) if about.told.reached[rank]
    )
    page.line(("Best so far by question: ", "bold"), (reached, ""))


def _show_entries(page: Page, entries: tuple[EntryRecord, ...]) -> None:
    if not entries:
        return
    page.gap()
    page.say("Questions", style="bold")
    for entry in entries:
        path: list[Piece] = []
        for name, rank in (("first", entry.first), ("best", entry.best), ("latest", entry.latest)):
            path += [(f"{name} ", "dim"), (f"{level_name(rank):<4} ", f"bold {COLOURS[rank]}")]
        page.line(("", ""), *path, (f"{entry.answers:>3}x  ", "dim"), (one_line(entry.address), ""), indent=2)


def _show_tells(page: Page, about: Report, now: datetime) -> None:
    tells = about.told.tells
    if not tells:
        return
    page.gap()
    page.line(("Tells", "bold"), (", the weakest first", "dim"))
    for level in about.tell_levels:
        page.say(f"{level.level}: said {level.said} of {level.asked} times", indent=2, style="dim")
    for tell in tells[:_MOST_TELLS]:
        page.line(
            ("", ""),
            (_bar(tell), ""),
            (f" {tell.said}/{tell.asked}  ", "bold"),
            (_named(tell), ""),
            (_again(tell, now), "dim"),
            indent=2,
        )
    if len(tells) > _MOST_TELLS:
        page.say(f"and {len(tells) - _MOST_TELLS} more: `tells stats --json`", indent=2, style="dim")
    told = about.told
    if told.probes:
        page.say(f"{told.drawn_out} of {_counted(told.probes, 'probe')} drew out the tell that was missed.", indent=2)


def _bar(tell: TellRecord) -> str:
    filled = round(10 * tell.said / tell.asked) if tell.asked else 0
    return "#" * filled + "." * (10 - filled)


def _named(tell: TellRecord) -> str:
    return one_line(f"{tell.address} {tell.point}")


def _again(tell: TellRecord, now: datetime) -> str:
    return f"  again {when(tell.due, now)}" if tell.due else ""


def _show_calibration(page: Page, about: Report) -> None:
    told = about.told
    page.gap()
    page.say("Calibration", style="bold")
    if told.agreement is None:
        page.say("No self-grades yet: switch self_grade on in the settings to mark your answers before the verdict.", indent=2)
    else:
        marks = sum(s.marks for s in told.sureness)
        page.say(f"You and the grader agree on {told.agreement:.0%} of {_counted(marks, 'self-grade')}.", indent=2)
        for s in told.sureness:
            page.say(f"{s.sure}% sure: agreed on {s.agreed} of {s.marks}", indent=4)
        page.say(_lean(told), indent=2)
    if about.contested_heard or about.contested_missed:
        contested = f"You contested {about.contested_heard} it heard and {about.contested_missed} it missed."
        page.say(contested, indent=2)
    if told.predictions:
        page.say(f"{told.right} of {_counted(told.predictions, 'prediction')} of a demo's number right.", indent=2)
    else:
        page.say("No predictions yet: run a demo from the practice UI and say the number first.", indent=2)


def _lean(told: Statistics) -> str:
    """Whether the learner is surer than right, where there is enough to tell."""
    marks = sum(s.marks for s in told.sureness)
    if marks < _FEW_MARKS or told.agreement is None:
        return f"Fewer than {_FEW_MARKS} marks say little of how well your sureness fits."
    sure = sum(s.sure * s.marks for s in told.sureness) / marks
    over = sure - 100 * told.agreement
    if abs(over) < 5:
        return f"On average you were {sure:.0f}% sure: that fits."
    return f"On average you were {sure:.0f}% sure: {abs(over):.0f} points too {'sure' if over > 0 else 'unsure'}."
