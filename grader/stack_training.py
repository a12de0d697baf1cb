"""Training of the last step (`grader.stacking`) on what the folds' graders make of answers that they were not trained on.

The network of a fold never learns from an answer that the fold is judged on, whichever grader reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from bank.entry import Entry, Point, Question
from grader import adaptation
from grader.comparison import rounded
from grader.dataset import Dataset, LabelledAnswer, fold_of
from grader.folds import FOLDER, FOLDS, Graded, fold_grader, fold_path, split
from grader.grade import Grader
from grader.hardcases import EMPTY, SENTENCES, group_of
from grader.stacking import FARTHEST, Stack

Array = NDArray[np.float64]

_NETWORKS = 5
_HIDDEN = 24
_DROPOUT = 0.1
_EPOCHS = 40
_BATCH = 512
_LEARNING_RATE = 3e-3
_DECAY = 1e-2
_FEWER = (3, 5, 9)  # examples of a point
_EMPTY = 0.2  # weight of answers that claim nothing: more were written than are given, and short answers may claim something
_SENTENCES = {"statement": 0.16, "near-miss": 0.08}
"""Weights of single sentences: there are more of them than of answers, and plain ones are said more often than near misses."""
_KNOWN = 2.0  # weight of an answer to a question that the grader was trained on; there are fewer of them


@dataclass(frozen=True, slots=True)
class Read:
    """One answer as one fold's grader reads it.

    Attributes:
        x: features, (J, K).
        y: labels, (J,).
        known: whether the grader was trained on other answers to the question.
        fewer: whether it was told fewer examples than the question has.
    """

    answer: LabelledAnswer
    fold: int
    x: Array
    y: Array
    known: bool
    fewer: bool = False


def read_folds(dataset: Dataset, folder: Path = FOLDER) -> list[Read]:
    """Everything that each fold's grader was not trained on; answers without words are left out."""
    found: list[Read] = []
    questions = dataset.questions()
    for fold in range(FOLDS):
        grader, parts = fold_grader(fold, folder), split(dataset, fold)
        unseen = (*parts.unseen, *parts.aside)
        found += _read(grader, questions, fold, unseen, known=False)
        found += _read(grader, questions, fold, parts.known, known=True)
        found += _read_fewer(grader, dataset, fold, unseen)
    return found


def _read(
    grader: Grader,
    questions: Mapping[str, Question],
    fold: int,
    answers: Iterable[LabelledAnswer],
    known: bool,
    few: bool = False,
) -> list[Read]:
    found = []
    for answer in answers:
        question = questions[answer.entry]
        reading = grader.read(question, answer.answer)
        if reading.spans:
            found.append(Read(answer, fold, reading.features, answer.labels(question), known, few))
    return found


def _read_fewer(grader: Grader, dataset: Dataset, fold: int, answers: Sequence[LabelledAnswer]) -> list[Read]:
    """Answers to entries, and to every second topic, as if the author had listed little."""
    found = []
    for address, question in dataset.questions().items():
        mine = [a for a in answers if a.entry == address]
        if question.follow_up is not None or not mine or (address in dataset.held_out and fold_of(address, 2)):
            continue
        for n, most in enumerate(_FEWER):
            told = {address: fewer(question, most)}
            found += _read(grader, told, fold, mine[n :: len(_FEWER)], known=False, few=True)
    place = {(a.entry, a.id): n for n, a in enumerate(answers)}
    return sorted(found, key=lambda r: place[r.answer.entry, r.answer.id])


def fewer(question: Question, most: int) -> Question:
    """An entry's question with at most so many examples of each point, and two thirds as many contrasts."""

    def thinned(point: Point) -> Point:
        contrasts = spread(point.contrasts, max(2, 2 * most // 3))
        return point.model_copy(update={"examples": spread(point.examples, most), "contrasts": contrasts})

    points = {kind: tuple(map(thinned, getattr(question.entry, kind))) for kind in ("tells", "misconceptions")}
    written = question.entry.model_copy(update=points).model_dump(by_alias=True)
    return Question(address=question.address, entry=Entry.model_validate(written))


def spread(texts: Sequence[str], most: int) -> tuple[str, ...]:
    """At most so many of them, evenly spread."""
    return tuple(texts) if len(texts) <= most else tuple(texts[n * len(texts) // most] for n in range(most))


def give_stacks(dataset: Dataset, read: Sequence[Read], folder: Path = FOLDER) -> None:
    """Fit the last step of every fold and of the shipped judge, and put them into their files."""
    for fold in range(FOLDS):
        adaptation.with_stack(fold_path(fold, folder), fit(of_fold(dataset, read, fold)))
    adaptation.with_stack(adaptation.SHIPPED, fit(read))


def graded(read: Iterable[Read], known: bool, topics: Container[str], folder: Path = FOLDER) -> list[Graded]:
    """What each fold's last step makes of the answers that it is judged on; topics are not among them."""
    stacks = [adaptation.stack_of(fold_path(fold, folder)) for fold in range(FOLDS)]
    found = []
    for r in read:
        stack = stacks[r.fold]
        if stack is not None and r.known == known and not r.fewer and r.answer.entry not in topics:
            found.append(Graded(r.answer, r.fold, rounded(stack.logits(r.x)), ((),) * len(r.y)))
    return found


def of_fold(dataset: Dataset, read: Sequence[Read], fold: int) -> list[Read]:
    """What a fold's network may learn from: held-out topics, and what other folds' graders make of answers not judged here."""
    parts = split(dataset, fold)
    judged = {a.id for a in (*parts.known, *parts.unseen)}
    return [r for r in read if r.answer.entry in dataset.held_out or (r.fold != fold and r.answer.id not in judged)]


def fit(read: Sequence[Read]) -> Stack:
    """Networks that begin unlike, trained alike, side by side.

    Args:
        read: at least one answer.
    """
    x = torch.from_numpy(np.concatenate([r.x for r in read])).float()
    y = torch.from_numpy(np.concatenate([r.y for r in read])).float()
    mean, spread = x.mean(0), x.std(0) + 1e-3
    x = ((x - mean) / spread).clamp(-FARTHEST, FARTHEST)
    weights = _weights(read)
    nets = [_train(x, y, weights, seed) for seed in range(_NETWORKS)]
    W1, b1 = torch.cat([net.inner.weight.T for net in nets], 1), torch.cat([net.inner.bias for net in nets])
    w2 = torch.cat([net.outer.weight[0] for net in nets]) / len(nets)
    b2 = torch.stack([net.outer.bias for net in nets]).mean(0)
    return Stack(*(t.detach().double().numpy() for t in (mean, spread, W1, b1, w2, b2)))


def _weights(read: Sequence[Read]) -> Tensor:
    """One for each decision, (N,): many answers to one question count less than as many to several."""
    counts = Counter((r.answer.entry, r.known) for r in read if group_of(r.answer.style) not in SENTENCES)
    light = dict.fromkeys((*EMPTY, "questioning"), _EMPTY) | _SENTENCES
    kinds = [(_KNOWN if r.known else 1.0) * light.get(group_of(r.answer.style), 1.0) for r in read]
    each = [kind / max(counts[r.answer.entry, r.known], 1) ** 0.5 for r, kind in zip(read, kinds, strict=True)]
    weights = torch.cat([torch.full((len(r.y),), w) for r, w in zip(read, each, strict=True)])
    return weights / weights.mean()


class _Network(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.inner = nn.Linear(width, _HIDDEN)
        self.outer = nn.Linear(_HIDDEN, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, K) -> (N,)."""
        found: Tensor = self.outer(F.dropout(F.silu(self.inner(x)), _DROPOUT, self.training)).squeeze(1)
        return found


def _train(x: Tensor, y: Tensor, weights: Tensor, seed: int) -> _Network:
    torch.manual_seed(seed)
    net = _Network(x.shape[1])
    optimizer = torch.optim.AdamW(net.parameters(), lr=_LEARNING_RATE, weight_decay=_DECAY)
    steps = _EPOCHS * -(-len(x) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _LEARNING_RATE, total_steps=steps + 1)
    for _ in range(_EPOCHS):
        for rows in torch.split(torch.randperm(len(x)), _BATCH):
            loss = F.binary_cross_entropy_with_logits(net(x[rows]), y[rows], weights[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return net
