"""Problems of entries as lines on stderr."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from bank.errors import Problem
from tui.plain import one_line


def put_problems(problems: Iterable[Problem]) -> None:
    """One line each, sorted, with paths below the current folder given from there."""
    for problem in sorted(problems):
        click.echo(one_line(str(replace(problem, path=near_path(problem.path)))), err=True)


def near_path(path: Path) -> Path:
    """The path from the current folder where it lies below it."""
    try:
        return path.relative_to(Path.cwd()) if path.is_absolute() else path
    except (ValueError, OSError):
        return path
