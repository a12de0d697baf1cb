"""Answer logits -> probabilities that can be believed, and the decision.

    p = 1 / (1 + exp(-(scale z + shift + shift_j)))

Tells and misconceptions have a scale, shift and threshold each. Beside them stands a shift for each point of a question whose
answers were trained on, drawn towards zero, so that a few answers move it little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bank.entry import Question
from grader.measures import fit_logistic, precision_recall_f1

Array = NDArray[np.float64]

_TRUST = 1.5  # pull of a point's own shift towards zero
_THRESHOLDS = np.arange(0.35, 0.7, 0.01)


@dataclass(frozen=True, slots=True)
class Curve:
    """Logit -> probability; `threshold` is the probability from which a point counts as heard."""

    scale: float = 1.0
    shift: float = 0.0
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

    def probability(self, question: Question, z: Array) -> Array:
        """Logits (..., J) of a question's points -> probabilities, four decimals."""
        own = self.points.get(question.address, {})
        curves = self._curves(question)
        scale, shift = np.array([c.scale for c in curves]), np.array([c.shift for c in curves])
        shift = shift + [own.get(p.id, 0.0) for p in question.points]
        p: Array = np.round(1 / (1 + np.exp(-np.clip(scale * z + shift, -30, 30))), 4)
        return p

    def thresholds(self, question: Question) -> Array:
        """The probability from which each point counts as heard, (J,)."""
        return np.array([c.threshold for c in self._curves(question)])

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
    """Logits (A, J) and labels (A, J) of one question's answers, none of which the judge was trained on."""

    question: Question
    Z: Array
    Y: Array


def calibrate(evidence: Iterable[Evidence], of_points: bool) -> Calibration:
    """Fit the curves, and where asked the shifts of points."""
    rows = list(evidence)
    cut = [len(e.question.tells) for e in rows]
    tells = _fit([(e.Z[:, :n], e.Y[:, :n]) for e, n in zip(rows, cut, strict=True)])
    wrong = _fit([(e.Z[:, n:], e.Y[:, n:]) for e, n in zip(rows, cut, strict=True)])
    points = {e.question.address: _shifts(e, tells, wrong) for e in rows} if of_points else {}
    fitted = Calibration(tells, wrong, points)
    P = [fitted.probability(e.question, e.Z) for e in rows]
    return Calibration(
        _decided(tells, [(p[:, :n], e.Y[:, :n]) for p, e, n in zip(P, rows, cut, strict=True)]),
        _decided(wrong, [(p[:, n:], e.Y[:, n:]) for p, e, n in zip(P, rows, cut, strict=True)]),
        points,
    )


def _flat(pairs: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    return np.concatenate([a.ravel() for a, _ in pairs]), np.concatenate([b.ravel() for _, b in pairs])


def _fit(pairs: list[tuple[Array, Array]]) -> Curve:
    z, y = _flat(pairs)
    return Curve(*fit_logistic(z, y)) if len(z) else Curve()


def _decided(curve: Curve, pairs: list[tuple[Array, Array]]) -> Curve:
    """The curve with the threshold that gives the highest F1 over all decisions."""
    p, y = _flat(pairs)
    threshold = max(_THRESHOLDS, key=lambda t: precision_recall_f1(y, t <= p)[2]) if len(p) else 0.5
    return Curve(curve.scale, curve.shift, round(float(threshold), 2))


def _shifts(e: Evidence, tells: Curve, wrong: Curve) -> dict[str, float]:
    """Each point's own shift, by Newton's method on its likelihood with a pull towards zero."""
    found = {}
    for j, point in enumerate(e.question.points):
        curve, own = tells if j < len(e.question.tells) else wrong, 0.0
        for _ in range(25):
            p = 1 / (1 + np.exp(-np.clip(curve.scale * e.Z[:, j] + curve.shift + own, -30, 30)))
            own -= float((np.sum(p - e.Y[:, j]) + _TRUST * own) / (np.sum(p * (1 - p)) + _TRUST))
        found[point.id] = own
    return found
