"""Words that a span shares with a point's phrases: they judge about as well as vectors do, and err elsewhere, so both count.

    overlap(s, p) = sum of idf(w), w in s and p  /  (sum of idf(w), w in p  +  0.3 sum of idf(w), w in s)

with idf from the question's own phrases, so that a word which every point uses weighs little.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_OWN_LENGTH = 0.3  # how much a span's other words count against it
_WORD = re.compile(r"[a-z0-9']+")

Array = NDArray[np.float64]


class Phrase(Protocol):
    """A text that says (kind +1) or does not say (kind -1) what a point says."""

    @property
    def text(self) -> str: ...
    @property
    def point(self) -> int: ...
    @property
    def kind(self) -> int: ...


class SharedWords:
    """The words of a question's phrases.

    Args:
        phrases: of all its points.
        count: J, how many points there are.
    """

    def __init__(self, phrases: Sequence[Phrase], count: int) -> None:
        said = [words_of(phrase.text) for phrase in phrases]
        counts = Counter(word for words in said for word in words)
        self._place = {word: n for n, word in enumerate(sorted(counts))}
        self._new = float(np.log((len(phrases) + 1) / 0.5))
        self._idf = np.array([np.log((len(phrases) + 1) / (counts[word] + 0.5)) for word in self._place])
        held = np.stack([self._row(words) for words in said]) if said else np.zeros((0, len(self._place)))
        self._weights = (held * self._idf).T
        self._totals = self._weights.sum(0)
        self._columns = [
            [[n for n, p in enumerate(phrases) if p.point == j and p.kind == kind] for kind in (1, -1)] for j in range(count)
        ]

    def overlap(self, texts: Sequence[str]) -> Array:
        """The largest overlap of each text with an example and with a contrast of each point, (S, J, 2), 0 to 1."""
        found = np.zeros((len(texts), len(self._columns), 2))
        if not texts:
            return found
        said = [words_of(text) for text in texts]
        used = sorted({self._place[word] for words in said for word in words if word in self._place})
        held = np.stack([self._row(words)[used] for words in said])  # few of the question's words stand in an answer
        new = np.array([sum(word not in self._place for word in words) * self._new for words in said])
        own = held @ self._idf[used] + new
        shares = held @ self._weights[used] / (self._totals + _OWN_LENGTH * own[:, None] + 1e-9)
        for j, kinds in enumerate(self._columns):
            for k, columns in enumerate(kinds):
                if columns:
                    found[:, j, k] = shares[:, columns].max(1)
        return found

    def _row(self, words: set[str]) -> Array:
        row = np.zeros(len(self._place))
        row[[self._place[word] for word in words if word in self._place]] = 1.0
        return row


def words_of(text: str) -> set[str]:
    """Lower-case words and numbers."""
    return set(_WORD.findall(text.lower().replace("’", "'")))


def words_in(answer: str) -> int:
    """How many words an answer has."""
    return len(answer.split())
