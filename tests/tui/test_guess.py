from __future__ import annotations

import pytest

from bank.demos.result import Prediction
from tui.guess import how_far, number_of


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12), ("1,024", 1024), ("1e-3", 0.001), ("1/64", 1 / 64), ("2^10", 1024), ("2**3", 8), ("5%", 0.05),
        ("-.5", -0.5), ("  7 steps", 7), ("−3", -3), ("1 000", 1), ("1_000", 1000),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed, number):
    assert number_of(typed) == pytest.approx(number)


@pytest.mark.parametrize("typed", ["", "many", "1/0", "9^9999", "1e999", "nan", "inf", "(-8)^.5", "-8^.5", "[b]"])
def test_what_is_no_finite_number_is_refused(typed):
    assert number_of(typed) is None


def test_how_far_off_is_a_factor_where_that_says_more():
    made = Prediction("?", "bytes", 1024, 1)
    assert how_far(1024, made) == "You said 1024 bytes; measured 1024 bytes. Exactly right."
    assert "34.1 times too low" in how_far(30, made)
    assert "Off by 24 bytes" in how_far(1000, made)
    assert "Off by" in how_far(-1, made)
