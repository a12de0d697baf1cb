"""An answer's spans held against a question: a logit for every span and point, and one for every point of the whole answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bank.entry import Question
from grader.encoder import Vectors, alone
from grader.judge import Head, Judge, pooled
from grader.lexical import WordHeads
from grader.listed import with_listed
from grader.own import Own
from grader.spans import Span
from grader.stacking import TOGETHER, Compared, Stack, features
from grader.words import SharedWords, words_in

Logits = NDArray[np.float64]

_BLOCK = 256  # spans compared at a time
_UNSAID = -10.0  # logit of every point of an answer without words


@dataclass(frozen=True, slots=True)
class Support:
    """What the grader knows of a question.

    Attributes:
        head: made from its phrases, and from quotes of labelled answers after them.
        words: of its phrases.
        word_heads: made from its phrases, and from more quotes of labelled answers.
        listed: how many examples and how many contrasts of each point are the entry's or the user's, (J, 2).
        own: what labelled answers have taught about the question, where there were enough.
    """

    head: Head
    words: SharedWords
    word_heads: WordHeads
    listed: Logits
    own: Own | None

    @property
    def phrases(self) -> int:
        """How many of the head's phrases, from the first on, are the entry's or the user's."""
        return int(self.listed.sum())


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer's spans against a question's points.

    Attributes:
        spans: those that could be read.
        logits: (S, J), rounded; with the question's own heads added where it has them.
        features: of the spans taken together, (J, K), rounded; see `grader.stacking`.
        answer: the answer's logits, (J,), rounded.
        closeness: (S, J), by how much a point's examples are nearer to the span than its contrasts.
    """

    spans: tuple[Span, ...]
    logits: Logits
    features: Logits
    answer: Logits
    closeness: Logits


def compare(
    question: Question,
    answer: str,
    spans: Sequence[Span],
    vectors: Vectors,
    support: Support,
    judge: Judge,
    stack: Stack | None,
) -> Reading:
    """Hold an answer's spans, read as vectors (S, D), against a question.

    Args:
        stack: for the last step; None where the judge's soft maximum over spans is the last word.
    """
    J = len(question.points)
    if not spans:
        return Reading((), np.zeros((0, J)), np.zeros((J, 0)), np.full(J, _UNSAID), np.zeros((0, J)))
    shared = support.words.overlap([answer[s.start : s.end] for s in spans])
    logits, heads, examples, contrasts = _judged(spans, vectors, shared, support, judge)
    x = features(
        Compared(
            spans=spans,
            logits=logits,
            judged=_of_answer(logits),
            examples=examples,
            contrasts=contrasts,
            shared=shared,
            lexical=rounded(support.word_heads.logits(answer, spans)),
            traits=support.head.traits.numpy(),
            listed=support.listed,
            own=_of_answer(heads) if heads is not None else None,
            tells=len(question.tells),
            follow_up=question.follow_up is not None,
            words=words_in(answer),
        )
    )
    x = rounded(x)
    last = stack.logits(x) if stack is not None else x[:, TOGETHER]
    every = logits + heads if heads is not None else logits
    return Reading(tuple(spans), every, x, rounded(last), examples - contrasts)


def _judged(
    spans: Sequence[Span], vectors: Vectors, shared: Logits, support: Support, judge: Judge
) -> tuple[Logits, Logits | None, Logits, Logits]:
    """(S, J) each, rounded: what the judge says, what the question's own heads say, likeness to examples and to contrasts."""
    phrases, own = support.head.phrases, support.own
    read, words = torch.from_numpy(vectors), torch.from_numpy(shared).float()
    with alone():
        blocks = zip(torch.split(read, _BLOCK), torch.split(words, _BLOCK), strict=True)
        found = [judge(block, support.head, common) for block, common in blocks]
        alike = read @ phrases.vectors[: support.phrases].T
        heads = own.logits(read) if own is not None else None
        logits, examples, contrasts = (
            rounded(torch.cat([getattr(f, name) for f in found]).numpy()) for name in ("logits", "examples", "contrasts")
        )
    kinds, points = phrases.kinds[: support.phrases].numpy(), phrases.points[: support.phrases].numpy()
    listed = partial(with_listed, spans=spans, alike=rounded(alike.numpy()), kinds=kinds, points=points)
    return listed(logits), listed(rounded(heads.numpy())) if heads is not None else None, examples, contrasts


def _of_answer(logits: Logits) -> Logits:
    """(S, J) -> (J,)."""
    return rounded(pooled(torch.from_numpy(logits)).numpy())


def rounded(x: NDArray[Any]) -> Logits:
    """To 1/1024: far coarser than what kernels differ by, far finer than what decides."""
    found: Logits = np.round(np.asarray(x, np.float64) * 1024) / 1024
    return found
