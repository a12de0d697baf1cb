"""Short rounds on single tells: which are asked, and what an answer does to their schedule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from tui.memory import Memory
from tui.records import Draft, Evidence, Probe, Review
from tui.schedule import AGAIN, GOOD, rated
from tui.store import draft_address, utc_now
from tui.worker import Worker

if TYPE_CHECKING:
    from bank import Bank, Question
    from grader.verdict import Verdict


@dataclass(frozen=True, slots=True)
class DrillItem:
    """One tell to be asked.

    Attributes:
        card: its latest rating; None for a tell never asked.
    """

    question: Question
    point: str
    prompt: str
    card: Review | None


def due_items(bank: Bank, cards: Iterable[Review], most: int) -> tuple[DrillItem, ...]:
    """The tells of these cards that the bank still has, no two of one entry running where it can be helped."""
    found = []
    for card in cards:
        item = _item(bank, card.address, card.point, card)
        if item is not None:
            found.append(item)
    return _spread(found)[:most]


def new_items(bank: Bank, cards: Iterable[Review], most: int) -> tuple[DrillItem, ...]:
    """Tells that were never asked, the lower levels first."""
    known = {(card.address, card.point) for card in cards}
    wanted = [(tell.level, e.id, tell.id) for e in bank for tell in e.tells if (e.id, tell.id) not in known and tell.probe]
    items = [_item(bank, id, point, None) for _, id, point in sorted(wanted)]
    return _spread([item for item in items if item is not None])[:most]


def _item(bank: Bank, address: str, point: str, card: Review | None) -> DrillItem | None:
    from bank import UnknownEntry

    try:
        question = bank.question(address)
    except UnknownEntry:
        return None
    tell = next((t for t in question.tells if t.id == point), None)
    return DrillItem(question, point, tell.probe or question.prompt, card) if tell else None


def _spread(items: list[DrillItem]) -> tuple[DrillItem, ...]:
    """One of each entry in turn, the order within an entry kept."""
    by_entry: dict[str, list[DrillItem]] = {}
    for item in items:
        by_entry.setdefault(item.question.entry.id, []).append(item)
    return tuple(item for turn in zip_longest(*by_entry.values()) for item in turn if item is not None)


class Drill:
    """Keeps what is answered and rated in a round."""

    def __init__(self, memory: Memory, worker: Worker, retention: float) -> None:
        self._memory = memory
        self._worker = worker
        self._retention = retention

    async def draft(self, item: DrillItem) -> str:
        """What was typed for it and not handed in."""
        place = draft_address(item.question.address, item.point)
        draft = await self._memory.ask(lambda store: store.draft(place), None)
        return draft.answer if draft else ""

    def keep_draft(self, item: DrillItem, text: str) -> None:
        draft = Draft(draft_address(item.question.address, item.point), text, 0.0, "interview", utc_now())
        self._memory.tell(lambda store: store.save_draft(draft))

    async def keep(self, item: DrillItem, answer: str) -> Probe:
        """Keeps the answer before it is graded."""
        probe = Probe(0, 0, item.question.address, item.point, item.prompt, answer, None, utc_now())
        return await self._memory.ask(lambda store: store.add_probe(probe), probe)

    async def grade(self, item: DrillItem, probe: Probe) -> Verdict:
        """The verdict on a kept answer.

        Raises:
            WorkerError: it could not be graded.
        """
        verdict = await self._worker.grade(item.question, probe.answer)
        done = replace(probe, heard=(item.point,) if verdict.heard(item.point) else ())
        if done.id:
            self._memory.tell(lambda store: store.update_probe(done))
        return verdict

    async def rate(self, item: DrillItem, heard: bool, rating: int = 0) -> Review:
        """Keeps a rating: Good where the tell was heard and Again where not, unless the learner says otherwise."""
        given = rating or (GOOD if heard else AGAIN)
        evidence: Evidence = "override" if rating else "drill-heard" if heard else "drill-missed"
        now = utc_now()
        review = rated(item.card, item.question.address, item.point, given, evidence, now, retention=self._retention)
        return await self._memory.ask(lambda store: store.add_review(review), review)

    def take_back(self, review: Review) -> None:
        """The tell's schedule is again what it was before this rating."""
        if review.id:
            self._memory.tell(lambda store: store.drop_review(review.id))
