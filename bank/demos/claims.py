"""Claims put to the test: each function compares what was measured with what was expected, and says both as text.

A number that is not finite meets no bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

from bank.demos.result import Claim


def equal(statement: str, got: float | int | bool | str, expected: float | int | bool | str, unit: str = "") -> Claim:
    """Exactly the same."""
    return Claim(statement, text(expected, unit), text(got, unit), "exact", got == expected)


def close(statement: str, got: float, expected: float, within: float, unit: str = "") -> Claim:
    """No further than `within` from what is expected."""
    return Claim(statement, text(expected, unit), text(got, unit), f"within {text(within)}", abs(got - expected) <= within)


def close_relative(statement: str, got: float, expected: float, within: float, unit: str = "") -> Claim:
    """No further than the share `within` from what is expected."""
    holds = abs(got - expected) <= within * abs(expected)
    return Claim(statement, text(expected, unit), text(got, unit), f"within {text(within)} relative", holds)


def at_most(statement: str, got: float, bound: float, unit: str = "", slack: float = 0.0) -> Claim:
    """Not above the bound, but for a relative slack."""
    return Claim(statement, f"at most {text(bound, unit)}", text(got, unit), _slack(slack), got <= bound + slack * abs(bound))


def at_least(statement: str, got: float, bound: float, unit: str = "", slack: float = 0.0) -> Claim:
    """Not below the bound, but for a relative slack."""
    return Claim(statement, f"at least {text(bound, unit)}", text(got, unit), _slack(slack), got >= bound - slack * abs(bound))


def below(statement: str, got: float, bound: float, unit: str = "") -> Claim:
    """Strictly below the bound."""
    return Claim(statement, f"below {text(bound, unit)}", text(got, unit), "strictly", got < bound)


def above(statement: str, got: float, bound: float, unit: str = "") -> Claim:
    """Strictly above the bound."""
    return Claim(statement, f"above {text(bound, unit)}", text(got, unit), "strictly", got > bound)


def between(statement: str, got: float, low: float, high: float, unit: str = "") -> Claim:
    """Strictly inside an interval."""
    return Claim(statement, f"between {text(low)} and {text(high, unit)}", text(got, unit), "strictly", low < got < high)


def rising(statement: str, got: Iterable[float], unit: str = "") -> Claim:
    """Each larger than the one before."""
    values = list(got)
    return Claim(statement, "rising", _row(values, unit), "strictly", all(a < b for a, b in pairwise(values)))


def falling(statement: str, got: Iterable[float], unit: str = "") -> Claim:
    """Each smaller than the one before."""
    values = list(got)
    return Claim(statement, "falling", _row(values, unit), "strictly", all(a > b for a, b in pairwise(values)))


def same(statement: str, got: Iterable[float], unit: str = "") -> Claim:
    """All exactly the same."""
    values = list(got)
    return Claim(statement, "all the same", _row(values, unit), "exact", len(set(values)) == 1)


def finite(statement: str, got: float) -> Claim:
    """A finite number."""
    return Claim(statement, "finite", text(got), "exact", math.isfinite(got))


def not_finite(statement: str, got: float) -> Claim:
    """NaN or infinite."""
    return Claim(statement, "nan or inf", text(got), "exact", not math.isfinite(got))


def text(value: float | int | bool | str, unit: str = "") -> str:
    """A number as a reader wants it: whole ones in full, others with four digits."""
    if isinstance(value, bool):
        shown = "yes" if value else "no"
    elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        shown = str(int(value))
    elif isinstance(value, float):
        shown = f"{value:.4g}"
        if abs(value) < 10 and float(shown).is_integer() and value != float(shown):
            shown = f"{value:.9g}"  # 0.9999998 is not 1
    else:
        shown = str(value)
    return f"{shown} {unit}" if unit else shown


def _slack(slack: float) -> str:
    return f"slack of {text(slack)} allowed" if slack else "exact"


def _row(values: list[float], unit: str) -> str:
    return text(", ".join(text(value) for value in values), unit)
