"""What words a text shares with a point's examples and with its contrasts: the rarer the word, the more; nothing for none."""

from __future__ import annotations

import numpy as np
import pytest

from grader.support import Phrase
from grader.words import SharedWords, words_of

PHRASES = (
    Phrase("The gradient vanishes", 0, 1),
    Phrase("The gradient explodes", 1, 1),
    Phrase("The gradient stays", 1, -1),
)


@pytest.fixture
def shared() -> SharedWords:
    return SharedWords(PHRASES, 3)


def test_an_example_shares_all_its_words_with_itself_and_fewer_with_another_point(shared: SharedWords) -> None:
    (row,) = shared.overlap(["the gradient vanishes"])[..., 0]
    assert row[0] == pytest.approx(1 / 1.3)
    assert 0 < row[1] < row[0] / 2
    assert row[2] == 0


def test_a_rare_word_counts_more_than_a_common_one(shared: SharedWords) -> None:
    rare, common = shared.overlap(["it vanishes", "the gradient"])[..., 0]
    assert rare[0] > common[0]


def test_a_contrasts_words_are_told_apart_from_an_examples(shared: SharedWords) -> None:
    stays, explodes = shared.overlap(["the gradient stays", "the gradient explodes"])[:, 1]
    assert stays[0] < explodes[0] / 2
    assert explodes[1] < stays[1] / 2
    assert shared.overlap(["the gradient stays"])[0, 0, 1] == 0


def test_words_are_found_in_any_case_and_script_without_harm(shared: SharedWords) -> None:
    assert words_of("Don’t VANISH, ok?") == {"don't", "vanish", "ok"}
    rows = shared.overlap(["", "🙂", "градиент", "THE GRADIENT VANISHES!"])
    assert np.isfinite(rows).all()
    assert (rows[:3] == 0).all()
    assert rows[3, 0, 0] == pytest.approx(1 / 1.3)
    assert shared.overlap([]).shape == (0, 3, 2)


def test_nothing_is_shared_where_there_are_no_examples() -> None:
    assert SharedWords((Phrase("Never so", 0, -1),), 1).overlap(["never so"])[0, 0, 0] == 0
