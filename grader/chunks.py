"""An answer as windows of tokens that the encoder reads whole, so that every clause is embedded in its context.

A window holds clauses up to `_WINDOW` tokens, ends at a sentence's end where it can, and begins with a little of what came
before it. Each span of the answer is read in the first window that holds it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from grader.spans import Segmented, Span

_WINDOW = 128
_CONTEXT = 32
_LONGEST = 320  # tokens of one window, whatever a clause may hold


class Tokens(Protocol):
    """Token ids of a text and the characters each stands for."""

    @property
    def ids(self) -> Sequence[int]: ...
    @property
    def offsets(self) -> Sequence[tuple[int, int]]: ...


@dataclass(frozen=True, slots=True)
class Chunk:
    """One window.

    Attributes:
        ids: token ids, without the special tokens.
        spans: the spans read in this window.
        rows: for each span its half-open range of positions in `ids`.
    """

    ids: tuple[int, ...]
    spans: tuple[Span, ...]
    rows: tuple[tuple[int, int], ...]


def chunks(segmented: Segmented, tokens: Tokens) -> list[Chunk]:
    """Cut a tokenized answer into windows; empty where the answer holds no words."""
    starts = [start for start, _ in tokens.offsets]
    ends = [end for _, end in tokens.offsets]
    found: list[Chunk] = []
    read: set[Span] = set()
    for first, last in _windows(segmented, starts, ends):
        begin, finish = segmented.clauses[first].start, segmented.clauses[last].end
        context = _context_start(segmented, first, starts, ends)
        low = bisect_right(ends, context)
        high = min(bisect_left(starts, finish), low + _LONGEST)
        spans, rows = [], []
        for span in segmented.spans:
            if span.start < context or span.end > finish or span.end <= begin or span in read:
                continue
            row = (bisect_right(ends, span.start) - low, min(bisect_left(starts, span.end), high) - low)
            if row[0] < row[1]:
                spans.append(span)
                rows.append(row)
                read.add(span)
        if spans:
            found.append(Chunk(tuple(tokens.ids[low:high]), tuple(spans), tuple(rows)))
    return found


def _windows(segmented: Segmented, starts: Sequence[int], ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last clause of each window."""
    clauses = segmented.clauses
    sentence_ends = {s.end for s in segmented.sentences}
    first = 0
    while first < len(clauses):
        last = first
        while last + 1 < len(clauses) and _length(clauses[first].start, clauses[last + 1].end, starts, ends) <= _WINDOW:
            last += 1
        if last + 1 < len(clauses):
            at_end = [n for n in range(first + (last - first) // 2, last + 1) if clauses[n].end in sentence_ends]
            last = at_end[-1] if at_end else last
        yield first, last
        first = last + 1


def _context_start(segmented: Segmented, first: int, starts: Sequence[int], ends: Sequence[int]) -> int:
    clauses = segmented.clauses
    context = first
    while context > 0 and _length(clauses[context - 1].start, clauses[first].start, starts, ends) <= _CONTEXT:
        context -= 1
    return clauses[context].start


def _length(start: int, end: int, starts: Sequence[int], ends: Sequence[int]) -> int:
    return bisect_left(starts, end) - bisect_right(ends, start)
