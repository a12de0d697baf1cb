"""Cutting an answer: offsets are true whatever it is made of."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from grader.spans import LONGEST_READ, readable, segment


@given(st.text(alphabet=st.characters(codec=None), max_size=400))
def test_every_span_lies_in_the_answer_and_holds_a_word(answer: str) -> None:
    cut = segment(answer)
    assert len(cut.text) == len(answer)
    for span in (*cut.sentences, *cut.clauses, *cut.spans):
        assert 0 <= span.start < span.end <= len(answer)
        assert any(c.isalnum() for c in answer[span.start : span.end])


@given(st.text(max_size=300))
def test_clauses_are_in_order_and_do_not_overlap(answer: str) -> None:
    clauses = segment(answer).clauses
    assert all(a.end <= b.start for a, b in pairwise(clauses))


def test_every_word_is_in_a_clause() -> None:
    answer = "First, you unroll it (as a graph); then, e.g. with T = 0.9, you go back. That's all!\n- and a bullet"
    covered = {n for c in segment(answer).clauses for n in range(c.start, c.end)}
    assert all(n in covered for n, c in enumerate(answer) if c.isalnum())


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    assert len(segment("It decays, e.g. like a power, i.e. fast. Then it stops.").sentences) == 2


def test_speech_without_punctuation_is_cut_into_clauses_of_bounded_length() -> None:
    speech = "so um you take the network and you roll it out over time like every step is a layer " * 6
    cut = segment(speech)
    assert len(cut.clauses) >= 12
    assert max(len(speech[c.start : c.end].split()) for c in cut.clauses) <= 16


def test_what_a_terminal_or_tokenizer_could_choke_on_becomes_a_space_of_the_same_length() -> None:
    hostile = "a\x1b[31mb\x00c\u202ed\ud800e\r\nf"
    assert readable(hostile) == "a [31mb c d e \nf"


def test_a_huge_answer_is_read_only_so_far() -> None:
    cut = segment("word " * 400_000)
    assert cut.spans[-1].end <= LONGEST_READ


def test_an_answer_without_words_has_no_spans() -> None:
    assert segment("").spans == segment(" \n\t ").spans == segment("... !!! —").spans == ()
