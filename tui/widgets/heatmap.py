"""Draws a demo's matrices as coloured blocks, two rows a line."""

from __future__ import annotations

import math

from textual.color import Color
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from bank.demos.result import HeatMap, Plot
from tui.plain import one_line
from tui.plot_text import axis_label

_WIDE_RANGE = 1e3  # from which ratio of largest to smallest on the shades are logarithmic
_SHADES = 24


class HeatMaps(Widget):
    """The maps side by side where they fit, one under another where not; a blank is exactly zero."""

    DEFAULT_CSS = "HeatMaps { height: 1fr; overflow: hidden; }"

    plot: reactive[Plot | None] = reactive(None)

    def render(self) -> Content:
        plot = self.plot
        if plot is None or not plot.maps or not self.size.width:
            return Content("")
        low, high = _range(plot)
        log = high / low > _WIDE_RANGE
        beside = len(plot.maps) * 12 <= self.size.width
        width = self.size.width // len(plot.maps) - 2 if beside else self.size.width - 2
        height = self.size.height - 4 if beside else max(2, self.size.height // len(plot.maps) - 3)
        drawn = [self._map(m, width, max(1, height), low, high, log) for m in plot.maps]
        shades = f"warmer is {'larger, by powers of ten' if log else 'larger'}: {low:.3g} to {high:.3g}; blank is exactly 0"
        lines = _side_by_side(drawn, width + 2) if beside else [line for d in drawn for line in d]
        axes = f"↓ {axis_label(plot.y)} · → {axis_label(plot.x)}"
        return Content("\n").join([*lines, Content.styled(f"{axes} · {shades}", "$foreground-muted")])

    def _map(self, heat: HeatMap, width: int, height: int, low: float, high: float, log: bool) -> list[Content]:
        rows = _reduced(heat.rows, width, height * 2)
        across = 2 if rows and len(rows[0]) * 2 <= width else 1
        ramp = _ramp(self.app.theme_variables)
        dark = ramp[0]

        def colour(value: float) -> str:
            if not math.isfinite(value) or value == 0:
                return dark if value == 0 else self.app.theme_variables.get("error", "#ff0000")
            size = abs(value)
            share = math.log(size / low) / math.log(high / low) if log else (size - low) / (high - low or 1)
            return ramp[1 + round(max(0.0, min(1.0, share)) * (_SHADES - 1))]

        lines = [Content.styled(one_line(heat.name, width), "bold")]
        for top, bottom in zip(rows[::2], [*rows[1::2], [0.0] * len(rows[0])][: len(rows[::2])], strict=True):
            cells = [("▀" * across, f"{colour(a)} on {colour(b)}") for a, b in zip(top, bottom, strict=True)]
            lines.append(Content.assemble(*cells))
        return lines


def _range(plot: Plot) -> tuple[float, float]:
    sizes = [abs(v) for m in plot.maps for row in m.rows for v in row if v and math.isfinite(v)]
    return (min(sizes), max(sizes)) if sizes else (1.0, 1.0)


def _reduced(rows: tuple[tuple[float, ...], ...], width: int, height: int) -> list[list[float]]:
    """At most so many columns and rows; a cell that stands for several shows the largest."""
    down = math.ceil(len(rows) / height)
    over = math.ceil(len(rows[0]) / width) if rows else 1
    return [
        [max((v for row in rows[r : r + down] for v in row[c : c + over]), key=abs) for c in range(0, len(rows[0]), over)]
        for r in range(0, len(rows), down)
    ]


def _ramp(colours: dict[str, str]) -> list[str]:
    """From the background, which stands for zero, through the primary colour to the foreground."""

    def parsed(name: str, otherwise: str) -> Color:
        value = colours.get(name, "")
        return Color.parse(value if value.startswith("#") else otherwise)

    ground, middle, top = parsed("background", "#101010"), parsed("primary", "#4488ff"), parsed("warning", "#ffcc66")
    half = _SHADES // 2
    first = [ground.blend(middle, 0.25 + 0.75 * i / half) for i in range(half)]
    second = [middle.blend(top, (i + 1) / half) for i in range(half)]
    return [c.hex6 for c in (ground, *first, *second)]


def _side_by_side(maps: list[list[Content]], width: int) -> list[Content]:
    height = max(len(m) for m in maps)
    lines = []
    for row in range(height):
        cells = [m[row] if row < len(m) else Content("") for m in maps]
        lines.append(Content("").join([cell.pad_right(max(0, width - cell.cell_length)) for cell in cells]))
    return lines
