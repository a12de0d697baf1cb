"""The last step to an answer's logits: what all its spans say of a point, taken together.

The judge has seen the answers it was trained on, so on new ones it is surer of itself than it should be, and it makes too
little of plain words. The small network here is trained on readings that the judge had to make of questions and answers unknown
to it (stacked generalisation, Wolpert 1992):

    z_j = w_2 silu(W_1 (x_j - mean) / spread + b_1) + b_2,     x_j = `features` of point j, (K,)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.spans import Span

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_NOWHERE = -8.0  # logit of spans that do not exist

FARTHEST = 4.0
"""Spreads from the mean beyond which nothing is told apart."""

TOGETHER = 1
"""The column of `features` that holds the judge's logit and the own heads' added: the answer's logit without a stack."""


@dataclass(frozen=True, slots=True)
class Compared:
    """An answer's S spans, at least one, against a question's J points.

    Attributes:
        spans: in the order of the rows.
        logits: what the judge says, (S, J).
        judged: the same of the answer, (J,).
        examples, contrasts: likeness to a point's examples and to its contrasts, (S, J).
        shared: words in common with an example and with a contrast, (S, J, 2).
        lexical: what heads on words say, (S, J).
        traits: how each point's phrases stand to one another, (J, T).
        listed: how many examples and how many contrasts each point has, (J, 2).
        own: what the question's own heads say of the answer, (J,); None where it has none.
        tells: how many of the points are tells; the others are misconceptions.
        follow_up: whether the question is a follow-up.
        words: how many the answer has.
    """

    spans: Sequence[Span]
    logits: Array
    judged: Array
    examples: Array
    contrasts: Array
    shared: Array
    lexical: Array
    traits: Array
    listed: Array
    own: Array | None
    tells: int
    follow_up: bool
    words: int


def features(x: Compared) -> Array:
    """What stands for or against each point, (J, K)."""
    J = x.logits.shape[1]
    top = x.logits.argmax(0)
    within, around, apart = _places(x.spans, top)
    highest, likeness = _at(x.logits, top), _at(x.examples, top)
    example, contrast = _at(x.shared[..., 0], top), _at(x.shared[..., 1], top)
    own = np.zeros(J) if x.own is None else x.own
    columns = [
        x.judged,
        x.judged + own,
        own,
        np.full(J, x.own is not None),
        highest,
        _best(x.logits, within, highest - 2),
        -_best(-x.logits, around, -highest),
        _best(x.logits, around, highest),
        _best(x.logits, apart, np.full(J, _NOWHERE)),
        _other(x.logits[top], _NOWHERE),
        likeness,
        _at(x.contrasts, top),
        _other(x.examples[top], -1.0),
        example,
        contrast,
        _best(x.shared[..., 0], around, example),
        _best(x.shared[..., 1], around, contrast),
        _other(x.shared[top][..., 0], 0.0),
        x.shared[..., 0].max(0),
        x.shared[..., 1].max(0),
        _at(x.lexical, top),
        _other(x.lexical[top], -1.0),
        x.lexical.max(0),
        _other(x.lexical[x.lexical.argmax(0)], -1.0),
        np.sort(x.lexical, 0).mean(0),  # sorted, so that no order of spans changes a digit
        np.full(J, np.log1p(x.words)),
        np.full(J, np.log1p(len(x.spans))),
        np.array([x.spans[n].end - x.spans[n].start for n in top]) / 100,
        np.full(J, x.follow_up),
        np.arange(J) < x.tells,
    ]
    return np.column_stack([*columns, x.traits, np.log1p(x.listed)]).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Stack:
    """The network; several that were trained alike stand side by side in it, averaged.

    Attributes:
        mean, spread: of the features, (K,).
        W1, b1: (K, H) and (H,).
        w2, b2: (H,) and one number, (1,).
    """

    mean: Array
    spread: Array
    W1: Array
    b1: Array
    w2: Array
    b2: Array

    def logits(self, x: Array) -> Array:
        """Features (..., K) -> logits (...)."""
        hidden = np.clip((x - self.mean) / self.spread, -FARTHEST, FARTHEST) @ self.W1 + self.b1
        found: Array = (hidden / (1 + np.exp(-hidden))) @ self.w2 + self.b2[0]
        return found


def _places(spans: Sequence[Span], top: NDArray[np.intp]) -> tuple[Mask, Mask, Mask]:
    """Which spans lie within a point's best span, around it, and apart from it, (S, J) each."""
    start, end = np.array([s.start for s in spans])[:, None], np.array([s.end for s in spans])[:, None]
    first, last = start[top].T, end[top].T
    same = (start == first) & (end == last)
    within = (start >= first) & (end <= last) & ~same
    around = (start <= first) & (end >= last) & ~same
    return within, around, (end <= first) | (start >= last)


def _at(x: Array, top: NDArray[np.intp]) -> Array:
    """(S, J) -> (J,): each point's value at its own best span."""
    found: Array = x[top, np.arange(len(top))]
    return found


def _best(x: Array, mask: Mask, otherwise: Array) -> Array:
    """(S, J) under a mask -> (J,): the largest value."""
    return np.where(mask.any(0), np.where(mask, x, -np.inf).max(0), otherwise)


def _other(x: Array, otherwise: float) -> Array:
    """(J, J), row j at point j's best span -> (J,): the largest value of another point there."""
    if len(x) == 1:
        return np.full(1, otherwise)
    found: Array = np.where(np.eye(len(x), dtype=bool), -np.inf, x).max(1)
    return found
