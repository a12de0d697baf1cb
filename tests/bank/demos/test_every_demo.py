"""What holds for every shipped demo at its defaults."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import bank.demos
from bank.demos import SHIPPED, chosen_settings, load_demo, run_demo
from bank.demos.result import Demo

INSTRUMENTS = {"__init__", "result", "claims", "measure", "latch", "attention"}
FOLDER = Path(bank.demos.__file__).parent
every_demo = pytest.mark.parametrize("name", SHIPPED)
Run = Callable[[str], Demo]


@every_demo
def test_every_claim_holds(name: str, at_defaults: Run) -> None:
    failed = [claim for claim in at_defaults(name).claims if not claim.holds]
    assert not failed
    assert at_defaults(name).claims


@every_demo
def test_the_answer_is_a_number_that_counts_as_right(name: str, at_defaults: Run) -> None:
    prediction = at_defaults(name).prediction
    assert math.isfinite(prediction.answer)
    assert prediction.is_right(prediction.answer)
    assert prediction.tolerance >= (1 if prediction.factor else 0)


@every_demo
def test_a_number_far_from_the_answer_is_wrong(name: str, at_defaults: Run) -> None:
    prediction = at_defaults(name).prediction
    far = (
        prediction.answer * (2 * prediction.tolerance)
        if prediction.factor
        else prediction.answer + 2 * prediction.tolerance + 1
    )
    assert prediction.is_right(far) == (far == prediction.answer)


@every_demo
def test_the_plot_can_be_drawn(name: str, at_defaults: Run) -> None:
    plot = at_defaults(name).plot
    assert bool(plot.curves) != bool(plot.maps)
    assert plot.x.name
    assert plot.y.name
    for curve in plot.curves:
        shown = [y for x, y in zip(curve.x, curve.y, strict=True) if math.isfinite(x) and math.isfinite(y)]
        assert any(y > 0 for y in shown) if plot.y.log else shown
        assert all(x > 0 for x in curve.x) or not plot.x.log
    for heat in plot.maps:
        assert len({len(row) for row in heat.rows}) == 1
    names = [curve.name for curve in plot.curves] + [heat.name for heat in plot.maps]
    assert len(set(names)) == len(names)


@every_demo
def test_the_result_holds_plain_values_only(name: str, at_defaults: Run) -> None:
    demo = at_defaults(name)
    assert json.loads(json.dumps(demo.to_json(), allow_nan=False))["name"] == name
    for curve in demo.plot.curves:
        assert {type(v) for v in (*curve.x, *curve.y)} <= {int, float}
    assert {type(claim.holds) for claim in demo.claims} == {bool}
    assert {type(value) for value in demo.extra.values()} <= {int, float}


@every_demo
def test_the_texts_are_complete_and_on_one_line(name: str, at_defaults: Run) -> None:
    demo, spec = at_defaults(name), load_demo(name)
    assert spec.title == SHIPPED[name] == demo.title
    assert spec.question == demo.prediction.question
    for text in (spec.question, spec.see, *(claim.statement for claim in demo.claims), *(knob.meaning for knob in spec.knobs)):
        assert text
        assert "\n" not in text
        assert "{" not in text
    equations = [line for line in demo.equation.splitlines() if line.startswith(" ")]
    assert equations
    assert max(map(len, equations)) <= 79


@every_demo
def test_the_defaults_are_in_range(name: str) -> None:
    spec = load_demo(name)
    assert chosen_settings(name, spec.knobs, spec.defaults) == spec.defaults
    for knob in spec.knobs:
        assert isinstance(knob.default, bool) or knob.choices or (knob.low is not None and knob.high is not None)


@every_demo
def test_running_twice_gives_the_same(name: str, at_defaults: Run) -> None:
    once, again = at_defaults(name), run_demo(name, load_demo(name).defaults)
    assert again.settings == once.settings
    assert [claim.holds for claim in again.claims] == [claim.holds for claim in once.claims]
    for a, b in zip(again.plot.curves, once.plot.curves, strict=True):
        assert a.y == pytest.approx(b.y, rel=1e-9, abs=1e-12, nan_ok=True)
    assert again.plot.maps == once.plot.maps


def test_every_module_is_a_shipped_demo_or_an_instrument() -> None:
    stems = {path.stem for path in FOLDER.glob("*.py")} - INSTRUMENTS
    assert stems == {name.replace("-", "_") for name in SHIPPED}


def test_a_run_leaves_threads_gradients_and_random_numbers_as_they_were() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    try:
        with torch.no_grad():
            assert all(run_demo(name).holds for name in ("bptt-is-backprop", "dropout-gradient"))
            assert not torch.is_grad_enabled()
        assert torch.get_num_threads() == 2
        assert torch.equal(torch.rand(4), expected)
    finally:
        torch.set_num_threads(threads)


def test_a_run_inside_inference_mode_still_has_gradients() -> None:
    with torch.inference_mode():
        assert run_demo("spectral-radius").holds


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_nothing_is_printed_or_drawn_by_a_demo(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    imported = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "print" not in called
    assert not imported & {"matplotlib", "textual", "rich", "plotext"}
