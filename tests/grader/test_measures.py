"""Figures against values worked out by hand, and calibration against data made to need it."""

from __future__ import annotations

import numpy as np
import pytest

from bank.entry import Entry, Question
from grader import measures
from grader.calibration import Calibration, Curve, Evidence, calibrate


def test_precision_recall_and_f1() -> None:
    y, d = np.array([1.0, 1, 0, 0, 1]), np.array([True, False, True, False, True])
    assert measures.precision_recall_f1(y, d) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert measures.precision_recall_f1(np.zeros(3), np.zeros(3, bool)) == (1, 1, 1)
    assert measures.precision_recall_f1(np.ones(3), np.zeros(3, bool)) == (0, 0, 0)


def test_macro_f1_leaves_out_points_that_nobody_makes() -> None:
    Y = np.array([[1.0, 0], [0, 0]])
    assert measures.macro_f1(Y, np.array([[True, True], [False, False]])) == 1


def test_cohen_kappa_is_zero_for_chance_and_one_for_agreement() -> None:
    y = np.array([1.0, 0, 1, 0])
    assert measures.cohen_kappa(y, y) == 1
    assert measures.cohen_kappa(y, np.ones(4)) == 0


def test_quadratic_kappa_counts_a_far_miss_more() -> None:
    near = measures.quadratic_kappa([0, 1, 2, 3], [0, 1, 2, 2], 4)
    far = measures.quadratic_kappa([0, 1, 2, 3], [0, 1, 2, 0], 4)
    assert measures.quadratic_kappa([0, 1, 2, 3], [0, 1, 2, 3], 4) == 1
    assert far < near < 1


def test_calibration_error_is_the_gap_between_said_and_found() -> None:
    y, p = np.array([1.0, 0, 0, 0]), np.full(4, 0.75)
    assert measures.calibration_error(y, p) == pytest.approx(0.5)
    assert measures.brier(y, p) == pytest.approx((0.0625 + 3 * 0.5625) / 4)


def test_the_best_threshold_parts_what_can_be_parted() -> None:
    Y, S = np.array([[0.0], [0], [1], [1]]), np.array([[0.1], [0.2], [0.8], [0.9]])
    assert measures.macro_f1(Y, measures.best_threshold(Y, S) <= S) == 1


def test_an_interval_holds_the_figure_and_is_the_same_every_time() -> None:
    values = np.arange(50.0)
    low, high = measures.bootstrap(50, lambda rows: float(values[rows].mean()))
    assert low < values.mean() < high
    assert (low, high) == measures.bootstrap(50, lambda rows: float(values[rows].mean()))


@pytest.fixture
def one(entry: Entry) -> Question:
    """A question with one tell and one misconception."""
    follow_up = entry.follow_ups[0].model_copy(update={"misconceptions": entry.misconceptions})
    return Question(address="letters/more", entry=entry, follow_up=follow_up)


def test_calibration_finds_the_scale_and_shift_that_made_the_labels(one: Question) -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(size=(4000, 2)) * 3
    y = (rng.random((4000, 2)) < 1 / (1 + np.exp(-(z * [0.5, 2.0] + [-1.0, 1.0])))).astype(float)
    found = calibrate([Evidence(one, z, y)], of_points=False)
    assert (found.tells.scale, found.tells.shift) == pytest.approx((0.5, -1), abs=0.1)
    assert (found.misconceptions.scale, found.misconceptions.shift) == pytest.approx((2, 1), abs=0.3)
    assert measures.calibration_error(y.ravel(), found.probability(one, z).ravel()) < 0.02


def test_an_answer_of_which_no_point_is_probable_makes_none(one: Question) -> None:
    c = Calibration()
    p = np.array([[0.45, 0.1], [0.45, 0.9], [0.9, 0.45]])
    assert c.decisions(one, p).tolist() == [[False, False], [True, True], [True, False]]
    assert c.decisions(one, p[1]).tolist() == [True, True]


def test_a_point_that_is_always_underrated_gets_a_shift_of_its_own(question: Question) -> None:
    rng = np.random.default_rng(1)
    z = rng.normal(size=(600, 7))
    hidden = np.array([2.0, -2.0, 0, 0, 0, 0, 0])
    y = (rng.random((600, 7)) < 1 / (1 + np.exp(-(z + hidden)))).astype(float)
    found = calibrate([Evidence(question, z, y)], of_points=True)
    assert found.points["letters"]["a"] > 1 > -1 > found.points["letters"]["b"]
    other = question.model_copy(update={"address": "others"})
    assert len(set(found.probability(other, np.zeros(7))[:6])) == 1


def test_a_calibration_survives_being_written() -> None:
    c = Calibration(Curve(1.5, -0.25), Curve(1.0, 0.5), {"q": {"a": 0.125}})
    assert Calibration.from_json(c.to_json()) == c
