"""Which words of the answer a decision rests on, and why the nearest words did not count."""

from __future__ import annotations

import re
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from grader.spans import Span
from grader.verdict import Evidence, Nearest, Reason

_MOST = 2  # pieces of evidence a point
_SECOND = 0.5  # a second piece must score at least so much, as a span logit
_LONGER = 0.35  # a longer span must beat a shorter one inside it by so much
_WHOLE_WORDS = 12  # a quote of fewer words is often half of what was said, so it is widened
_WIDER = 2.5  # to a span around it that scores at most so much less
_NAMED_ONLY_WORDS = 6
_FAR = 0.02  # confidence below which nothing near was said

_DENIAL = re.compile(
    r"\b(?:not|n't|no|never|nothing|neither|nor|none|without|isn't|doesn't|don't|won't|can't|cannot|wrong|false|myth|untrue|"
    r"contrary|instead of|rather than|isnt|doesnt|dont|cant|wont)\b|n't\b",
    re.IGNORECASE,
)


class Scored(Protocol):
    """Spans with a logit for every point, (S, J)."""

    @property
    def spans(self) -> tuple[Span, ...]: ...
    @property
    def logits(self) -> NDArray[np.float64]: ...
    @property
    def closeness(self) -> NDArray[np.float64]: ...


def evidence_for(answer: str, scored: Scored, j: int) -> tuple[Evidence, ...]:
    """The spans that say point `j`, best first found, in the order of the answer; they do not overlap."""
    order = sorted(range(len(scored.spans)), key=lambda n: (-_worth(scored, n, j), scored.spans[n]))
    chosen: list[Span] = []
    for n in order:
        if chosen and scored.logits[n, j] < _SECOND:
            break
        span = _widened(answer, scored, n, j)
        if all(span.end <= other.start or span.start >= other.end for other in chosen):
            chosen.append(span)
        if len(chosen) == _MOST:
            break
    return tuple(Evidence(s.start, s.end, answer[s.start : s.end]) for s in sorted(chosen))


def _widened(answer: str, scored: Scored, n: int, j: int) -> Span:
    """The span, or where it is short the best of those around it that are not; where all are, the longest."""
    span = scored.spans[n]
    if _words(answer, span) >= _WHOLE_WORDS:
        return span
    least = scored.logits[n, j] - _WIDER
    around = [
        m
        for m, other in enumerate(scored.spans)
        if other.start <= span.start and span.end <= other.end and scored.logits[m, j] >= least
    ]
    whole = [m for m in around if _words(answer, scored.spans[m]) >= _WHOLE_WORDS]
    if whole:
        return scored.spans[max(whole, key=lambda m: (_worth(scored, m, j), -m))]
    return scored.spans[max(around, key=lambda m: (scored.spans[m].end - scored.spans[m].start, -m))]


def _words(answer: str, span: Span) -> int:
    return len(answer[span.start : span.end].split())


def nearest_to(answer: str, scored: Scored, j: int, confidence: float) -> Nearest | None:
    """What came closest to point `j`, and why it did not count; None where the answer holds no words."""
    if not scored.spans:
        return None
    n = min(range(len(scored.spans)), key=lambda n: (-_worth(scored, n, j), scored.spans[n]))
    span = scored.spans[n]
    words = answer[span.start : span.end]
    return Nearest(span.start, span.end, words, _reason(words, float(scored.closeness[n, j]), confidence))


def _reason(words: str, closeness: float, confidence: float) -> Reason:
    if confidence < _FAR:
        return "not-said"
    if closeness < 0:
        return "denied" if _DENIAL.search(words) else "contrast"
    if len(words.split()) <= _NAMED_ONLY_WORDS:
        return "only-named"
    return "unsure"


def _worth(scored: Scored, n: int, j: int) -> float:
    """The span's logit, a little less for every word-like stretch, so that the shortest span that says it is quoted."""
    span = scored.spans[n]
    return float(scored.logits[n, j]) - _LONGER * (span.end - span.start) / 100
