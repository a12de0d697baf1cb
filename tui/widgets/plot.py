"""Draws a demo's curves, on logarithmic axes where the story is exponential."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.markup import escape
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static
from textual_hires_canvas import HiResMode
from textual_plot import PlotWidget
from textual_plot.axis_formatter import AxisFormatter

from bank.demos.result import Axis, Curve, Plot, Prediction
from tui.plain import one_line
from tui.plot_text import axis_label, nice_ticks, tick_label

COLOURS = ("primary", "success", "warning", "accent", "error", "secondary")
_SMALLEST, _LARGEST = -307.0, 307.0  # powers of ten that a float can hold


class Ticks(AxisFormatter):
    """Ticks at round numbers with room for their labels; on a logarithmic axis values are drawn as log10.

    Attributes:
        most: how many labels have room.
    """

    def __init__(self, log: bool, most: int) -> None:
        self.log = log
        self.most = max(2, most)

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        if not self.log:
            return nice_ticks(min_, max_, False, self.most)
        low, high = 10 ** max(min_, _SMALLEST), 10 ** min(max_, _LARGEST)
        apart = (max_ - min_) / self.most
        ticks: list[float] = []
        for tick in sorted(math.log10(t) for t in nice_ticks(low, high, True, self.most) if t > 0):
            if not ticks or tick - ticks[-1] >= apart:
                ticks.append(tick)
        return ticks

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [tick_label(10**tick if self.log else tick) for tick in ticks]


class _Canvas(PlotWidget, can_focus=False):
    """The plotting widget without its own keys: the screen's keys turn the knobs."""

    BINDINGS = []
    margin_top = reactive(1)
    margin_bottom = reactive(2)
    margin_left = reactive(9)


class CurvePlot(Vertical):
    """Curves over common axes, those of the run before in grey, and where the guess and the measurement lie."""

    _shown: tuple[Plot, Plot | None, Prediction | None, float | None] | None = None

    def compose(self) -> ComposeResult:
        yield Static("", classes="axis", markup=False)
        yield _Canvas(allow_pan_and_zoom=False)
        yield Static("", classes="legend", markup=False)

    def show(
        self, plot: Plot, before: Plot | None = None, prediction: Prediction | None = None, guess: float | None = None
    ) -> None:
        """Draws the plot anew."""
        self._shown = (plot, before, prediction, guess)
        canvas = self.query_one(_Canvas)
        canvas.clear()
        canvas.set_x_formatter(Ticks(plot.x.log, canvas.size.width // 9))
        canvas.set_y_formatter(Ticks(plot.y.log, canvas.size.height // 3))
        names: list[Content | str] = []
        for curve in before.curves if before and (before.x, before.y) == (plot.x, plot.y) else ():
            self._draw(curve, plot, self._colour("foreground-disabled"))
        hidden = 0
        for index, curve in reversed(list(enumerate(plot.curves))):  # the first, which was measured, on top
            colour = COLOURS[index % len(COLOURS)]
            hidden += self._draw(curve, plot, self._colour(colour))
            names[:0] = [Content.styled("━━ ", f"${colour}"), f"{one_line(curve.name)}   "]
        if prediction and prediction.on:
            names += self._mark(plot, prediction.answer, prediction.on, "foreground", "answer")
            if guess is not None:
                names += self._mark(plot, guess, prediction.on, "error", "your guess")
        if hidden:
            names.append(Content.styled(f"{hidden} points not drawn: zero or not finite", "$foreground-muted"))
        self.query_one(".axis", Static).update(
            Content.styled(one_line(f"↑ {axis_label(plot.y)} · → {axis_label(plot.x)}"), "$foreground-muted")
        )
        self.query_one(".legend", Static).update(Content.assemble(*names))

    def on_resize(self) -> None:
        if self._shown:
            self.call_after_refresh(self.show, *self._shown)

    def _colour(self, name: str) -> str:
        colour = self.app.theme_variables.get(name, "")
        return colour if colour.startswith("#") and len(colour) == 7 else self._plain_colour(name)

    def _plain_colour(self, name: str) -> str:
        return {"foreground-disabled": "bright_black", "foreground": "white"}.get(name, "cyan")

    def _draw(self, curve: Curve, plot: Plot, colour: str) -> int:
        """Draws a curve; returns how many of its points cannot be drawn."""
        points = [(x, y) for x, y in zip(curve.x, curve.y, strict=True) if _fits(plot.x, x) and _fits(plot.y, y)]
        xs, ys = [_scaled(plot.x, x) for x, _ in points], [_scaled(plot.y, y) for _, y in points]
        canvas = self.query_one(_Canvas)
        if len(points) == 1:
            canvas.scatter(xs, ys, marker="●", marker_style=colour, label=escape(curve.name))
        elif points:
            canvas.plot(xs, ys, line_style=colour, hires_mode=HiResMode.BRAILLE, label=escape(curve.name))
        return len(curve.x) - len(points)

    def _mark(self, plot: Plot, value: float, on: str, colour: str, name: str) -> list[Content | str]:
        axis = plot.x if on == "x" else plot.y
        if not _fits(axis, value):
            return []
        at, canvas = _scaled(axis, value), self.query_one(_Canvas)
        if on == "x":
            canvas.add_v_line(at, self._colour(colour))
        else:
            xs = [_scaled(plot.x, x) for c in plot.curves for x in c.x if _fits(plot.x, x)]
            if not xs:
                return []
            steps = [min(xs) + (max(xs) - min(xs)) * i / 40 for i in range(41)]
            canvas.scatter(steps, [at] * 41, marker="╌" if colour == "error" else "─", marker_style=self._colour(colour))
        sign = "┃ " if on == "x" else "╌╌ " if colour == "error" else "── "
        return [Content.styled(sign, f"${colour}"), f"{name}   "]


def _fits(axis: Axis, value: float) -> bool:
    return math.isfinite(value) and (value > 0 or not axis.log)


def _scaled(axis: Axis, value: float) -> float:
    return math.log10(value) if axis.log else value
