"""Plots as plain text."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.demos.result import Axis, Curve, HeatMap, Plot
from tui.plot_text import axis_label, nice_ticks, plot_text, tick_label


def curves(*ys: tuple[float, ...], log: bool = False) -> Plot:
    lines = tuple(Curve(f"line {i}", tuple(range(len(y))), y) for i, y in enumerate(ys))
    return Plot(Axis("lag", "steps"), Axis("size", log=log), lines)


def area(text: str) -> list[str]:
    """The rows of the plotting area."""
    return [line[11:] for line in text.splitlines() if line[10:11] in ("|", "+") and "---" not in line]


def test_a_rising_line_goes_from_lower_left_to_upper_right() -> None:
    rows = area(plot_text(curves((0, 1, 2, 3))))
    assert rows[0].rstrip().endswith("o")
    assert rows[-1].startswith("o")
    assert len(rows[0].rstrip()) > len(rows[-1].rstrip())


def test_an_exponential_is_straight_on_a_logarithmic_axis() -> None:
    rows = area(plot_text(curves(tuple(0.5**k for k in range(40)), log=True), width=60))
    firsts = [row.find("o") for row in rows]
    steps = [b - a for a, b in pairwise(firsts)]
    assert max(steps) - min(steps) <= 2


def test_a_logarithmic_axis_has_powers_of_ten() -> None:
    text = plot_text(curves((1e-4, 1e-2, 1), log=True))
    assert "1e-04 +" in text
    assert "0.01 +" in text
    assert "logarithmic" in text


def test_zeros_on_a_logarithmic_axis_are_left_out_and_counted() -> None:
    text = plot_text(curves((1.0, 0.1, 0.0, math.nan, math.inf), log=True))
    assert "(3 not shown: zero, or not finite)" in text


def test_curves_that_coincide_are_both_seen() -> None:
    text = "".join(area(plot_text(curves((1, 2, 3), (1, 2, 3)))))
    assert "o" in text
    assert "x" in text


def test_every_curve_is_named_with_its_mark() -> None:
    text = plot_text(curves(*((float(i), float(i + 1)) for i in range(6))))
    for i, mark in enumerate("ox+*#@"):
        assert f"{mark} line {i}" in text


@pytest.mark.parametrize("width", [40, 60, 79, 120])
def test_no_line_is_wider_than_asked(width: int) -> None:
    heat = HeatMap("full", tuple(tuple(float(i >= j) for j in range(48)) for i in range(48)))
    for plot in (curves((1, 5, 2), (3, 3, 3)), Plot(Axis("s"), Axis("t"), maps=(heat, heat))):
        assert max(map(len, plot_text(plot, width).splitlines())) <= max(width, 62)


def test_heat_maps_stand_side_by_side_and_a_zero_is_blank() -> None:
    heat = HeatMap("full", ((1.0, 0.0), (1e-6, 1.0)))
    lines = plot_text(Plot(Axis("s"), Axis("t"), maps=(heat, HeatMap("window", heat.rows)))).splitlines()
    assert lines[0].split() == ["full", "window"]
    assert lines[1].split("|")[0] == "@@  "
    assert lines[2].split("|")[0] == "..@@"
    assert "blank is exactly 0" in lines[-1]


def test_a_map_too_wide_for_the_terminal_is_pooled_by_its_largest_value() -> None:
    rows = tuple(tuple(1.0 if (i, j) == (3, 3) else 0.0 for j in range(100)) for i in range(100))
    text = plot_text(Plot(Axis("s"), Axis("t"), maps=(HeatMap("one", rows),)), 60)
    assert "(one cell for 2 by 2)" in text
    assert text.count("@") == 2  # the cell and the key


def test_a_constant_and_a_single_point_can_be_drawn() -> None:
    assert "o" in plot_text(curves((2.0, 2.0, 2.0)))
    assert "o" in plot_text(Plot(Axis("x"), Axis("y"), (Curve("one", (1.0,), (1.0,)),)))


def test_a_plot_without_a_point_to_show_says_so() -> None:
    assert "2 not shown" in plot_text(curves((0.0, 0.0), log=True))


@pytest.mark.parametrize(
    ("low", "high", "log", "ticks"),
    [
        (0, 10, False, [0, 2, 4, 6, 8, 10]),
        (0, 1, False, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (1e-3, 1, True, [1e-3, 1e-2, 1e-1, 1]),
        (5, 5, False, [5]),
        (2, 3, True, [2, 2.2, 2.4, 2.6, 2.8, 3]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, log: bool, ticks: list[float]) -> None:
    assert nice_ticks(low, high, log, 5) == pytest.approx(ticks)


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300), st.integers(1, 12))
def test_ticks_lie_on_the_axis_and_are_few(a: float, b: float, most: int) -> None:
    low, high = sorted((a, b))
    ticks = nice_ticks(low, high, False, most)
    assert 0 < len(ticks) <= 3 * most + 2 or high - low < 1e-9 * max(abs(low), abs(high))
    span = high - low
    assert all(low - 0.01 * span <= tick <= high + 0.01 * span for tick in ticks)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=30), st.booleans())
def test_any_numbers_can_be_drawn(ys: list[float], log: bool) -> None:
    text = plot_text(curves(tuple(ys), log=log))
    assert all(character == "\n" or character.isprintable() for character in text)


@pytest.mark.parametrize(("value", "label"), [(0, "0"), (1e-5, "1e-05"), (123456, "1.2e+05"), (0.25, "0.25"), (1e6, "1e+06")])
def test_tick_labels_are_short(value: float, label: str) -> None:
    assert tick_label(value) == label


def test_an_axis_says_its_unit_and_its_scale() -> None:
    assert axis_label(Axis("kept", "KiB", log=True)) == "kept [KiB], logarithmic"
