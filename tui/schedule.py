"""When a tell is asked again: FSRS over the evidence of answers, probes and drills."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from tui.records import Attempt, Evidence, Review
from tui.store import Store

if TYPE_CHECKING:
    from fsrs import Scheduler

    from grader.verdict import Verdict

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
Outcome = Literal["unprompted", "after-probe", "missed"]


def rating_of(outcome: Outcome, before: Review | None) -> int:
    """Said unprompted is Good, twice running Easy; drawn out by a probe Hard; missed Again."""
    if outcome == "missed":
        return AGAIN
    if outcome == "after-probe":
        return HARD
    return EASY if before is not None and before.evidence == "unprompted" and before.rating >= GOOD else GOOD


def rated(
    before: Review | None, address: str, point: str, rating: int, evidence: Evidence, now: datetime, *,
    attempt: int = 0, retention: float = 0.9, fuzz: bool = True,
) -> Review:  # fmt: skip
    """The review that follows `before` (None for a tell never seen), not yet stored."""
    from fsrs import Card, Rating

    card = Card.from_json(before.card) if before else Card(card_id=0, due=now)
    # A clock that was put back must not make time run backwards for the scheduler.
    at = max(now.astimezone(UTC), card.last_review) if card.last_review else now.astimezone(UTC)
    card, _ = _scheduler(retention, fuzz).review_card(card, Rating(rating), review_datetime=at)
    return Review(0, address, point, now, rating, evidence, attempt, card.to_json(), card.due)


def _scheduler(retention: float, fuzz: bool) -> Scheduler:
    from fsrs import Scheduler

    return Scheduler(desired_retention=retention, enable_fuzzing=fuzz)


def record_evidence(
    store: Store, attempt: Attempt, verdict: Verdict, drawn_out: frozenset[str], retention: float = 0.9
) -> tuple[Review, ...]:
    """Rates every tell of the question by what one attempt showed; an earlier rating from the same attempt is replaced.

    Nothing is rated on an answer too short to judge, nor a tell that has been rated again since that attempt.
    """
    if verdict.too_little:
        return ()
    reviews = store.reviews()
    made = []
    for tell in verdict.tells:
        mine = [r for r in reviews if (r.address, r.point) == (attempt.address, tell.id)]
        outcome: Outcome = "unprompted" if tell.heard else "after-probe" if tell.id in drawn_out else "missed"
        if attempt.id and any(r.attempt == attempt.id for r in mine):
            replaced = mine.pop()
            if replaced.attempt != attempt.id:
                continue
            if replaced.evidence == outcome:
                continue
            store.drop_review(replaced.id)
        before = mine[-1] if mine else None
        rating = rating_of(outcome, before)
        review = rated(before, attempt.address, tell.id, rating, outcome, store.now(), attempt=attempt.id, retention=retention)
        made.append(store.add_review(review))
    return tuple(made)
