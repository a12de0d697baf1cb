"""`tells demo`, as its users call it."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tui.commands.demo as command
from bank.demos import DemoError, demo_names, load_demo
from bank.demos.result import DemoSpec
from tui.cli import tells

FEW = ("spectral-radius", "activation-memory", "truncation-map")


def call(*args: str) -> Result:
    return CliRunner().invoke(tells, ["demo", *args], catch_exceptions=False)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three demos instead of all."""
    monkeypatch.setattr(command, "demo_names", lambda: FEW)


def with_a_failing_claim(name: str) -> DemoSpec:
    """The demo, with a first claim that fails."""
    spec = load_demo(name)

    def run(**settings: object) -> object:
        demo = spec.run(**settings)
        return dataclasses.replace(demo, claims=(dataclasses.replace(demo.claims[0], holds=False), *demo.claims[1:]))

    return dataclasses.replace(spec, run=run)  # type: ignore[arg-type]


def test_without_a_name_every_demo_is_listed_with_the_claims_it_backs() -> None:
    result = call()
    assert result.exit_code == 0
    for name in demo_names():
        assert name in result.output
    assert "backs bptt: memory-is-linear" in result.output


def test_the_list_as_json_names_titles_and_claims() -> None:
    rows = json.loads(call("--json").output)
    assert [row["name"] for row in rows] == list(demo_names())
    memory = next(row for row in rows if row["name"] == "activation-memory")
    assert memory["title"]
    assert {"entry": "bptt", "id": "memory-is-linear"}.items() <= next(
        c for c in memory["claims"] if c["entry"] == "bptt"
    ).items()


def test_a_run_shows_equation_knobs_question_plot_claims_and_answer() -> None:
    result = call("spectral-radius")
    assert result.exit_code == 0
    for text in ("W = rho Q", "--set rho=0.9", "Predict: ", "|dh_T/dh_(T-lag)|, logarithmic", "holds  ", "See: ", "Answer to"):
        assert text in result.output
    assert "FAILS" not in result.output
    assert "\x1b" not in result.output
    assert max(map(len, result.output.splitlines())) <= 120


def test_the_question_stands_before_the_answer() -> None:
    output = call("spectral-radius").output
    assert output.index("Predict:") < output.index("holds") < output.index("Answer to the prediction: 6.579 steps")


def test_a_knob_is_turned() -> None:
    result = call("spectral-radius", "--set", "rho=1.1", "--set", "T = 20", "--json")
    demo = json.loads(result.output)
    assert demo["settings"] == {"rho": 1.1, "T": 20, "H": 16, "seed": 0}
    assert demo["holds"] is True
    assert result.exit_code == 0


def test_json_has_no_bare_nan() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    demo = json.loads(call("cumulative-product-scan", "--json").output, parse_constant=refuse)
    assert None in demo["plot"]["curves"][0]["y"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["spectral-radios"], "There is no demo 'spectral-radios'. Did you mean 'spectral-radius'?"),
        (["\x1b]0;boo\x07"], "There is no demo"),
        (["spectral-radius", "--set", "rho"], "--set takes KNOB=VALUE"),
        (["spectral-radius", "--set", "=3"], "--set takes KNOB=VALUE"),
        (["spectral-radius", "--set", "roh=1"], "has no knob 'roh'. Did you mean 'rho'?"),
        (["spectral-radius", "--set", "rho=ten"], "wants rho to be a number from 0.5 to 1.5, not 'ten'"),
        (["spectral-radius", "--set", "T=1000000000"], "wants T to be a whole number from 10 to 80"),
        (["spectral-radius", "--set", "T=" + "9" * 6000], "wants T to be a whole number from 10 to 80"),
        (["--set", "rho=1"], "--set and --save go with the name of one demo"),
        (["--all", "--save", "x.svg"], "--set and --save go with the name of one demo"),
        (["--all", "spectral-radius"], "--all runs every demo"),
        (["activation-memory", "--device", "cuda"], "runs on cpu only"),
        (["spectral-radius", "--device", "tpu"], "'tpu' is not one of 'cpu', 'cuda'"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_two(args: list[str], said: str) -> None:
    result = call(*args)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
@pytest.mark.parametrize("name", ["spectral-radius", "truncation-map", "float-underflow", "cumulative-product-scan"])
def test_a_figure_is_saved(suffix: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / f"figure.{suffix}"
    result = call(name, "--save", str(path))
    assert result.exit_code == 0
    head = path.read_bytes()[:2000]
    assert {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}[suffix] in head
    assert str(path) in result.stderr


def test_a_figure_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        call("truncation-map", "--save", str(tmp_path / name))
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("figure.bmp", "saved as .svg, .png or .pdf"),
        ("figure", "not as 'figure'"),
        ("no/such/folder/a.svg", "cannot be written"),
    ],
)
def test_a_figure_that_cannot_be_saved_is_one_sentence(path: str, said: str, tmp_path: Path) -> None:
    result = call("spectral-radius", "--save", str(tmp_path / path))
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.usefixtures("few")
def test_all_prints_every_claim_and_ends_well() -> None:
    result = call("--all")
    assert result.exit_code == 0
    assert "every one holds" in result.output
    for name in FEW:
        assert name in result.output
    assert result.stdout.count("holds") >= sum(len(load_demo(name).run().claims) for name in FEW)


@pytest.mark.usefixtures("few")
def test_all_as_json_is_one_list() -> None:
    assert [demo["name"] for demo in json.loads(call("--all", "--json").stdout)] == list(FEW)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("args", [["--all"], ["--all", "--json"], ["spectral-radius"], ["spectral-radius", "--json"]])
def test_a_failed_claim_ends_with_one(args: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    real = load_demo
    monkeypatch.setattr(command, "load_demo", lambda name: with_a_failing_claim(name) if name == FEW[0] else real(name))
    result = call(*args)
    assert result.exit_code == 1
    assert '"holds": false' in result.output if "--json" in args else "FAIL" in result.output


@pytest.mark.usefixtures("few")
def test_all_goes_on_after_a_demo_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> DemoSpec:
        if name == FEW[1]:
            raise DemoError("The demo 'activation-memory' of 'x' cannot be used: half written.")
        return load_demo(name)

    monkeypatch.setattr(command, "load_demo", load)
    result = call("--all")
    assert result.exit_code == 1
    assert "half written" in result.stderr
    assert FEW[2] in result.stdout


def test_a_demo_that_cannot_be_loaded_does_not_stop_the_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> DemoSpec:
        raise DemoError("The demo is broken.")

    monkeypatch.setattr(command, "load_demo", load)
    monkeypatch.setattr(command, "demo_names", lambda: FEW)
    assert call("--all").exit_code == 1


def test_listing_the_demos_imports_no_torch() -> None:
    code = "import sys; from tui.cli import tells; tells(['demo'], standalone_mode=False); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.slow
def test_all_really_runs_all() -> None:
    result = call("--all", "--json")
    demos = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [demo["name"] for demo in demos] == list(demo_names())
    assert all(demo["holds"] for demo in demos)
