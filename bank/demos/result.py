"""What a demo returns: plain values that any front end can draw."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Knob:
    """A parameter a learner may turn.

    Attributes:
        name: the keyword of the demo's `run`.
        default: also fixes the type.
        meaning: one short phrase, with its unit.
        low, high: inclusive range of a number.
        choices: the allowed values, where they are few.
    """

    name: str
    default: Value
    meaning: str
    low: float | None = None
    high: float | None = None
    choices: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """Name and unit of an axis; `log` asks for a logarithmic scale."""

    name: str
    unit: str = ""
    log: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of the plot: `len(x) == len(y)`, finite or not."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A named matrix, rows top down; an exact zero is drawn blank."""

    name: str
    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves over common axes, or heat maps (then `y` names the rows), never both."""

    x: Axis
    y: Axis
    curves: tuple[Curve, ...] = ()
    maps: tuple[HeatMap, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement that the run has put to the test.

    Attributes:
        statement: what is claimed, in one sentence.
        expected: the number or bound that theory gives, as text with its unit.
        got: what was measured, likewise.
        tolerance: how far off it may be, as text (`exact`, `1e-12 relative`, `at least 0.2 below`).
        holds: whether it was met.
    """

    statement: str
    expected: str
    got: str
    tolerance: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Prediction:
    """A number to guess before the run.

    Attributes:
        question: asked before anything is shown.
        unit: of the answer; empty for a bare number.
        answer: what this run measured.
        tolerance: how far off counts as right, in the same unit; a factor where `factor` is set.
        factor: True where right means within a factor `tolerance`.
    """

    question: str
    unit: str
    answer: float
    tolerance: float
    factor: bool = False

    def is_right(self, guess: float) -> bool:
        """Whether the guess is within the tolerance."""
        if not self.factor:
            return abs(guess - self.answer) <= self.tolerance * (1 + 1e-12)
        if guess * self.answer <= 0:
            return guess == self.answer
        return abs(math.log(guess / self.answer)) <= math.log(self.tolerance) * (1 + 1e-12)


@dataclass(frozen=True, slots=True)
class Demo:
    """One run of one demo.

    Attributes:
        name: kebab-case, the file's stem with hyphens.
        title: a short noun phrase.
        equation: a few lines of plain text, with the source.
        settings: the knobs of this run.
        plot: what was measured.
        claims: what was claimed and found.
        prediction: what to guess first.
        see: one sentence: what to see in the plot.
    """

    name: str
    title: str
    equation: str
    settings: Mapping[str, Value]
    plot: Plot
    claims: tuple[Claim, ...]
    prediction: Prediction
    see: str
    extra: Mapping[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every claim held."""
        return all(claim.holds for claim in self.claims)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; a number that is not finite becomes null."""
        plain: dict[str, Any] = _finite(asdict(self) | {"settings": dict(self.settings), "extra": dict(self.extra)})
        return plain | {"holds": self.holds}


@dataclass(frozen=True, slots=True)
class DemoSpec:
    """A demo before it is run, known without importing torch.

    Attributes:
        run: takes the knobs by name and returns the Demo.
    """

    name: str
    title: str
    knobs: tuple[Knob, ...]
    question: str
    run: Callable[..., Demo]


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
