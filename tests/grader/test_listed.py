"""What is listed counts as listed, and judgement is left alone elsewhere."""

from __future__ import annotations

import numpy as np

from grader.listed import SAME, with_listed
from grader.spans import Span

SPANS = (Span(0, 40), Span(0, 18), Span(20, 40))
KINDS, POINTS = np.array([1, -1]), np.array([0, 0])


def test_a_listed_example_is_heard() -> None:
    alike = np.array([[0.5, 0.4], [SAME, 0.9], [0.1, 0.1]])
    assert with_listed(np.full((3, 1), -2.0), SPANS, alike, KINDS, POINTS)[:, 0].tolist() == [-2, 3, -2]


def test_a_listed_contrast_silences_its_own_parts_too() -> None:
    alike = np.array([[0.9, SAME], [0.99, 0.5], [0.1, 0.1]])
    found = with_listed(np.array([[4.0], [5.0], [-4.0]]), SPANS, alike, KINDS, POINTS)
    assert found[:, 0].tolist() == [-3, -3, -4]


def test_what_is_only_near_is_left_to_the_judge() -> None:
    alike = np.full((3, 2), SAME - 0.01)
    logits = np.array([[4.0], [0.0], [-4.0]])
    assert (with_listed(logits, SPANS, alike, KINDS, POINTS) == logits).all()


def test_other_points_are_not_touched() -> None:
    alike = np.full((3, 2), SAME)
    logits = np.zeros((3, 2))
    assert (with_listed(logits, SPANS, alike, KINDS, np.array([1, 1]))[:, 0] == 0).all()
