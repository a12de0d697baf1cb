"""Heads on words: which words tell a question's points apart.

What a span shares with the nearest example (`grader.words`) does not say which of the shared words matter. Here every point has
a linear head on all of them, from the question's phrases in closed form, as the judge has on vectors (`grader.judge`):

    x_g = n_g idf_g / |x|,     W = X' (X X' + 1 + lambda I)^-1 Y

g is a word, two neighbouring words, or four letters of a longer word; Y[n, j] = +1 for an example of j, -1 for a contrast of j,
else 0. The length |x| counts every occurrence alone, so that it adds up over the words of a span as the heads' sums do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grader.encoder import alone
from grader.spans import Span
from grader.words import Phrase

Array = NDArray[np.float64]
Gram = tuple[str, float]
"""Something that is counted, and how much one occurrence counts."""

_RIDGE = 0.7
_LETTERS, _PART = 4, 0.5
_PAIR = 0.7
_WORD = re.compile(r"[a-z0-9'’]+", re.IGNORECASE)


class WordHeads:
    """One linear head a point.

    Args:
        phrases: that say or do not say what a point says, at least one.
        count: J, how many points there are.
    """

    def __init__(self, phrases: Sequence[Phrase], count: int) -> None:
        said = [_grams_of(phrase.text) for phrase in phrases]
        seen = Counter(name for grams in said for name in {name for name, _ in grams})
        self._place = {name: n for n, name in enumerate(seen)}
        self._idf = np.array([_idf(len(phrases), times) for times in (*seen.values(), 0)])  # the last of what no phrase holds
        self._Y = np.zeros((len(phrases), count))
        for n, phrase in enumerate(phrases):
            self._Y[n, phrase.point] = phrase.kind
        self._rows = [self._row(grams) for grams in said]
        self._alike = _products(self._rows, len(self._place)) + 1 + _RIDGE * np.eye(len(phrases))
        self._solved(np.asarray(np.linalg.solve(self._alike, self._Y), np.float64))

    @cached_property
    def _inverse(self) -> Array:
        return np.asarray(np.linalg.inv(self._alike), np.float64)

    def without(self, left_out: Collection[int]) -> WordHeads:
        """The heads that the other phrases give, by their numbers, with the words weighed as before."""
        kept, out = copy(self), sorted(left_out)
        every = self._inverse @ self._Y
        kept._solved(every - self._inverse[:, out] @ np.linalg.solve(self._inverse[np.ix_(out, out)], every[out]))
        return kept

    def logits(self, answer: str, spans: Sequence[Span]) -> Array:
        """Every span against every point, (S, J)."""
        words, pairs, starts = _read(answer)
        said, size = self._sums(words)
        joined, joined_size = self._sums(pairs)
        first, last = (np.searchsorted(starts, [getattr(s, edge) for s in spans]) for edge in ("start", "end"))
        second = np.minimum(first + 1, last)  # the pair that the first word ends begins before the span
        total = said[last] - said[first] + joined[last] - joined[second]
        length = size[last] - size[first] + joined_size[last] - joined_size[second]
        found: Array = total / np.sqrt(np.maximum(length, 1e-9))[:, None] + self._bias
        return found

    def _solved(self, dual: Array) -> None:
        """Heads from the phrases' weights (N, J), with the words' own weights in them."""
        W = np.zeros((len(self._idf), dual.shape[1]))
        for (places, values), weights in zip(self._rows, dual, strict=True):
            np.add.at(W, places, values[:, None] * weights)
        self._W, self._bias = W * self._idf[:, None], dual.sum(0)

    def _row(self, grams: Sequence[Gram]) -> tuple[NDArray[np.int64], Array]:
        """A phrase's places and values, of unit length."""
        places = np.array([self._place[name] for name, _ in grams], int)
        values = np.array([weight for _, weight in grams]) * self._idf[places]
        return places, values / np.sqrt(max(float(values @ values), 1e-9))

    def _sums(self, words: Sequence[Sequence[Gram]]) -> tuple[Array, Array]:
        """Of the first 0, 1, ... n words: what the heads add up to, (n + 1, J), and the squared length, (n + 1,)."""
        flat = [gram for word in words for gram in word]
        places = np.array([self._place.get(name, -1) for name, _ in flat], int)
        weights = np.array([weight for _, weight in flat])
        ends = np.cumsum([0, *map(len, words)])
        said = np.zeros((len(flat) + 1, self._W.shape[1]))
        size = np.zeros(len(flat) + 1)
        np.cumsum(self._W[places] * weights[:, None], 0, out=said[1:])
        np.cumsum((weights * self._idf[places]) ** 2, out=size[1:])
        return said[ends], size[ends]


_BLOCK = 256


def _products(rows: Sequence[tuple[NDArray[np.int64], Array]], width: int) -> Array:
    """Inner products of sparse rows, (N, N)."""
    import torch
    import torch.nn.functional as F

    starts = torch.tensor(np.cumsum([0, *(len(places) for places, _ in rows)])[:-1])
    places, values = (torch.from_numpy(np.concatenate(part)) for part in zip(*rows, strict=True))
    found = []
    with alone():
        for at in range(0, len(rows), _BLOCK):
            dense = torch.zeros(max(width, 1), len(rows[at : at + _BLOCK]), dtype=torch.float64)
            for n, (where, what) in enumerate(rows[at : at + _BLOCK]):
                dense[:, n].index_add_(0, torch.from_numpy(where), torch.from_numpy(what))
            found.append(F.embedding_bag(places, dense, starts, mode="sum", per_sample_weights=values))
    together: Array = torch.cat(found, 1).numpy()
    return together


def _idf(phrases: int, times: int) -> float:
    return float(np.log((phrases + 1) / (times + 0.5)))


def _grams_of(text: str) -> list[Gram]:
    words, pairs, _ = _read(text)
    return [gram for found in (*words, *pairs) for gram in found]


def _read(text: str) -> tuple[list[list[Gram]], list[list[Gram]], NDArray[np.int64]]:
    """What each word holds, the pair that each ends, and where each begins."""
    matches = list(_WORD.finditer(text))
    words = [match.group().lower().replace("’", "'") for match in matches]
    pairs: list[list[Gram]] = [[(f"{a} {b}", _PAIR)] for a, b in pairwise(words)]
    return [list(_parts(word)) for word in words], [[], *pairs][: len(words)], np.array([m.start() for m in matches], int)


def _parts(word: str) -> Iterator[Gram]:
    yield word, 1.0
    if len(word) > _LETTERS:
        whole = f"<{word}>"
        yield from ((f"{_LETTERS}:{whole[n : n + _LETTERS]}", _PART) for n in range(len(whole) - _LETTERS + 1))
