"""Which words are quoted: the shortest that say it, but not a shred of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.evidence import evidence_for
from grader.spans import Span

ANSWER = "if its norm goes over five the gradient is rescaled to five. And lunch was good, thank you for asking me that."
CLAUSE = Span(0, ANSWER.index(" the gradient"))
SENTENCE = Span(0, ANSWER.index(".") + 1)
OTHER = Span(ANSWER.index("And"), len(ANSWER))
WHOLE = Span(0, len(ANSWER))


def quoted(logits: dict[Span, float]) -> list[str]:
    spans = tuple(sorted(logits))
    scored: Any = SimpleNamespace(
        spans=spans, logits=np.array([[logits[s]] for s in spans]), closeness=np.zeros((len(spans), 1))
    )
    return [e.text for e in evidence_for(ANSWER, scored, 0)]


def test_a_shred_is_widened_to_the_words_around_it() -> None:
    assert quoted({CLAUSE: 3.0, SENTENCE: 2.4, WHOLE: 2.0, OTHER: -3.0}) == [ANSWER[: SENTENCE.end]]


def test_words_that_say_much_less_are_not_taken_along() -> None:
    assert quoted({CLAUSE: 3.0, SENTENCE: 0.0, OTHER: -3.0}) == [ANSWER[: CLAUSE.end]]


def test_where_all_that_say_it_are_short_the_longest_is_quoted() -> None:
    shred = Span(0, ANSWER.index(" goes"))
    assert quoted({shred: 3.0, CLAUSE: 1.5, OTHER: -3.0}) == [ANSWER[: CLAUSE.end]]


def test_of_spans_that_are_long_enough_the_shortest_that_says_it_is_quoted() -> None:
    assert quoted({SENTENCE: 3.0, WHOLE: 3.1, OTHER: -3.0}) == [ANSWER[: SENTENCE.end]]


def test_a_second_piece_must_say_it_too() -> None:
    assert quoted({SENTENCE: 3.0, OTHER: 2.0}) == [ANSWER[: SENTENCE.end], ANSWER[OTHER.start :]]
    assert quoted({SENTENCE: 3.0, OTHER: 0.0}) == [ANSWER[: SENTENCE.end]]
