"""Heads on words: they tell points apart, add up over any span, and forget a phrase as if it had never been there."""

from __future__ import annotations

import numpy as np
import pytest

from grader.lexical import WordHeads
from grader.spans import Span, segment
from grader.support import Phrase

PHRASES = (
    Phrase("It reduces overfitting.", 0, 1),
    Phrase("The network overfits less.", 0, 1),
    Phrase("It reduces the training loss.", 0, -1),
    Phrase("Units are zeroed at random while training.", 1, 1),
    Phrase("A random mask drops units.", 1, 1),
    Phrase("The weakest units are dropped.", 1, -1),
)


@pytest.fixture(scope="module")
def heads() -> WordHeads:
    return WordHeads(PHRASES, 2)


def logits(heads: WordHeads, text: str) -> np.ndarray:
    return heads.logits(text, [Span(0, len(text))])[0]


def test_a_new_sentence_is_nearer_to_its_own_point(heads: WordHeads) -> None:
    assert logits(heads, "Dropout keeps overfitting down.").argmax() == 0
    assert logits(heads, "Some units are masked at random.").argmax() == 1


def test_a_contrast_that_shares_as_many_words_says_less(heads: WordHeads) -> None:
    assert logits(heads, "it reduces the loss")[0] < logits(heads, "it reduces overfitting")[0]


def test_another_form_of_a_word_counts(heads: WordHeads) -> None:
    assert logits(heads, "so one overfitted less")[0] > logits(heads, "so one slept less")[0]


def test_a_span_reads_as_it_would_alone(heads: WordHeads) -> None:
    answer = "First: it reduces overfitting, by dropping units at random."
    for span in segment(answer).spans:
        alone = logits(heads, answer[span.start : span.end])
        assert np.allclose(heads.logits(answer, [span])[0], alone, atol=1e-9)


def test_a_phrase_left_out_is_as_if_it_had_never_been_there() -> None:
    """But for how much a word weighs, which is by all phrases; so the two that are compared weigh them alike."""
    said = Phrase("Dropout is there against overfitting.", 0, 1)
    refused, silent = (WordHeads([*PHRASES, Phrase(said.text, 0, kind)], 2) for kind in (-1, 0))
    accepted = WordHeads([*PHRASES, said], 2)
    for text in (said.text, PHRASES[0].text, "less overfitting"):
        assert np.allclose(logits(accepted.without([6]), text), logits(refused.without([6]), text), atol=1e-9)
        assert not np.allclose(logits(accepted, text), logits(silent, text), atol=1e-3)


def test_it_does_not_matter_how_a_question_orders_its_points(heads: WordHeads) -> None:
    turned = WordHeads([Phrase(p.text, 1 - p.point, p.kind) for p in PHRASES], 2)
    text = "random units, less overfitting"
    assert np.allclose(logits(turned, text)[::-1], logits(heads, text))


@pytest.mark.parametrize("text", ["", "∑ → ∞", "'", "İİİ overfitting " * 3])
def test_any_text_can_be_read(heads: WordHeads, text: str) -> None:
    assert np.isfinite(heads.logits(text, [Span(0, len(text))])).all()


def test_phrases_without_a_latin_word_say_nothing() -> None:
    heads = WordHeads([Phrase("过拟合", 0, 1), Phrase("随机", 1, 1)], 2)
    assert np.isfinite(logits(heads, "less overfitting")).all()
