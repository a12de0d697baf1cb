"""What the grader says of one answer: frozen values, and their JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from bank.entry import Level

Rank = Literal["below", "L4", "L5", "L6"]
Reason = Literal["denied", "only-named", "contrast", "unsure", "not-said"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the answer: `answer[start:end] == text`, counted in Unicode code points."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """For a point that was not heard: the nearest words of the answer, and why they did not count."""

    start: int
    end: int
    text: str
    why: Reason


@dataclass(frozen=True, slots=True)
class Heard:
    """Whether one tell or misconception was asserted.

    Attributes:
        id: of the tell or misconception.
        heard: the decision.
        confidence: calibrated probability that the point was made, 0 to 1, four decimals.
        evidence: the words that assert it; empty where it was not heard.
        level, strong_hire: of a tell of an entry; None and False elsewhere.
        nearest: for a point not heard, what came closest; None where nothing did.
    """

    id: str
    heard: bool
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    level: Level | None = None
    strong_hire: bool = False
    nearest: Nearest | None = None


@dataclass(frozen=True, slots=True)
class Lowered:
    """Why the level is below what was earned."""

    kind: Literal["missing", "misconception"]
    lowers: int
    none_of: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """The shortest way up.

    Attributes:
        level: the level above the one given.
        tells: the fewest tells still missing for it, in the entry's order.
        drop: misconceptions that stand in the way and must not be said.
        probe: the question that would draw out the first of the tells.
    """

    level: Level
    tells: tuple[str, ...]
    drop: tuple[str, ...]
    probe: str


@dataclass(frozen=True, slots=True)
class GraderStamp:
    """Which grader gave the verdict: encoder, hash of its weights, version of the judge."""

    model: str
    sha256: str
    version: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one answer.

    Attributes:
        entry: the address of the question.
        level, earned: None for a follow-up, which has no ladder.
        too_little: True where the answer is too short to say anything about.
    """

    entry: str
    level: Rank | None
    earned: Rank | None
    lowered_by: tuple[Lowered, ...]
    tells: tuple[Heard, ...]
    misconceptions: tuple[Heard, ...]
    next: Next | None
    grader: GraderStamp
    too_little: bool = False

    def heard(self, id: str) -> bool:
        """Whether the tell or misconception of that id was heard."""
        return any(h.heard for h in (*self.tells, *self.misconceptions) if h.id == id)

    def to_json(self) -> dict[str, Any]:
        """The contract's JSON, as plain values in a fixed order."""
        return {
            "entry": self.entry,
            "level": self.level,
            "earned": self.earned,
            "lowered_by": [_lowered_json(x) for x in self.lowered_by],
            "tells": [_tell_json(h) for h in self.tells],
            "misconceptions": [_heard_json(h) for h in self.misconceptions],
            "next": asdict(self.next) | {"tells": list(self.next.tells), "drop": list(self.next.drop)} if self.next else None,
            "too_little": self.too_little,
            "grader": asdict(self.grader),
        }


def _lowered_json(lowered: Lowered) -> dict[str, Any]:
    if lowered.kind == "missing":
        return {"kind": "missing", "none_of": list(lowered.none_of), "lowers": lowered.lowers}
    return {"kind": "misconception", "id": lowered.id, "lowers": lowered.lowers}


def _heard_json(heard: Heard) -> dict[str, Any]:
    return {
        "id": heard.id,
        "heard": heard.heard,
        "confidence": heard.confidence,
        "evidence": [asdict(e) for e in heard.evidence],
        "nearest": asdict(heard.nearest) if heard.nearest else None,
    }


def _tell_json(heard: Heard) -> dict[str, Any]:
    return {"id": heard.id, "level": heard.level, "strong_hire": heard.strong_hire} | _heard_json(heard)
