"""Answer logits -> probabilities that can be believed, and the decision.

    p = 1 / (1 + exp(-(scale z + shift + length log(1 + n) + follow_up f + shift_j)))

for an answer of n words, at least 30; f is 1 for a follow-up, which asks for few points in few words, else 0. Tells and
misconceptions have their own numbers and threshold. Beside them stands a shift for each point of a question whose answers were
trained on, drawn towards zero, so that a few answers move it little. An answer of which no point at all is probable makes none:
a doubtful point is what chance finds in a string of stock words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bank.entry import Question
from grader.measures import fit_logistic, precision_recall_f1

Array = NDArray[np.float64]

_TRUST = 1.5  # pull of a point's own shift towards zero
_THRESHOLDS = np.arange(0.35, 0.7, 0.01)
_PROBABLE = 0.55  # of the likeliest point of an answer, for anything to be heard in it
_FEWEST_WORDS, _MOST_WORDS = 30, 400  # an answer counts as no shorter and no longer


@dataclass(frozen=True, slots=True)
class Curve:
    """Logit and length of the answer -> probability; `threshold` is the probability from which a point counts as heard."""

    scale: float = 1.0
    shift: float = 0.0
    length: float = 0.0
    follow_up: float = 0.0
    threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class Calibration:
    """How logits become probabilities and decisions.

    Attributes:
        points: for some questions, by address, a shift for each point by id.
    """

    tells: Curve = field(default_factory=Curve)
    misconceptions: Curve = field(default_factory=Curve)
    points: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def probability(self, question: Question, z: Array, words: Array) -> Array:
        """Probabilities of a question's points, four decimals.

        Args:
            z: logits, (..., J).
            words: how many the answer has, (...).
        """
        own = self.points.get(question.address, {})
        curves = self._curves(question)
        scale = np.array([c.scale for c in curves])
        shift = np.array([c.shift + c.follow_up * _asked_further(question) for c in curves])
        shift = shift + [own.get(p.id, 0.0) for p in question.points]
        logits = scale * z + shift + np.array([c.length for c in curves]) * _length(words)[..., None]
        p: Array = np.round(1 / (1 + np.exp(-np.clip(logits, -30, 30))), 4)
        return p

    def decisions(self, question: Question, p: Array) -> NDArray[np.bool_]:
        """Probabilities (..., J) -> which points count as heard."""
        thresholds = np.array([c.threshold for c in self._curves(question)])
        found: NDArray[np.bool_] = (p >= thresholds) & (p.max(-1, keepdims=True, initial=0.0) >= _PROBABLE)
        return found

    def _curves(self, question: Question) -> list[Curve]:
        return [self.tells] * len(question.tells) + [self.misconceptions] * len(question.misconceptions)

    def to_json(self) -> dict[str, Any]:
        """Plain values, rounded."""
        curves = {
            kind: {k: round(x, 4) for k, x in asdict(getattr(self, kind)).items()} for kind in ("tells", "misconceptions")
        }
        return curves | {"points": {a: {id: round(x, 3) for id, x in own.items()} for a, own in self.points.items()}}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Calibration:
        """What `to_json` gave."""
        return cls(Curve(**values["tells"]), Curve(**values["misconceptions"]), values["points"])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Logits (A, J), labels (A, J) and words (A,) of one question's answers, none of which the judge was trained on."""

    question: Question
    Z: Array
    Y: Array
    words: Array


def calibrate(evidence: Iterable[Evidence], of_points: bool) -> Calibration:
    """Fit the curves, and where asked the shifts of points."""
    rows = list(evidence)
    tells, wrong = _fit(rows, _TELLS), _fit(rows, _WRONG)
    points = {e.question.address: _shifts(e, tells, wrong) for e in rows} if of_points else {}
    fitted = Calibration(tells, wrong, points)
    P = [fitted.probability(e.question, e.Z, e.words) for e in rows]
    return Calibration(_decided(tells, rows, P, _TELLS), _decided(wrong, rows, P, _WRONG), points)


_TELLS, _WRONG = True, False


def _length(words: Array) -> Array:
    return np.log1p(np.clip(words, _FEWEST_WORDS, _MOST_WORDS))


def _asked_further(question: Question) -> float:
    return float(question.follow_up is not None)


def _kind(e: Evidence, tells: bool) -> slice:
    """The columns of one kind."""
    return slice(None, len(e.question.tells)) if tells else slice(len(e.question.tells), None)


def _flat(rows: Sequence[Evidence], arrays: Iterable[Array], tells: bool) -> Array:
    return np.concatenate([x[:, _kind(e, tells)].ravel() for e, x in zip(rows, arrays, strict=True)])


def _fit(rows: Sequence[Evidence], tells: bool) -> Curve:
    z, y = _flat(rows, [e.Z for e in rows], tells), _flat(rows, [e.Y for e in rows], tells)
    length = _flat(rows, [np.broadcast_to(_length(e.words)[:, None], e.Z.shape) for e in rows], tells)
    further = _flat(rows, [np.full(e.Z.shape, _asked_further(e.question)) for e in rows], tells)
    return Curve(*fit_logistic(z, y, np.stack([length, further], 1)).tolist()) if len(z) else Curve()


def _decided(curve: Curve, rows: Sequence[Evidence], P: Sequence[Array], tells: bool) -> Curve:
    """The curve with the threshold that gives the highest F1 over all decisions."""
    p, y = _flat(rows, P, tells), _flat(rows, [e.Y for e in rows], tells)
    threshold = max(_THRESHOLDS, key=lambda t: precision_recall_f1(y, t <= p)[2]) if len(p) else 0.5
    return replace(curve, threshold=round(float(threshold), 2))


def _shifts(e: Evidence, tells: Curve, wrong: Curve) -> dict[str, float]:
    """Each point's own shift, by Newton's method on its likelihood with a pull towards zero."""
    found = {}
    for j, point in enumerate(e.question.points):
        curve, own = tells if j < len(e.question.tells) else wrong, 0.0
        shift = curve.shift + curve.follow_up * _asked_further(e.question)
        logits = curve.scale * e.Z[:, j] + shift + curve.length * _length(e.words)
        for _ in range(25):
            p = 1 / (1 + np.exp(-np.clip(logits + own, -30, 30)))
            own -= float((np.sum(p - e.Y[:, j]) + _TRUST * own) / (np.sum(p * (1 - p)) + _TRUST))
        found[point.id] = own
    return found
