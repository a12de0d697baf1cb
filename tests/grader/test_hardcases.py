"""The figures for hard answers, on decisions made up by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.hardcases import group_of, groups, hard_figures


def scored(rows: list[tuple[str, str, list[int], list[int]]]) -> Any:
    """Style, group, labels and decisions of each answer, as one question's scored answers."""
    answers = [SimpleNamespace(style=style, group=group, entry="letters") for style, group, _, _ in rows]
    return SimpleNamespace(
        graded=[SimpleNamespace(answer=answer) for answer in answers],
        Y=np.array([y for _, _, y, _ in rows], float),
        D=np.array([d for _, _, _, d in rows], bool),
    )


def test_a_style_belongs_to_the_kind_it_begins_with() -> None:
    assert group_of("pair:07") == "pair"
    assert group_of("Double_turn:algorithm") == "double-turn"
    assert group_of("speech, no pairs") == "plain"


def test_denials_double_turns_and_empty_answers() -> None:
    found = hard_figures(
        [
            scored(
                [
                    ("negation: memory", "1", [1, 0, 0], [1, 1, 0]),
                    ("inverted", "2", [0, 0, 0], [0, 0, 0]),
                    ("double-turn", "3", [1, 1, 0], [1, 0, 0]),
                    ("salad", "4", [0, 0, 0], [0, 0, 1]),
                    ("junk:injection", "5", [1, 0, 0], [0, 0, 0]),
                ]
            )
        ]
    )
    assert found == {"denials_unheard": 4 / 5, "double_turns_heard": 1 / 2, "empty_unheard": 1 / 2}


def test_single_sentences_have_figures_of_their_own() -> None:
    rows = [
        ("statement", "1", [1, 0, 0], [1, 0, 0]),
        ("statement", "2", [0, 1, 1], [0, 1, 0]),
        ("near-miss", "3", [0, 0, 0], [0, 0, 0]),
        ("near-miss", "4", [0, 1, 0], [1, 1, 0]),
    ]
    assert hard_figures([scored(rows)]) == {"sentences_heard": 2 / 3, "near_misses_unheard": 1 / 2}


def test_a_pair_is_right_when_both_sides_are_where_they_differ() -> None:
    rows = [
        ("pair:1", "one", [1, 1, 0], [1, 0, 0]),  # wrong on the second point, in which the sides do not differ
        ("pair:1", "one", [0, 1, 0], [0, 1, 0]),
        ("pair:2", "two", [1, 0, 0], [1, 0, 0]),
        ("pair:2", "two", [0, 0, 0], [1, 0, 0]),  # the denied side is heard
        ("pair:3", "three", [1, 0, 0], [1, 0, 0]),  # its other side is not among the answers
        ("pair:5", "five", [1, 1, 0], [1, 1, 0]),
        ("pair:5", "five", [0, 0, 0], [0, 1, 0]),  # right on one of two
        ("pair:4", "four", [1, 0, 0], [0, 0, 0]),
        ("pair:4", "four", [1, 0, 0], [0, 0, 0]),  # nothing to tell apart
    ]
    found = hard_figures([scored(rows)])
    assert found["pairs_right"] == pytest.approx(2 / 4)
    assert found["pairs_all_right"] == pytest.approx(1 / 3)


def test_groups_say_how_many_and_how_right() -> None:
    found = groups([scored([("hedged", "1", [1, 0], [1, 1]), ("speech", "2", [1, 1], [1, 1])])])
    assert list(found) == ["hedged", "plain"]
    assert found["hedged"] == {
        "answers": 1, "decisions_right": 0.5, "answers_right": 0.0, "nothing_false_heard": 0.0, "recall": 1.0,
    }  # fmt: skip
