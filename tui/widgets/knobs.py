"""The knobs of a demo: up and down choose one, left and right turn it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bank.demos.result import Knob, Value
from tui.plain import one_line

_STEPS = 20


class Knobs(OptionList):
    """Posts Turned with all the settings whenever one changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "Less", id="knobs.less", tooltip="Turn the knob down"),
        Binding("right", "turn(1)", "More", id="knobs.more", tooltip="Turn the knob up"),
        Binding("shift+left", "turn(-5)", "Much less", id="knobs.much-less", show=False, tooltip="Turn it down five steps"),
        Binding("shift+right", "turn(5)", "Much more", id="knobs.much-more", show=False, tooltip="Turn it up five steps"),
        Binding("backspace", "restore", "Reset", id="knobs.reset", show=False, tooltip="Every knob back to its default"),
    ]

    @dataclass
    class Turned(Message):
        """The settings changed."""

        settings: dict[str, Value]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.knobs: tuple[Knob, ...] = ()
        self.settings: dict[str, Value] = {}

    def show(self, knobs: tuple[Knob, ...], settings: Mapping[str, Value]) -> None:
        """Draws the knobs at these settings."""
        self.knobs = knobs
        self.settings = {knob.name: settings.get(knob.name, knob.default) for knob in knobs}
        self.clear_options()
        self.add_options([Option(self._line(knob)) for knob in knobs])
        self.highlighted = 0 if knobs else None

    @property
    def knob(self) -> Knob | None:
        """The one that is chosen."""
        return self.knobs[self.highlighted] if self.highlighted is not None and self.knobs else None

    def _line(self, knob: Knob) -> Content:
        value = self.settings[knob.name]
        changed = "bold $accent" if value != knob.default else "bold"
        shown = f"{value:.4g}" if isinstance(value, float) else str(value)
        return Content.assemble(
            (one_line(knob.name), "bold"),
            " ",
            (f"‹ {one_line(shown)} ›", changed),
            (f"\n  {one_line(knob.meaning)}", "$foreground-muted"),
        )

    def action_turn(self, steps: int) -> None:
        knob = self.knob
        if knob is None:
            return
        value = turned(knob, self.settings[knob.name], steps)
        if value != self.settings[knob.name]:
            self.settings[knob.name] = value
            self.replace_option_prompt_at_index(self.highlighted or 0, self._line(knob))
            self.post_message(self.Turned(dict(self.settings)))

    def action_restore(self) -> None:
        at = self.highlighted
        self.show(self.knobs, {})
        self.highlighted = at
        self.post_message(self.Turned(dict(self.settings)))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_turn(1)


def turned(knob: Knob, value: Value, steps: int) -> Value:
    """The value so many steps on, within the knob's range."""
    choices: tuple[Value, ...] = (False, True) if isinstance(knob.default, bool) else knob.choices
    if choices:
        at = choices.index(value) if value in choices else 0
        return choices[(at + (1 if steps > 0 else -1)) % len(choices)]
    if isinstance(value, str):
        return value
    low = knob.low if knob.low is not None else -math.inf
    high = knob.high if knob.high is not None else math.inf
    moved = max(low, min(high, value + steps * step_of(knob)))
    return round(moved) if isinstance(knob.default, int) else float(f"{moved:.6g}")


def step_of(knob: Knob) -> float:
    """A round step: about a twentieth of the range, and one at least for a whole number."""
    low, high = knob.low, knob.high
    span = high - low if low is not None and high is not None else abs(float(knob.default)) * 2 or 1.0
    rough = span / _STEPS
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))
    return max(1.0, step) if isinstance(knob.default, int) else step
