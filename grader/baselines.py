"""What a simple rule would get: the figures the grader must be held against."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bank.entry import Question
from grader.encoder import Vectors
from grader.spans import segment

Scores = NDArray[np.float64]


class Phrased(Protocol):
    """Texts -> unit vectors."""

    def phrases(self, texts: Sequence[str]) -> Vectors: ...


_WORD = re.compile(r"[a-z0-9']+")
_ENDING = re.compile(r"(?:ing|ed|es|s|ly|ions?|al)$")
_COMMON = frozenset(
    _WORD.findall(
        "the a an of to in is it and or that this so you we for on with as at by be are was not no does do its from but if"
    )
)


def stems(text: str) -> set[str]:
    """Words without their endings and without the commonest ones."""
    return {_ENDING.sub("", word) for word in _WORD.findall(text.lower())} - _COMMON


def cosine_scores(encoder: Phrased, question: Question, answers: Sequence[str]) -> Scores:
    """Best cosine of any clause of the answer to any example of the point, (A, J)."""
    vectors = [encoder.phrases([p.says, *p.examples]) for p in question.points]
    rows = np.full((len(answers), len(vectors)), -1.0)
    for n, answer in enumerate(answers):
        cut = segment(answer)
        clauses = encoder.phrases([answer[s.start : s.end] for s in cut.clauses])
        if len(clauses):
            rows[n] = [float((clauses @ v.T).max()) for v in vectors]
    return rows


def overlap_scores(question: Question, answers: Sequence[str]) -> Scores:
    """Best share of a phrase's stems, rare ones weighing more, that the answer holds, (A, J)."""
    phrases = [[stems(text) for text in (p.says, *p.examples)] for p in question.points]
    every = [stems_ for point in phrases for stems_ in point]
    counts = Counter(stem for stems_ in every for stem in stems_)
    idf = {stem: math.log(1 + len(every) / n) for stem, n in counts.items()}
    rows = np.zeros((len(answers), len(phrases)))
    for n, answer in enumerate(answers):
        said = stems(answer)
        for j, point in enumerate(phrases):
            rows[n, j] = max(_share(phrase, said, idf) for phrase in point)
    return rows


def length_scores(question: Question, answers: Sequence[str]) -> Scores:
    """The number of words, the same for every point, (A, J)."""
    words = np.array([len(answer.split()) for answer in answers], float)
    return np.repeat(words[:, None], len(question.points), 1)


def _share(phrase: set[str], said: set[str], idf: dict[str, float]) -> float:
    whole = sum(idf[stem] for stem in phrase)
    return sum(idf[stem] for stem in phrase & said) / whole if whole else 0.0
