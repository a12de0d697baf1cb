"""Answer logits -> probabilities that can be believed, and the decision.

    p = 1 / (1 + exp(-(scale z + shift + shift_j)))

Tells and misconceptions have their own numbers. Beside them stands a shift for each point of a question whose answers were
trained on, drawn towards zero, so that a few answers move it little. Of probabilities that can be believed, the threshold with
the highest F1 is half that F1 (Lipton et al. 2014), so tells are heard from a little under one half; a misconception costs a
level, so it must be likelier than not. An answer of which no point at all is probable makes none: a doubtful point is what
chance finds in a string of stock words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bank.entry import Question
from grader.measures import fit_logistic

Array = NDArray[np.float64]

_TRUST = 15.0  # pull of a point's own shift towards zero
_TELL, _MISCONCEPTION = 0.42, 0.5  # probability from which a point counts as heard
_PROBABLE = 0.6  # of the likeliest point of an answer, for anything to be heard in it


@dataclass(frozen=True, slots=True)
class Curve:
    """Logit -> probability."""

    scale: float = 1.0
    shift: float = 0.0


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
        """Logits (..., J) -> probabilities of a question's points, four decimals."""
        own = self.points.get(question.address, {})
        curves = self._curves(question)
        scale = np.array([c.scale for c in curves])
        shift = np.array([c.shift + own.get(p.id, 0.0) for c, p in zip(curves, question.points, strict=True)])
        p: Array = np.round(1 / (1 + np.exp(-np.clip(scale * z + shift, -30, 30))), 4)
        return p

    def decisions(self, question: Question, p: Array) -> NDArray[np.bool_]:
        """Probabilities (..., J) -> which points count as heard."""
        thresholds = np.array([_TELL] * len(question.tells) + [_MISCONCEPTION] * len(question.misconceptions))
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
    """Logits (A, J) and labels (A, J) of one question's answers, none of which the judge was trained on."""

    question: Question
    Z: Array
    Y: Array


def calibrate(evidence: Iterable[Evidence], of_points: bool) -> Calibration:
    """Fit the curves, and where asked the shifts of points."""
    rows = list(evidence)
    tells, wrong = _fit(rows, _TELLS), _fit(rows, _WRONG)
    points = {e.question.address: _shifts(e, tells, wrong) for e in rows} if of_points else {}
    return Calibration(tells, wrong, points)


_TELLS, _WRONG = True, False


def _kind(e: Evidence, tells: bool) -> slice:
    """The columns of one kind."""
    return slice(None, len(e.question.tells)) if tells else slice(len(e.question.tells), None)


def _flat(rows: Sequence[Evidence], arrays: Iterable[Array], tells: bool) -> Array:
    return np.concatenate([x[:, _kind(e, tells)].ravel() for e, x in zip(rows, arrays, strict=True)])


def _fit(rows: Sequence[Evidence], tells: bool) -> Curve:
    z, y = _flat(rows, [e.Z for e in rows], tells), _flat(rows, [e.Y for e in rows], tells)
    return Curve(*fit_logistic(z, y)) if len(z) else Curve()


def _shifts(e: Evidence, tells: Curve, wrong: Curve) -> dict[str, float]:
    """Each point's own shift, by Newton's method on its likelihood with a pull towards zero."""
    found = {}
    for j, point in enumerate(e.question.points):
        curve, own = tells if j < len(e.question.tells) else wrong, 0.0
        logits = curve.scale * e.Z[:, j] + curve.shift
        for _ in range(25):
            p = 1 / (1 + np.exp(-np.clip(logits + own, -30, 30)))
            own -= float((np.sum(p - e.Y[:, j]) + _TRUST * own) / (np.sum(p * (1 - p)) + _TRUST))
        found[point.id] = own
    return found
