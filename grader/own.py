"""What labelled answers to a question add to what its author wrote: heads of its own, and quotes as further examples.

    z_j = softmax_s(w_j u_s + b_j),   sum over answers of BCE(z_j, y_j) + decay |w_j|^2 -> min

One linear head a point; which span of an answer says it is found while training (multiple-instance learning). The more answers
there are, the more the heads count beside the judge. The quotes are those least like the point's examples and one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.judge import pooled
from grader.support import Phrase

ENOUGH = 20
"""Labelled answers from which on they are used so."""

QUOTES = 16
"""So many quotes of a point at most, as vectors."""

WORDINGS = 80
"""So many quotes of a point at most, as words."""

_DECAY = 0.001
_STEPS = 200
_LEARNING_RATE = 0.05
_HALF_TRUST = 40  # labelled answers with which the heads count half as much as the judge


@dataclass(frozen=True, slots=True)
class Own:
    """What labelled answers have taught about one question.

    Attributes:
        ids: of the points, in the order of the rows.
        W: heads, (J, D + 1), the bias last; shrunk where there were few answers.
        quotes: vectors of words that assert a point, (N, D), unit rows.
        points: whose they are, (N,).
        said: more quotes, as words.
    """

    ids: tuple[str, ...]
    W: Tensor
    quotes: Tensor
    points: Tensor
    said: tuple[Phrase, ...]

    def logits(self, spans: Tensor) -> Tensor:
        """What the heads say: spans (S, D) -> (S, J)."""
        return F.linear(spans, self.W[:, :-1], self.W[:, -1])


def fit(answers: Sequence[Tensor], labels: Tensor) -> Tensor:
    """Heads (J, D + 1) from answers, each as the vectors of its spans (S, D), S at least 1, and labels (A, J)."""
    D, J = answers[0].shape[1], labels.shape[1]
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
    return W.detach() * (len(answers) / (len(answers) + _HALF_TRUST))


def farthest(candidates: Tensor, known: Tensor, most: int) -> list[int]:
    """Greedily the candidates (N, D) least like the known vectors (M, D), M at least 1, and those already chosen."""
    nearest = (candidates @ known.T).amax(1) if len(candidates) else torch.zeros(0)
    chosen: list[int] = []
    while len(chosen) < min(most, len(candidates)):
        n = int(nearest.argmin())
        chosen.append(n)
        nearest = torch.maximum(nearest, candidates @ candidates[n])
        nearest[n] = torch.inf
    return chosen
