"""What `--help` says of each command."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result

from tui.cli import _MODULES, tells

WIDEST = 100


@pytest.mark.parametrize("name", _MODULES)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_of_a_command_fits_and_gives_an_example(name: str, option: str, run: Callable[..., Result]) -> None:
    result = run(name, option, COLUMNS=str(WIDEST))
    assert (result.exit_code, result.stderr) == (0, "")
    assert max(map(len, result.stdout.splitlines())) <= WIDEST
    assert f"tells {name}" in result.stdout.split("Example", 1)[1]


def test_every_option_and_command_says_what_it_is_for(run: Callable[..., Result]) -> None:
    overview = run("--help").stdout
    for name in _MODULES:
        command = tells.get_command(None, name)  # type: ignore[arg-type]
        assert command
        assert command.get_short_help_str()
        assert f"\n  {name} " in overview
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert getattr(parameter, "help", None), f"{name} {parameter.opts}"
