"""Names without torch, demos of other packages, and every wrong call of a knob."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import bank.demos
from bank.demos import (
    SHIPPED,
    BadSetting,
    BrokenDemo,
    DemoError,
    UnknownDemo,
    demo_names,
    demo_title,
    load_demo,
    run_demo,
)
from bank.demos.result import Demo
from bank.load import load_bank

GOOD = '''"""A straight line.

    y = slope x
Source: geometry.
"""
from bank.demos.claims import equal
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("slope", 2, "of the line", 0, 9),
    Knob("up", True, "or down"),
    Knob("kind", "solid", "of ink", choices=("solid", "thin")),
)
GUESS = Guess("What is y at x = {slope}?", 0)
SEE = "A line."


def run(slope: int, up: bool, kind: str) -> Outcome:
    y = tuple(float(slope * x) for x in range(3))
    plot = Plot(Axis("x"), Axis("y"), (Curve("line", (0, 1, 2), y),))
    return Outcome(plot, (equal("It rises", y[2] > y[0], True),), y[1])
'''


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Installs a package whose entry point adds one demo."""
    points: list[EntryPoint] = []
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(bank.demos, "entry_points", lambda group: [p for p in points if p.group == group])

    def clear() -> None:
        bank.demos._added.cache_clear()
        load_demo.cache_clear()

    def install(name: str, source: str) -> None:
        stem = f"added_{name.replace('-', '_')}"
        sys.modules.pop(stem, None)
        (tmp_path / f"{stem}.py").write_text(source, encoding="utf-8")
        points.append(EntryPoint(name, stem, "tells.demos"))
        clear()

    clear()
    yield install
    monkeypatch.undo()
    clear()


def test_naming_the_demos_imports_no_torch() -> None:
    code = (
        "import sys, bank.demos as d; names = d.demo_names(); titles = [d.demo_title(n) for n in names]; "
        "sys.exit(len(names) < 47 or not all(titles) or 'torch' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_demo_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(UnknownDemo, match=r"no demo 'spectral-radis'\. Did you mean 'spectral-radius'"):
        load_demo("spectral-radis")
    with pytest.raises(UnknownDemo, match="`tells demo` lists them"):
        demo_title("nothing-like-any")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"rh": 1}, "no knob 'rh'. Did you mean 'rho'"),
        ({"rho": "much"}, "wants rho to be a number from 0.5 to 1.5, not 'much'"),
        ({"rho": 2.0}, "from 0.5 to 1.5, not 2.0"),
        ({"rho": float("nan")}, "from 0.5 to 1.5, not nan"),
        ({"rho": "inf"}, "from 0.5 to 1.5, not 'inf'"),
        ({"rho": True}, "wants rho to be a number"),
        ({"T": 4}, "wants T to be a whole number from 10 to 80, not 4"),
        ({"T": 20.0}, "a whole number"),
        ({"T": "20.5"}, "a whole number"),
        ({"T": True}, "a whole number"),
        ({"T": "9" * 5000}, "a whole number"),
        ({"T": None}, "a whole number"),
        ({"T": [20]}, "a whole number"),
        ({"seed": -1}, "from 0 to 9, not -1"),
    ],
)
def test_a_wrong_setting_is_one_sentence(settings: dict[str, object], said: str) -> None:
    with pytest.raises(BadSetting) as caught:
        run_demo("spectral-radius", settings)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_text_is_read_as_the_knob_s_type() -> None:
    assert run_demo("spectral-radius", {"T": "20", "rho": "1"}).settings["T"] == 20
    assert run_demo("reservoir-memory", {"nonlinear": "yes"}).settings["nonlinear"] is True
    assert run_demo("reservoir-memory", {"nonlinear": "0"}).settings["nonlinear"] is False
    assert run_demo("bptt-is-backprop", {"loss_at": "last"}).settings["loss_at"] == "last"
    with pytest.raises(BadSetting, match="true or false, not 'perhaps'"):
        run_demo("reservoir-memory", {"nonlinear": "perhaps"})
    with pytest.raises(BadSetting, match="to be all or last, not 'first'"):
        run_demo("bptt-is-backprop", {"loss_at": "first"})


def test_an_integer_is_taken_for_a_number() -> None:
    assert run_demo("spectral-radius", {"rho": 1}).settings["rho"] == 1.0


@pytest.mark.parametrize("device", ["tpu", "cuda"])
def test_a_device_that_is_not_there_is_refused(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(DemoError, match=r"no (CUDA )?device"):
        run_demo("spectral-radius", device=device)


def test_a_demo_of_the_cpu_is_refused_elsewhere() -> None:
    with pytest.raises(DemoError, match="'activation-memory' runs on cpu only"):
        run_demo("activation-memory", device="cuda")


@pytest.mark.skipif("not __import__('torch').cuda.is_available()", reason="there is no GPU here")
@pytest.mark.parametrize("name", SHIPPED)
def test_a_gpu_gives_the_same_claims(name: str) -> None:
    if "cuda" in load_demo(name).devices:
        assert run_demo(name, device="cuda").holds


def test_another_package_adds_a_demo(add: Callable[[str, str], None]) -> None:
    add("straight-line", GOOD)
    assert demo_names()[-1] == "straight-line"
    assert demo_title("straight-line") == "added by added_straight_line"
    spec = load_demo("straight-line")
    assert spec.title == "A straight line"
    assert spec.equation == "    y = slope x\nSource: geometry."
    demo = run_demo("straight-line", {"slope": "3", "up": False})
    assert demo.holds
    assert demo.prediction.question == "What is y at x = 3?"
    assert demo.prediction.answer == 3


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise RuntimeError('half written')", "half written"),
        (GOOD.replace("GUESS =", "GUES ="), "GUESS"),
        (GOOD.replace("{slope}", "{sloop}"), "sloop"),
        (GOOD.replace("import equal", "import eqal"), "eqal"),
    ],
)
def test_a_broken_demo_of_another_package_is_named(add: Callable[[str, str], None], source: str, said: str) -> None:
    add("half-done", source)
    with pytest.raises(BrokenDemo, match=f"'half-done'.*{said}"):
        load_demo("half-done")


def test_the_example_of_the_page_for_authors_works(add: Callable[[str, str], None]) -> None:
    page = (Path(bank.demos.__file__).parents[2] / "docs" / "adding-a-demo.md").read_text(encoding="utf-8")
    add("chain-of-factors", page.split("```python\n")[1].split("```")[0])
    demo = run_demo("chain-of-factors", {"r": 0.8})
    assert demo.holds
    assert demo.prediction.question == "Each of 40 steps multiplies by 0.8. What is left?"
    assert all(run_demo("chain-of-factors", {"r": r, "T": T}).holds for r in (0.5, 1.0, 1.1) for T in (10, 80))


def test_another_package_cannot_replace_a_shipped_demo(add: Callable[[str, str], None]) -> None:
    add("spectral-radius", GOOD)
    assert demo_names().count("spectral-radius") == 1
    assert load_demo("spectral-radius").title == SHIPPED["spectral-radius"]


def test_every_claim_of_the_bank_names_a_demo_that_takes_its_settings(at_defaults: Callable[[str], Demo]) -> None:
    for entry in load_bank():
        for claim in entry.claims:
            demo = run_demo(claim.demo, claim.args) if claim.args else at_defaults(claim.demo)
            assert demo.holds, (entry.id, claim.id)


def test_every_shipped_demo_but_the_further_ones_backs_a_claim() -> None:
    further = set(SHIPPED) - {claim.demo for entry in load_bank() for claim in entry.claims}
    assert len(further) <= 10, sorted(further)
