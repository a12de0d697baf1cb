"""What each module pulls in, seen from a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "sentence_transformers", "transformers", "sklearn", "scipy", "matplotlib"}
LISTS = {"bank.demos.result", "bank.demos.claims"}
NEEDS_TORCH = {
    f"grader.{name}"
    for name in (
        "adaptation",
        "bert",
        "comparison",
        "evaluate",
        "folds",
        "grade",
        "judge",
        "lessons",
        "losses",
        "own",
        "prepared",
        "reading",
        "release",
        "stack_training",
        "student",
        "training",
    )
}
"""Imported by name where an answer is graded or the grader is trained."""


def modules(package: str) -> list[str]:
    paths = (path.relative_to(ROOT).with_suffix("") for path in sorted((ROOT / package).rglob("*.py")))
    names = (".".join(path.parts) for path in paths if path.name != "__main__")
    return [name.removesuffix(".__init__") for name in names]


def pulled_in(names: list[str]) -> dict[str, set[str]]:
    """The top-level packages that are loaded after each of the modules, imported one after another."""
    code = "import sys, importlib\nfor name in sys.argv[1:]:\n"
    code += "    importlib.import_module(name); print(name, *{m.partition('.')[0] for m in sys.modules})"
    lines = subprocess.run(
        [sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return {name: set(loaded) for name, *loaded in map(str.split, lines)}


def light(package: str) -> list[str]:
    """The modules that need no torch at their import; of the demos only what lists them and what they return."""
    return [
        name
        for name in modules(package)
        if name not in NEEDS_TORCH and not (name.startswith("bank.demos.") and name not in LISTS)
    ]


@pytest.mark.parametrize("package", ["bank", "grader"])
def test_everything_left_of_the_screen_imports_neither_torch_nor_textual(package: str) -> None:
    for name, loaded in pulled_in(light(package)).items():
        assert not loaded & (HEAVY | {"textual", "click"}), name


@pytest.mark.parametrize("name", ["bank", "grader", "tui.cli", "tui.store", "tui.report", "tui.commands.grade"])
def test_the_front_doors_are_light(name: str) -> None:
    assert not pulled_in([name])[name] & HEAVY


def test_help_and_completion_need_neither_torch_nor_textual() -> None:
    code = "import sys; sys.argv = ['tells', '--help']\nfrom tui.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass\nprint(*{m.partition('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(done.stdout.splitlines()[-1].split()) & (HEAVY | {"textual"})
