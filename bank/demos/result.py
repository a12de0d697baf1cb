"""What a demo returns: plain values that any front end can draw."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

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
        on: the axis of the plot on which the answer can be marked, or nothing.
    """

    question: str
    unit: str
    answer: float
    tolerance: float
    factor: bool = False
    on: Literal["", "x", "y"] = ""

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
        extra: further measured numbers, by name.
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
class Guess:
    """The question of a prediction before there is an answer.

    Attributes:
        question: may name knobs in braces, such as `{T}`.
        unit, tolerance, factor, on: as in Prediction.
    """

    question: str
    tolerance: float
    unit: str = ""
    factor: bool = False
    on: Literal["", "x", "y"] = ""

    def ask(self, settings: Mapping[str, Value]) -> str:
        """The question for one choice of knobs."""
        return self.question.format(**settings)

    def answered(self, answer: float, settings: Mapping[str, Value]) -> Prediction:
        """The prediction with what was measured."""
        return Prediction(self.ask(settings), self.unit, float(answer), self.tolerance, self.factor, self.on)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the code of a demo measures; its name, texts and settings are added to make a Demo.

    Attributes:
        plot, claims, extra: as in Demo.
        answer: to the question of the Guess.
    """

    plot: Plot
    claims: tuple[Claim, ...]
    answer: float
    extra: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoSpec:
    """A demo before it is run.

    Attributes:
        question: to be answered before the run, for the default settings; `guess.ask(settings)` for others.
        run: takes the knobs by name, and `device`, and returns the Demo; raises DemoError.
        equation, see: as in Demo.
        guess: question, unit and tolerance.
        devices: where it can run; the first is the default.
    """

    name: str
    title: str
    knobs: tuple[Knob, ...]
    question: str
    run: Callable[..., Demo]
    equation: str
    see: str
    guess: Guess
    devices: tuple[str, ...] = ("cpu",)

    @property
    def defaults(self) -> dict[str, Value]:
        """Every knob at its default."""
        return {knob.name: knob.default for knob in self.knobs}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
