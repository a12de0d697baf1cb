"""Every demo is run once at its defaults, and the tests share what came out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from bank.demos import run_demo
from bank.demos.result import Demo


@pytest.fixture(scope="session")
def at_defaults() -> Callable[[str], Demo]:
    """The demo of that name, run at its defaults."""
    return cache(run_demo)
