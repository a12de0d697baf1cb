from __future__ import annotations

import asyncio
import math

import pytest
from textual.widgets import Input, ProgressBar

from bank.demos.result import Axis, Curve, Demo, HeatMap, Knob, Plot, Prediction
from tui.screens.demo import DemoScreen
from tui.widgets.heatmap import HeatMaps
from tui.widgets.knobs import Knobs, step_of, turned
from tui.widgets.plot import CurvePlot, Ticks


@pytest.fixture
def opened(make_app, worker, until):
    """An app that shows a demo, ready for a prediction."""

    async def open_demo(pilot, **options):
        screen = DemoScreen("decay", worker, **options)
        pilot.app.push_screen(screen)
        await until(pilot, lambda: screen.state == "predicting")
        return screen

    return open_demo


async def test_one_predicts_first_and_sees_how_far_off_one_was(make_app, opened, until, drawn):
    made = []
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, claim="The gradient decays as rho^T.", keep=made.append)
        text = await drawn(pilot, "How small is the gradient after 40 steps?", "The gradient decays as rho^T.")
        assert "A straight line" not in text
        await pilot.press(*"1e-3", "enter")
        await until(pilot, lambda: screen.state == "shown")
        said = "You said 0.001 of one; measured 0.01478 of one. 14.8 times too low."
        await drawn(pilot, said, "your guess", "gradient, logarithmic", "1 of 1 claims hold")
    (kept,) = made
    assert (kept.demo, kept.guess, kept.right, kept.settings["T"]) == ("decay", 0.001, False, 40)
    assert kept.measured == pytest.approx(0.9**40)


async def test_a_word_is_no_prediction(make_app, opened, worker):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press(*"lots", "enter")
        await pilot.pause()
        assert screen.state == "predicting"
        assert worker.runs == []


async def test_without_a_prediction_it_runs_and_keeps_none(make_app, opened, until, worker):
    made = []
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, keep=made.append, settings={"T": 20})
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "shown")
    assert worker.runs == [("decay", {"T": 20, "rho": 0.9, "cell": "rnn"})]
    assert made == []


async def test_turning_a_knob_runs_it_again(make_app, opened, until, worker):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "shown")
        await pilot.press("right", "down", "left")
        await until(pilot, lambda: screen.state == "shown" and len(worker.runs) == 3)
        assert worker.runs[-1][1] == {"T": 45, "rho": 0.85, "cell": "rnn"}


async def test_while_a_run_is_under_way_only_the_latest_turn_counts(make_app, opened, until, worker):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "shown")
        release = asyncio.Event()
        worker.gate = release.wait
        await pilot.press("right", "right", "right", "right")
        release.set()
        await until(pilot, lambda: screen.state == "shown")
        assert [settings["T"] for _, settings in worker.runs] == [40, 45, 60]


async def test_a_sweep_runs_over_the_whole_range_and_draws_the_answers(make_app, opened, until, worker, drawn):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "shown")
        await pilot.press("w")
        await until(pilot, lambda: screen.swept is not None and screen.state == "shown")
        assert [settings["T"] for _, settings in worker.runs[1:]] == [10, 22, 33, 45, 57, 68, 80]
        assert screen.swept.y.log
        await drawn(pilot, "answer against T")
        await pilot.press("right")
        await until(pilot, lambda: screen.state == "shown" and screen.swept is None)


async def test_a_sweep_shows_progress_and_can_be_cancelled(make_app, opened, until, worker):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "shown")
        runs = asyncio.Semaphore(2)
        worker.gate = runs.acquire
        await pilot.press("w")
        await until(pilot, lambda: screen.query_one(ProgressBar).progress == 2)
        assert screen.state == "sweeping"
        await pilot.press("escape")
        await until(pilot, lambda: screen.state == "shown")
        assert screen.is_current
        await pilot.press("escape")
        await until(pilot, lambda: not screen.is_current)


async def test_a_failing_demo_says_so_and_can_be_left(make_app, opened, until, worker, drawn):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        worker.trouble = "The demo laboratory stopped unexpectedly."
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "failed")
        await pilot.pause()
        await drawn(pilot, "stopped unexpectedly")
        worker.trouble = ""
        await pilot.press("right")
        await until(pilot, lambda: screen.state == "shown")


async def test_guessing_again_asks_about_the_knobs_as_they_are(make_app, opened, until, drawn):
    made = []
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot, keep=made.append)
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "shown")
        await pilot.press("right")
        await until(pilot, lambda: screen.state == "shown" and screen.demo.settings["T"] == 45)
        await pilot.press("g")
        await until(pilot, lambda: screen.state == "predicting")
        await pilot.pause()
        await drawn(pilot, "after 45 steps")
        assert screen.query_one("#guess", Input).value == ""
        await pilot.press(*"0.0087", "enter")
        await until(pilot, lambda: screen.state == "shown")
    assert [(m.settings["T"], m.right) for m in made] == [(45, True)]


async def test_the_claims_and_the_equation_can_be_read(make_app, opened, until, drawn):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "shown")
        await pilot.press("c")
        await pilot.pause()
        await drawn(pilot, "expected 0.01, got 0.01 (exact)")
        await pilot.press("e")
        await pilot.pause()
        await drawn(pilot, "g = rho^T")


def a_demo(plot):
    return Demo("d", "D", "e", {}, plot, (), Prediction("?", "", 1.0, 0.1), "See.")


async def test_heat_maps_are_drawn_with_a_blank_for_zero(make_app, until, worker, drawn):
    plot = Plot(
        Axis("s"), Axis("t"), maps=(HeatMap("full", ((1.0, 0.0), (1e-9, 1.0))), HeatMap("cut", ((1.0, 0.0), (0.0, math.nan))))
    )

    async def run(name, settings):
        return a_demo(plot)

    worker.run = run
    app = make_app()
    async with app.run_test(size=(160, 50)) as pilot:
        screen = DemoScreen("decay", worker)
        app.push_screen(screen)
        await until(pilot, lambda: screen.state == "predicting")
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "shown")
        await pilot.pause()
        assert screen.query_one(HeatMaps).display
        assert not screen.query_one(CurvePlot).display
        await drawn(pilot, "full", "by powers of ten: 1e-09 to 1; blank is exactly 0")


@pytest.mark.parametrize(
    "values", [(0.0, 1.0, 10.0), (math.inf, 1.0, 2.0), (math.nan, math.nan, 1.0), (5.0, 5.0, 5.0), (1e-320, 1e300, 1.0)]
)
async def test_any_values_can_be_drawn_and_what_is_left_out_is_said(make_app, until, values, drawn, worker):
    plot = Plot(Axis("[b]lag[/b]", "steps"), Axis("size", log=True), (Curve("[red]c[/red]", (1.0, 2.0, 3.0), values),))

    async def run(name, settings):
        return a_demo(plot)

    worker.run = run
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = DemoScreen("decay", worker)
        app.push_screen(screen)
        await until(pilot, lambda: screen.state == "predicting")
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "shown")
        text = await drawn(pilot, "[red]c[/red]", "[b]lag[/b] [steps]")
        hidden = sum(not (math.isfinite(v) and v > 0) for v in values)
        assert (f"{hidden} points not drawn" in text) == bool(hidden)


def test_ticks_of_a_logarithmic_axis_are_labelled_with_the_values_themselves():
    ticks = Ticks(True, 5)
    found = ticks.get_ticks(-6, 0)
    assert ticks.get_labels_for_ticks(found) == ["1e-06", "1e-04", "0.01", "1"]


def test_a_knob_stays_in_its_range_and_choices_go_round():
    T = Knob("T", 40, "steps", 10, 80)
    assert turned(T, 78, 1) == 80
    assert turned(T, 12, -1) == 10
    assert step_of(T) == 5
    assert turned(Knob("rho", 0.9, "size", 0.5, 1.5), 0.9, 1) == pytest.approx(0.95)
    assert turned(Knob("cell", "rnn", "kind", choices=("rnn", "lstm")), "lstm", 1) == "rnn"
    assert turned(Knob("tied", True, "tied"), True, 1) is False


async def test_the_knobs_are_used_by_keyboard(make_app, opened, until):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "shown")
        assert screen.query_one(Knobs).has_focus
        await pilot.press("down", "down", "right", "backspace")
        await until(pilot, lambda: screen.state == "shown")
        assert screen.query_one(Knobs).settings == {"T": 40, "rho": 0.9, "cell": "rnn"}
