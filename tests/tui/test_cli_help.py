"""Help that can be read, completion that works, and one way of being wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from click.testing import Result

from tui.cli import _MODULES

Run = Callable[..., Result]


@pytest.mark.parametrize("name", _MODULES)
def test_the_help_of_each_command_has_an_example_on_a_line_of_its_own(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert "\\b" not in result.stdout
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert any(f"tells {name}" in line.removeprefix("Example: ") and not line.startswith("Usage") for line in lines)


def test_help_lists_every_command_with_a_sentence(run: Run) -> None:
    lines = run("--help").stdout.split("Commands:")[1].strip().splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ") or line == lines[0]]
    assert {line.split()[0] for line in lines if not line.startswith("      ")} >= set(_MODULES)


def test_a_misspelt_command_gets_the_nearest_one(run: Run) -> None:
    result = run("grad")
    assert result.exit_code == 2
    assert "Did you mean `tells grade`?" in result.stderr


def test_a_folder_that_is_not_there_is_refused(run: Run) -> None:
    for args in (("--bank", "nowhere", "list"), ("list", "--bank", "nowhere")):
        result = run(*args)
        assert result.exit_code == 2
        assert "'nowhere' is not a folder" in result.stderr


@pytest.mark.parametrize(("words", "offered"), [("tells gra", {"grade"}), ("tells grade --b", {"--batch", "--bank"})])
def test_a_shell_can_complete_commands_and_options(words: str, offered: set[str]) -> None:
    env = os.environ | {"_TELLS_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    code = "import sys; sys.argv[0] = 'tells'; from tui.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], check=False, env=env, capture_output=True, text=True)
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == offered


def test_a_terminal_that_lacks_a_character_is_no_reason_to_fail() -> None:
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    code = "from tui.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "show", "bptt"], check=False, env=env, capture_output=True)
    assert done.returncode == 0
    assert done.stdout.isascii()
