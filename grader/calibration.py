"""Answer logits -> probabilities that can be believed, and the decision.

    p = 1 / (1 + exp(-(scale z + shift + shift_j)))

One scale and shift for all questions; beside them a shift for each point of a question that has enough labelled answers, drawn
towards zero, so that a few answers move it little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.measures import fit_logistic, precision_recall_f1

Array = NDArray[np.float64]

_TRUST = 1.5  # pull of a point's own shift towards zero
_THRESHOLDS = np.arange(0.25, 0.7, 0.01)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How logits become probabilities.

    Attributes:
        threshold: the probability from which a point counts as heard.
        points: for some questions, by address, a shift for each point by id.
    """

    scale: float = 1.0
    shift: float = 0.0
    threshold: float = 0.5
    points: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def probability(self, address: str, ids: Sequence[str], z: Array) -> Array:
        """Logits (..., J) of a question's points -> probabilities, four decimals."""
        own = self.points.get(address, {})
        shifts = np.array([own.get(id, 0.0) for id in ids])
        p: Array = np.round(1 / (1 + np.exp(-np.clip(self.scale * z + self.shift + shifts, -30, 30))), 4)
        return p

    def to_json(self) -> dict[str, Any]:
        """Plain values, rounded."""
        points = {a: {id: round(x, 3) for id, x in own.items()} for a, own in self.points.items()}
        return asdict(self) | {"scale": round(self.scale, 4), "shift": round(self.shift, 4), "points": points}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Calibration:
        """What `to_json` gave."""
        return cls(values["scale"], values["shift"], values["threshold"], values.get("points", {}))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Logits (A, J) and labels (A, J) of one question's answers, none of which the judge was trained on."""

    address: str
    ids: tuple[str, ...]
    Z: Array
    Y: Array


def calibrate(evidence: Iterable[Evidence], of_points: bool) -> Calibration:
    """Fit scale, shift and threshold, and where asked the shifts of points."""
    rows = list(evidence)
    z, y = np.concatenate([e.Z.ravel() for e in rows]), np.concatenate([e.Y.ravel() for e in rows])
    scale, shift = fit_logistic(z, y)
    points = {e.address: _shifts(e, scale, shift) for e in rows} if of_points else {}
    fitted = Calibration(scale, shift, 0.5, points)
    p = np.concatenate([fitted.probability(e.address, e.ids, e.Z).ravel() for e in rows])
    threshold = max(_THRESHOLDS, key=lambda t: precision_recall_f1(y, t <= p)[2])
    return Calibration(scale, shift, round(float(threshold), 2), points)


def _shifts(e: Evidence, scale: float, shift: float) -> dict[str, float]:
    """Each point's own shift, by Newton's method on its likelihood with a pull towards zero."""
    found = {}
    for j, id in enumerate(e.ids):
        own = 0.0
        for _ in range(25):
            p = 1 / (1 + np.exp(-np.clip(scale * e.Z[:, j] + shift + own, -30, 30)))
            own -= float((np.sum(p - e.Y[:, j]) + _TRUST * own) / (np.sum(p * (1 - p)) + _TRUST))
        found[id] = own
    return found
