"""How practice is going, in numbers: nothing but what was really answered, heard and predicted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tui.records import Attempt, Contest, Predicted, Probe, Review, SelfGrade

if TYPE_CHECKING:
    from grader.verdict import Rank

RANKS: tuple[Rank, ...] = ("below", "L4", "L5", "L6")


@dataclass(frozen=True, slots=True)
class TellRecord:
    """How often one tell came in the answers to its question, contests counted.

    Attributes:
        asked: answers in which it could have been said.
        said: those in which it was said unprompted.
        due: when it is asked again; None where it is not scheduled.
    """

    address: str
    point: str
    asked: int
    said: int
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Sureness:
    """Self-grades of one degree of sureness, against the grader."""

    sure: int
    marks: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything the stats screen and `tells stats` tell.

    Attributes:
        levels: of the graded answers to whole questions, oldest first: entry, time, level unprompted, level with probes.
        reached: how many entries have reached each level unprompted.
        agreement: share of self-grades on which learner and grader agree; None without any.
        predictions, right: demos' predictions made, and right.
        probes, drawn_out: probes answered, and those that drew the tell out.
    """

    answers: int
    graded: int
    seconds: float
    levels: tuple[tuple[str, datetime, Rank, Rank], ...]
    reached: dict[Rank, int]
    tells: tuple[TellRecord, ...]
    agreement: float | None
    sureness: tuple[Sureness, ...]
    predictions: int
    right: int
    probes: int
    drawn_out: int
    due: int


def statistics(
    attempts: Sequence[Attempt],
    probes: Iterable[Probe],
    grades: Sequence[SelfGrade],
    predictions: Sequence[Predicted],
    cards: Sequence[Review],
    now: datetime,
    contests: Iterable[Contest] = (),
) -> Statistics:
    """The numbers behind what the store remembers."""
    levels = tuple((a.address, a.submitted, a.level, a.final or a.level) for a in attempts if a.level is not None)
    best: dict[str, Rank] = {}
    for address, _, level, _ in levels:
        best[address] = max(best.get(address, "below"), level, key=RANKS.index)
    answered = [p for p in probes if p.point and p.attempt and p.heard is not None]
    return Statistics(
        answers=len(attempts),
        graded=sum(a.verdict is not None for a in attempts),
        seconds=sum(a.seconds for a in attempts),
        levels=levels,
        reached={rank: sum(level == rank for level in best.values()) for rank in RANKS},
        tells=_tells(attempts, cards, contests),
        agreement=sum(g.said == g.heard for g in grades) / len(grades) if grades else None,
        sureness=_sureness(grades),
        predictions=len(predictions),
        right=sum(p.right for p in predictions),
        probes=len(answered),
        drawn_out=sum(bool(p.heard) for p in answered),
        due=sum(card.due <= now for card in cards),
    )


def _tells(attempts: Iterable[Attempt], cards: Iterable[Review], contests: Iterable[Contest]) -> tuple[TellRecord, ...]:
    ruled = {(c.attempt, c.point): c.heard for c in contests}  # the last one wins
    asked: dict[tuple[str, str], list[bool]] = {}
    for attempt in attempts:
        for heard in attempt.verdict.tells if attempt.verdict and not attempt.verdict.too_little else ():
            asked.setdefault((attempt.address, heard.id), []).append(ruled.get((attempt.id, heard.id), heard.heard))
    due = {(card.address, card.point): card.due for card in cards}
    keys = [*asked, *(key for key in due if key not in asked)]
    records = [
        TellRecord(
            address,
            point,
            len(asked.get((address, point), ())),
            sum(asked.get((address, point), ())),
            due.get((address, point)),
        )
        for address, point in keys
    ]
    return tuple(sorted(records, key=lambda r: (r.said / r.asked if r.asked else 0, r.address, r.point)))


def _sureness(grades: Iterable[SelfGrade]) -> tuple[Sureness, ...]:
    by_sure: dict[int, list[bool]] = {}
    for grade in grades:
        by_sure.setdefault(grade.sure, []).append(grade.said == grade.heard)
    return tuple(Sureness(sure, len(agreed), sum(agreed)) for sure, agreed in sorted(by_sure.items()))
