"""What is remembered of practice: frozen records, and a verdict read back from its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from grader.verdict import Heard, Rank, Verdict

Mode = Literal["interview", "coach"]
Evidence = Literal["unprompted", "after-probe", "missed", "drill-heard", "drill-missed", "override"]
RATINGS: Mapping[int, str] = {1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that was begun and not submitted.

    Attributes:
        address: of the question.
        seconds: on the clock so far.
        saved: when, in UTC.
    """

    address: str
    answer: str
    seconds: float
    mode: Mode
    saved: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One submitted answer to a question.

    Attributes:
        id: given by the store; 0 while it has not been stored.
        address: `ENTRY` or `ENTRY/FOLLOW-UP`.
        entry_hash: the entry's content hash when it was answered.
        seconds: from the first sight of the question to submitting, time away left out.
        verdict: None until it has been graded.
        level: of the answer alone, contests counted; None for a follow-up or an ungraded answer.
        final: the level when what probes drew out counts too; None until the probes are over.
    """

    id: int
    address: str
    entry_hash: str
    mode: Mode
    submitted: datetime
    seconds: float
    answer: str
    verdict: Verdict | None = None
    level: Rank | None = None
    final: Rank | None = None

    @property
    def entry(self) -> str:
        return self.address.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Probe:
    """One question asked after an attempt, and what was answered.

    Attributes:
        attempt: id of the attempt it followed.
        address: of the question it was graded against; a follow-up's own address for a follow-up.
        point: the tell that it asked for; empty for a follow-up.
        heard: the ids of the tells heard in the answer; None where it was not graded.
    """

    id: int
    attempt: int
    address: str
    point: str
    prompt: str
    answer: str
    heard: tuple[str, ...] | None
    asked: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """One rating of one tell, and the card that the scheduler made of it.

    Attributes:
        card: the scheduler's card after the rating, as JSON.
        due: when the tell should be asked again.
        rating: 1 Again, 2 Hard, 3 Good, 4 Easy.
        attempt: the attempt that gave the evidence; 0 for a drill.
    """

    id: int
    address: str
    point: str
    rated: datetime
    rating: int
    evidence: Evidence
    attempt: int
    card: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Contest:
    """A learner's objection to a verdict.

    Attributes:
        heard: what the learner says: True "I said it here", False "I didn't say that".
        start, end: the words meant, in code points of `answer`.
    """

    id: int
    attempt: int
    address: str
    point: str
    heard: bool
    answer: str
    start: int
    end: int
    made: datetime


@dataclass(frozen=True, slots=True)
class SelfGrade:
    """What the learner thought of one tell before seeing the verdict.

    Attributes:
        said: whether they think they made it.
        sure: how sure they were, in percent, 50 to 100.
        heard: what the grader decided.
    """

    attempt: int
    point: str
    said: bool
    sure: int
    heard: bool


@dataclass(frozen=True, slots=True)
class Predicted:
    """A number predicted before a demo was run, and what was measured.

    Attributes:
        settings: the knobs of the run.
        right: whether the guess was within the prediction's tolerance.
    """

    demo: str
    settings: Mapping[str, Any]
    question: str
    unit: str
    guess: float
    measured: float
    right: bool
    made: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How one question has been going.

    Attributes:
        best: the highest level an answer reached without a probe.
        due: how many of its tells are due.
    """

    attempts: int = 0
    best: Rank | None = None
    last: datetime | None = None
    has_draft: bool = False
    due: int = 0


def verdict_from_json(value: Mapping[str, Any]) -> Verdict:
    """The inverse of `Verdict.to_json`.

    Raises:
        KeyError, TypeError, ValueError: it is not a verdict.
    """
    from grader.verdict import GraderStamp, Lowered, Next, Verdict

    way_up = value["next"]
    return Verdict(
        entry=value["entry"],
        level=value["level"],
        earned=value["earned"],
        lowered_by=tuple(
            Lowered(x["kind"], x["lowers"], tuple(x.get("none_of", ())), x.get("id", "")) for x in value["lowered_by"]
        ),
        tells=tuple(map(_heard, value["tells"])),
        misconceptions=tuple(map(_heard, value["misconceptions"])),
        next=Next(way_up["level"], tuple(way_up["tells"]), tuple(way_up["drop"]), way_up["probe"]) if way_up else None,
        grader=GraderStamp(**value["grader"]),
        too_little=value.get("too_little", False),
    )


def _heard(value: Mapping[str, Any]) -> Heard:
    from grader.verdict import Evidence, Heard, Nearest

    nearest = value.get("nearest")
    return Heard(
        id=value["id"],
        heard=value["heard"],
        confidence=value["confidence"],
        evidence=tuple(Evidence(**e) for e in value["evidence"]),
        level=value.get("level"),
        strong_hire=value.get("strong_hire", False),
        nearest=Nearest(**nearest) if nearest else None,
    )
