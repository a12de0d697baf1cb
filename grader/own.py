"""Questions with many labelled answers have heads of their own, trained on those answers and used beside the judge.

    z_j = softmax_s(w_j u_s + b_j),   sum over answers of BCE(z_j, y_j) + decay |w_j|^2 -> min

One linear head a point; which span of an answer says it is found while training (multiple-instance learning).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.judge import pooled

ENOUGH = 60
"""Labelled answers from which on a question gets heads of its own."""

_DECAY = 0.001
_STEPS = 200
_LEARNING_RATE = 0.05


@dataclass(frozen=True, slots=True)
class OwnHeads:
    """Heads of one question.

    Attributes:
        ids: of the points, in the order of the rows.
        W: (J, D + 1), the bias last.
    """

    ids: tuple[str, ...]
    W: Tensor

    def logits(self, spans: Tensor) -> Tensor:
        """Spans (S, D) -> (S, J)."""
        return F.linear(spans, self.W[:, :-1], self.W[:, -1])


def fit(ids: Sequence[str], answers: Sequence[Tensor], labels: Tensor) -> OwnHeads:
    """Train on answers, each as the vectors of its spans (S, D), S at least 1, and labels (A, J)."""
    D, J = answers[0].shape[1], len(ids)
    W = torch.zeros(J, D + 1)
    W[:, -1] = -2.0
    W.requires_grad_()
    optimizer = torch.optim.Adam([W], lr=_LEARNING_RATE)
    spans, counts = torch.cat(list(answers)), [len(a) for a in answers]
    for _ in range(_STEPS):
        logits = torch.split(F.linear(spans, W[:, :-1], W[:, -1]), counts)
        z = torch.stack([pooled(x) for x in logits])
        loss = F.binary_cross_entropy_with_logits(z, labels) + _DECAY * W[:, :-1].square().sum() / J
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return OwnHeads(tuple(ids), W.detach())
