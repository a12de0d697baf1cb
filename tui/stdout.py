"""Where commands print: as wide as the terminal, in colour only on one."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from tui.page import Page

if TYPE_CHECKING:
    from rich.console import Console

_WIDEST = 100
_WIDE = 160


def new_page() -> Page:
    """An empty page for stdout."""
    return Page(page_width(), in_colour())


def page_width() -> int:
    """Columns of a page on stdout."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, _WIDEST))


def put(page: Page) -> None:
    """Prints a page."""
    click.echo(page.text(), nl=False, color=in_colour())


def in_colour() -> bool:
    """Whether stdout is a terminal that wants colour."""
    return sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def new_console() -> Console:
    """A Rich console for stdout that reads nothing into what it prints; wide where nobody's terminal sets a width."""
    from rich.console import Console

    width = None if sys.stdout is not None and sys.stdout.isatty() else _WIDE
    return Console(width=width, no_color=not in_colour(), highlight=False, markup=False, emoji=False)
