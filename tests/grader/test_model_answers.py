"""Words of model answers as further examples: found once, left out where the model answer itself is tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bank.entry import Entry, Question
from bank.load import Bank
from grader import prepared
from grader.grade import Grader
from grader.model_answers import model_answers_of
from grader.support import phrases_of


@pytest.fixture
def dropout(bank: Bank) -> Question:
    return bank.question("dropout")


def without_model_answers(question: Question) -> Question:
    levels = question.entry.levels
    empty = {level: getattr(levels, level).model_copy(update={"answer": ""}) for level in ("L4", "L5", "L6")}
    entry = question.entry.model_copy(update={"levels": levels.model_copy(update=empty)})
    return Question(address=question.address, entry=entry)


def test_each_question_has_its_own(bank: Bank, dropout: Question) -> None:
    assert len(model_answers_of(dropout)) == 3
    follow_up = bank.question("dropout/dropout-gradients")
    assert follow_up.follow_up is not None
    assert model_answers_of(follow_up) == (follow_up.follow_up.answer,)
    assert model_answers_of(without_model_answers(dropout)) == ()


def test_words_of_model_answers_are_further_examples(grader: Any, dropout: Question) -> None:
    listed, support = len(phrases_of(dropout)), grader.support(dropout)
    further = support.phrases - listed
    assert 10 <= further <= 3 * len(dropout.tells)
    added = support.head.phrases
    assert set(added.kinds[listed : support.phrases].tolist()) == {1}
    assert max(added.points[listed : support.phrases].tolist()) < len(dropout.tells), "they hold no misconceptions"


def test_a_model_answer_teaches_nothing_about_itself(grader: Any, dropout: Question) -> None:
    all_, answers = grader.support(dropout).phrases, model_answers_of(dropout)
    taught = [all_ - grader.support(dropout, without=answer).phrases for answer in answers]
    assert all(taught)
    assert sum(taught) == all_ - len(phrases_of(dropout))


def test_a_model_answer_is_tried_as_if_it_were_not_there(grader: Any, dropout: Question) -> None:
    answer = dropout.entry.levels.L6.answer
    written = dropout.entry.model_dump(by_alias=True)
    written["levels"]["L6"]["answer"] = ""
    without = Question(address="dropout", entry=Entry.model_validate(written))
    assert grader.unlisted(dropout, answer).tells == grader.grade(without, answer).tells
    assert grader.unlisted(dropout, answer).tells != grader.grade(dropout, answer).tells


def test_they_are_looked_for_once_in_each_state_of_the_entry(
    dropout: Question, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Grader.load(cache=tmp_path).support(dropout)
    asked: list[str] = []
    monkeypatch.setattr(prepared, "said_in", lambda question, answer, reading: asked.append(answer) or ())
    assert Grader.load(cache=tmp_path).support(dropout).phrases == first.phrases
    assert asked == []
    edited = Entry.model_validate(dropout.entry.model_dump(by_alias=True) | {"title": "Edited"})
    Grader.load(cache=tmp_path).support(Question(address="dropout", entry=edited))
    assert len(asked) == 3
