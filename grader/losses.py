"""What is wrong with a model's reading of one question: of labelled answers, of phrases left out, of runs of them, of pairs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.judge import Head, Phrases, pooled
from grader.lessons import Ids, Phrase, Reading, Rows
from grader.student import Model
from grader.words import SharedWords


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of a question in a step, and how mistakes are weighed.

    Attributes:
        examples, contrasts: at most so many of a point's phrases are drawn as support.
        points: at most so many of the question's points are looked at.
        queries: so many of the remaining phrases are graded.
        joined: so many answers put together from them are graded.
        pairs: weight of the sides of a pair being told apart.
        margin: by how much their logits should differ.
    """

    dropout: float = 0.1
    examples: int = 8
    contrasts: int = 5
    points: int = 9
    queries: int = 12
    joined: int = 4
    pairs: float = 0.0
    margin: float = 4.0


@dataclass(frozen=True, slots=True)
class Task:
    """One question's phrases with a batch of answers to it; J is how many points it has."""

    phrases: Sequence[Phrase]
    batch: Sequence[Reading]
    J: int


@dataclass(frozen=True, slots=True)
class _Support:
    """What the model is told of the question in a step."""

    head: Head
    words: SharedWords

    def shared(self, texts: Sequence[str]) -> Tensor:
        """(S, J, 2)."""
        return torch.from_numpy(self.words.overlap(texts)).float()


def loss_of(model: Model, task: Task, drawing: Drawing, rng: random.Random) -> Tensor:
    """The loss of one step."""
    if drawing.points < task.J:
        task = _of_points(task, sorted(rng.sample(range(task.J), drawing.points)))
    support, held = _draw(task, drawing, rng)
    queries = held[: drawing.queries]
    vectors = model.phrases([p.ids for p in (*support, *queries)], drawing.dropout)
    told = _Support(model.judge.head(_as_phrases(vectors[: len(support)], support, task.J)), SharedWords(support, task.J))
    loss = _answers_loss(model, told, task, drawing)
    if queries:
        loss = loss + 0.5 * _queries_loss(model, told, vectors[len(support) :], queries, task.J)
    if len(held) > 6 and drawing.joined:
        loss = loss + 0.5 * _runs_loss(model, told, held, task.J, drawing, rng)
    return loss


def _of_points(task: Task, chosen: Sequence[int]) -> Task:
    """The same question and answers as if it had only the chosen points."""
    place = {j: n for n, j in enumerate(chosen)}
    kept = [Phrase(p.text, p.ids, place[p.point], p.kind) for p in task.phrases if p.point in place]
    read = [Reading(r.windows, r.texts, r.labels[list(chosen)], r.quoted[:, list(chosen)], r.group) for r in task.batch]
    return Task(kept, read, len(chosen))


def _draw(task: Task, drawing: Drawing, rng: random.Random) -> tuple[list[Phrase], list[Phrase]]:
    """Some phrases of each point as support, its first sentence always; the rest, shuffled."""
    support: list[Phrase] = []
    held: list[Phrase] = []
    for j in range(task.J):
        says, *examples = [p for p in task.phrases if p.point == j and p.kind > 0]
        contrasts = [p for p in task.phrases if p.point == j and p.kind < 0]
        rng.shuffle(examples)
        rng.shuffle(contrasts)
        kept = min(len(examples) - 1, rng.randint(min(3, drawing.examples), drawing.examples)) if len(examples) > 1 else 1
        refused = min(max(len(contrasts) - 1, 1), rng.randint(min(2, drawing.contrasts), drawing.contrasts))
        support += [says, *examples[:kept], *contrasts[:refused]]
        held += [*examples[kept:], *contrasts[refused:]]
    rng.shuffle(held)
    return support, held


def _as_phrases(vectors: Tensor, phrases: Sequence[Phrase], J: int) -> Phrases:
    kinds = torch.tensor([p.kind for p in phrases])
    return Phrases(vectors, kinds, torch.tensor([p.point for p in phrases]), J)


def _answers_loss(model: Model, told: _Support, task: Task, drawing: Drawing) -> Tensor:
    """Each answer's labels; the quoted spans must say it, the others not; and the sides of a pair must be far apart."""
    batch = task.batch
    vectors = torch.cat(model.windows([window for reading in batch for window in reading.windows], drawing.dropout))
    shared = told.shared([text for reading in batch for text in reading.texts])
    every = model.judge(vectors, told.head, shared).logits
    spans = torch.split(every, [len(reading.texts) for reading in batch])
    Z = torch.stack([pooled(logits) for logits in spans])
    Y = torch.stack([reading.labels for reading in batch])
    total = 2 * len(batch) * F.binary_cross_entropy_with_logits(Z, Y)
    for reading, logits in zip(batch, spans, strict=True):
        asserted = (reading.quoted == 1).any(0)
        inside = pooled(logits.masked_fill(reading.quoted != 1, -1e4))
        outside = pooled(logits.masked_fill(reading.quoted != 0, -1e4)).clamp_min(-20.0)
        total = total + (asserted * (F.softplus(-inside) + F.softplus(outside))).sum() / task.J
    if drawing.pairs:
        total = total + drawing.pairs * pairs_loss(Z, Y, [reading.group for reading in batch], drawing.margin)
    return total / len(batch)


def pairs_loss(Z: Tensor, Y: Tensor, groups: Sequence[str], margin: float) -> Tensor:
    """Of each point in which the two sides of a pair differ: the side that makes it must score higher by a margin."""
    total = torch.zeros(())
    first: dict[str, int] = {}
    for n, group in enumerate(groups):
        m = first.setdefault(group, n)
        apart = (Z[n] - Z[m]) * (Y[n] - Y[m])
        total = total + (F.softplus(margin - apart) * (Y[n] != Y[m])).sum()
    return total


def _queries_loss(model: Model, told: _Support, vectors: Tensor, queries: Sequence[Phrase], J: int) -> Tensor:
    """Phrases left out of the support: an example asserts its own point, probably no other; a contrast not its own."""
    labels, weights = torch.zeros(len(queries), J), torch.zeros(len(queries), J)
    for n, phrase in enumerate(queries):
        weights[n] = 0.2 if phrase.kind > 0 else 0.0
        weights[n, phrase.point] = 1.0
        labels[n, phrase.point] = float(phrase.kind > 0)
    logits = model.judge(vectors, told.head, told.shared([phrase.text for phrase in queries])).logits
    loss = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    return (loss * weights).sum() / len(queries)


def _runs_loss(model: Model, told: _Support, held: Sequence[Phrase], J: int, drawing: Drawing, rng: random.Random) -> Tensor:
    """Answers put together from phrases left out of the support."""
    runs = [rng.sample(held, rng.randint(2, 5)) for _ in range(drawing.joined)]
    read = model.windows([_joined(run) for run in runs], drawing.dropout, again=False)
    total = torch.zeros(())
    for run, vectors in zip(runs, read, strict=True):
        labels, weights = torch.zeros(J), torch.full((J,), 0.1 if any(p.kind < 0 for p in run) else 0.2)
        for phrase in run:
            weights[phrase.point] = 1.0
            labels[phrase.point] = max(float(phrase.kind > 0), float(labels[phrase.point]))
        texts = [phrase.text for phrase in run]
        shared = told.shared([*texts, *(f"{a} {b}" for a, b in pairwise(texts))])
        logits = pooled(model.judge(vectors, told.head, shared).logits)
        loss = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")
        total = total + 2 * (loss * weights).mean()
    return total / len(runs)


def _joined(run: Sequence[Phrase]) -> tuple[Ids, Rows]:
    """The phrases one after another, each a span, and each two neighbours together."""
    ids: list[int] = []
    rows: list[tuple[int, int]] = []
    for phrase in run:
        rows.append((len(ids), len(ids) + len(phrase.ids)))
        ids.extend(phrase.ids)
    pairs = [(a[0], b[1]) for a, b in pairwise(rows)]
    return tuple(ids), (*rows, *pairs)
