"""What decides how strongly a span asserts a point: the judge, one for all entries.

A question's phrases (each point's sentence, its examples, its contrasts) are its training set. From their embeddings
e_n (N, D) follows one linear head a point, in closed form (ridge regression, as in Bertinetto et al. 2019, R2-D2):

    W = X' (X X' + lambda I)^-1 Y,   X = [e, 1],   Y[n, j] = +1 for an example of j, -1 for a contrast of j, else 0

A span u is then compared, for every point j, with the head, with the nearest example p and the nearest contrast c
(softmax-weighted), and with what the other points' examples say; the weights of that comparison are learned from
labelled answers to many questions and know nothing of any one of them. What they are told of a point is how well its phrases
are told apart when each is left out in turn, so that a point whose examples are all alike is not judged as one whose are not.
Beside the vectors stand the words that the span shares with an example, and with a contrast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEATURES = 8
TRAITS = 6
WORDS = 2
_TOLD = FEATURES + TRAITS + WORDS
_HIDDEN = 24
_COMPARED = 96
_ABSENT = -1e4
_EXAMPLES, _CONTRASTS = 18, 10  # twice the most that training draws of a point


@dataclass(frozen=True, slots=True)
class Phrases:
    """A question's phrases, embedded.

    Attributes:
        vectors: unit rows, (N, D).
        kinds: +1 where the phrase asserts its point, -1 where it is a contrast, (N,).
        points: index of the phrase's point, (N,).
        count: J, how many points there are.
    """

    vectors: Tensor
    kinds: Tensor
    points: Tensor
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """Each point's phrases of one kind: their numbers, padded, and which of them are real, (J, K).

    Attributes:
        most: beyond so many, one more takes nothing from what the others say.
    """

    index: Tensor
    mask: Tensor
    most: int


@dataclass(frozen=True, slots=True)
class Head:
    """Phrases with what is made of them.

    Attributes:
        W: the ridge solution, (D + 1, J).
        traits: how each point's phrases stand to one another, (J, TRAITS).
        examples, contrasts: which phrases are whose.
    """

    phrases: Phrases
    W: Tensor
    traits: Tensor
    examples: Group
    contrasts: Group


@dataclass(frozen=True, slots=True)
class Judged:
    """Spans against points.

    Attributes:
        logits: (S, J).
        examples, contrasts: soft maximum of the cosine to the point's examples and to its contrasts, (S, J).
    """

    logits: Tensor
    examples: Tensor
    contrasts: Tensor


class Judge(nn.Module):
    """The learned comparison.

    Args:
        width: D of the encoder whose vectors are also compared coordinate by coordinate; 0 leaves that out, for encoders
            that the judge was not trained with.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.log_ridge = nn.Parameter(torch.tensor(math.log(0.5)))
        self.log_sharpness = nn.Parameter(torch.tensor(math.log(12.0)))
        self.linear = nn.Linear(_TOLD, 1)
        self.hidden = nn.Linear(_TOLD, _HIDDEN)
        self.out = nn.Linear(_HIDDEN, 1)
        self.compare = nn.Linear(4 * width, _COMPARED) if width else None
        self.compared = nn.Linear(_COMPARED, 1) if width else None
        self._start()

    @torch.no_grad()
    def _start(self) -> None:
        """Begin as a plain rule: high where head and examples agree and no contrast or other point is nearer."""
        self.linear.weight.copy_(torch.tensor([[3.0, 2.0, -2.0, -2.0, *[0.0] * (_TOLD - 6), 3.5, 0.0]]))
        self.linear.bias.fill_(-2.5)
        self.out.weight.mul_(0.1)
        self.out.bias.zero_()
        if self.compared is not None:
            self.compared.weight.mul_(0.05)
            self.compared.bias.zero_()

    def head(self, phrases: Phrases) -> Head:
        """Solve for W."""
        N = len(phrases.vectors)
        X = torch.cat([phrases.vectors, torch.ones(N, 1)], 1)
        Y = torch.zeros(N, phrases.count)
        Y[torch.arange(N), phrases.points] = phrases.kinds.float()
        G = torch.linalg.inv(X @ X.T + self.log_ridge.exp() * torch.eye(N))
        fitted = G @ Y
        examples, contrasts = _group(phrases, 1, _EXAMPLES), _group(phrases, -1, _CONTRASTS)
        left_out = Y - fitted / G.diagonal()[:, None]
        traits = self._traits(phrases, examples, left_out)
        return Head(phrases, X.T @ fitted, traits, examples, contrasts)

    def _traits(self, phrases: Phrases, examples: Group, left_out: Tensor) -> Tensor:
        """(J, TRAITS): how near a point's examples, its contrasts and the others' examples are to it, each left out in turn.

        Args:
            left_out: what the ridge solution without a phrase says of it, (N, J), which has a closed form.
        """
        owned = F.one_hot(phrases.points, phrases.count).T.bool()
        masks = (owned & (phrases.kinds > 0), owned & (phrases.kinds < 0), ~owned & (phrases.kinds > 0))
        sharp = self.log_sharpness.exp()
        alike = (phrases.vectors @ phrases.vectors.T * sharp).fill_diagonal_(_ABSENT)
        nearest = (_soft_maximum(alike, examples) / sharp).clamp_min(-1.0)
        return torch.stack([_mean(x.T, mask) for x in (left_out, nearest) for mask in masks], -1)

    def forward(self, spans: Tensor, head: Head, shared: Tensor) -> Judged:
        """Spans against every point.

        Args:
            spans: unit rows, (S, D).
            shared: words in common with the point's examples and with its contrasts, (S, J, 2), from `grader.words`.
        """
        sharp = self.log_sharpness.exp()
        alike = spans @ head.phrases.vectors.T * sharp
        r = torch.cat([spans, torch.ones(len(spans), 1)], 1) @ head.W
        p = _soft_maximum(alike, head.examples) / sharp
        c = _soft_maximum(alike, head.contrasts) / sharp
        p, c = p.clamp_min(-1.0), c.clamp_min(-1.0)
        others = _best_other(p)
        features = torch.stack([r, p, c, others, _best_other(r), p - c, p - others, r * p], -1)
        features = torch.cat([features, head.traits.expand(len(spans), -1, -1), shared], -1)
        logits = (self.linear(features) + self.out(F.gelu(self.hidden(features)))).squeeze(-1)
        if self.compare is not None and self.compared is not None:
            example = _nearest(alike, head.examples, head.phrases.vectors)
            contrast = _nearest(alike, head.contrasts, head.phrases.vectors)
            u = spans[:, None, :]
            pairs = torch.cat([u * example, (u - example).abs(), u * contrast, (u - contrast).abs()], -1)
            logits = logits + self.compared(F.gelu(self.compare(pairs * math.sqrt(self.width)))).squeeze(-1)
        return Judged(logits, p, c)


_SHARPNESS = 3.0


def pooled(logits: Tensor) -> Tensor:
    """Span logits (S, J) -> answer logits (J,): a soft maximum, so that one span is enough."""
    return torch.logsumexp(logits * _SHARPNESS, 0) / _SHARPNESS


def _group(phrases: Phrases, kind: int, most: int) -> Group:
    """At least one column, so that a point without such phrases has a masked one."""
    numbers = [torch.nonzero((phrases.points == j) & (phrases.kinds * kind > 0)).flatten() for j in range(phrases.count)]
    lengths = torch.tensor([len(n) for n in numbers])
    width = max(int(lengths.max()), 1)
    index = torch.stack([F.pad(n, (0, width - len(n))) for n in numbers])
    return Group(index, torch.arange(width) < lengths[:, None], most)


def _soft_maximum(alike: Tensor, group: Group) -> Tensor:
    """(S, N) -> (S, J): log-mean-exp over each point's phrases, of more than `group.most` the log-sum less a constant."""
    count = group.mask.sum(1).clamp(1, group.most).float().log()
    return torch.logsumexp(alike[:, group.index].masked_fill(~group.mask, _ABSENT), 2) - count


def _nearest(alike: Tensor, group: Group, vectors: Tensor) -> Tensor:
    """(S, J, D): each point's phrases, weighted by how near the span is to them; zero where it has none."""
    weights = alike[:, group.index].masked_fill(~group.mask, _ABSENT).softmax(2) * group.mask
    return torch.einsum("sjk,jkd->sjd", weights, vectors[group.index])


def _mean(x: Tensor, mask: Tensor) -> Tensor:
    """(J, N) under a mask -> (J,); zero where the mask is empty."""
    return (x * mask).sum(1) / mask.sum(1).clamp_min(1)


def _best_other(x: Tensor) -> Tensor:
    """(S, J) -> (S, J): the largest value among the other points."""
    J = x.shape[1]
    if J == 1:
        return torch.full_like(x, -1.0)
    top = x.topk(2, dim=1)
    return torch.where(top.indices[:, :1] == torch.arange(J)[None], top.values[:, 1:], top.values[:, :1])
