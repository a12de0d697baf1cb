"""A demo's plot as plain text: no colours, no escape codes, any width from 40 columns on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bank.demos.result import Axis, Curve, HeatMap, Plot

_MARKS = "ox+*#@%&$~"
_SHADES = ".:-=+*#%@"
_LABEL_WIDTH = 9


def plot_text(plot: Plot, width: int = 79, height: int = 16) -> str:
    """The plot with its axes and legend; `height` is that of the plotting area of curves."""
    width = max(width, 40)
    return _maps_text(plot, width) if plot.maps else _curves_text(plot, width, max(height, 4))


def nice_ticks(low: float, high: float, log: bool, most: int) -> list[float]:
    """Round numbers from low to high, at most about `most` of them; on a logarithmic axis powers of ten where they fit."""
    if not low < high:
        return [low]
    if log and math.log10(high / low) >= 1:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        stride = max(1, math.ceil((last - first + 1) / most))
        return [10.0**e for e in range(first, last + 1) if e % stride == 0] or [low, high]
    rough = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))
    return [step * k for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)] or [low, high]


def axis_label(axis: Axis) -> str:
    """Name, unit and kind of an axis."""
    label = f"{axis.name} [{axis.unit}]" if axis.unit else axis.name
    return f"{label}, logarithmic" if axis.log else label


def tick_label(value: float) -> str:
    """A number in at most eight characters."""
    if value and (abs(value) >= 1e5 or abs(value) < 1e-3):
        return f"{value:.0e}" if abs(math.log10(abs(value)) % 1) < 1e-6 else f"{value:.1e}"
    return f"{value:.4g}"


class _Scale:
    """Maps the values of an axis to whole cells 0..cells-1."""

    def __init__(self, axis: Axis, values: Sequence[float], cells: int) -> None:
        self._log = axis.log
        shown = [v for v in values if self.fits(v)]
        self.low, self.high = (min(shown), max(shown)) if shown else (1.0, 1.0)
        self._cells = cells

    def fits(self, value: float) -> bool:
        return math.isfinite(value) and (value > 0 or not self._log)

    def cell(self, value: float) -> float:
        low, high, v = (math.log(x) if self._log else x for x in (self.low, self.high, value))
        return (v - low) / (high - low) * (self._cells - 1) if high > low else (self._cells - 1) / 2


def _curves_text(plot: Plot, width: int, height: int) -> str:
    columns = width - _LABEL_WIDTH - 2
    x = _Scale(plot.x, [v for c in plot.curves for v in c.x], columns)
    y = _Scale(plot.y, [v for c in plot.curves for v in c.y], height)
    grid = [[" "] * columns for _ in range(height)]
    owner: dict[tuple[int, int], int] = {}
    for index, curve in enumerate(plot.curves):
        for column, row in _cells(curve, x, y):
            if (row, column) in owner and owner[row, column] != index and column % 2:
                continue  # curves that coincide take turns
            owner[row, column] = index
            grid[height - 1 - row][column] = _MARKS[index % len(_MARKS)]
    labels = {round(y.cell(t)): tick_label(t) for t in nice_ticks(y.low, y.high, plot.y.log, max(2, height // 3))}
    lines = [f"  {axis_label(plot.y)}"]
    for row, cells in enumerate(grid):
        label = labels.get(height - 1 - row, "")
        lines.append(f"{label:>{_LABEL_WIDTH}} {'+' if label else '|'}{''.join(cells)}".rstrip())
    lines.append(" " * (_LABEL_WIDTH + 1) + "+" + "-" * columns)
    lines.append(" " * (_LABEL_WIDTH + 2) + _x_ticks(plot, x, columns))
    lines.append(f"{axis_label(plot.x):>{width}}")
    return "\n".join([*lines, *_legend(plot, y, width)])


def _cells(curve: Curve, x: _Scale, y: _Scale) -> list[tuple[int, int]]:
    """The cells of a curve, with straight lines between points that are both shown."""
    cells: list[tuple[int, int]] = []
    before: tuple[float, float] | None = None
    for a, b in zip(curve.x, curve.y, strict=True):
        if not (x.fits(a) and y.fits(b)):
            before = None
            continue
        here = x.cell(a), y.cell(b)
        if before is not None:
            steps = max(1, math.ceil(max(abs(here[0] - before[0]), abs(here[1] - before[1]))))
            for k in range(1, steps):
                share = k / steps
                cells.append(
                    (round(before[0] + share * (here[0] - before[0])), round(before[1] + share * (here[1] - before[1])))
                )
        cells.append((round(here[0]), round(here[1])))
        before = here
    return cells


def _x_ticks(plot: Plot, x: _Scale, columns: int) -> str:
    points = sorted({v for c in plot.curves for v in c.x if x.fits(v)})
    ticks = points if len(points) <= 9 else nice_ticks(x.low, x.high, plot.x.log, max(2, columns // 12))
    line = ""
    for tick in ticks:
        label = tick_label(tick)
        start = min(max(0, round(x.cell(tick)) - len(label) // 2), columns - len(label))
        if not line or start > len(line):
            line = line.ljust(start) + label
    return line


def _legend(plot: Plot, y: _Scale, width: int) -> list[str]:
    lines, line = [], ""
    for index, curve in enumerate(plot.curves):
        hidden = sum(not y.fits(v) for v in curve.y)
        note = f" ({hidden} not shown: zero, or not finite)" if hidden else ""
        item = f"{_MARKS[index % len(_MARKS)]} {curve.name}{note}"
        if line and len(line) + len(item) + 3 > width:
            lines.append(line)
            line = ""
        line = f"{line}   {item}" if line else f"  {item}"
    return [*lines, line] if line else lines


def _maps_text(plot: Plot, width: int) -> str:
    """Heat maps side by side where they fit; the shades are logarithmic, and a blank is exactly zero."""
    across = max(len(m.rows[0]) for m in plot.maps)
    together = len(plot.maps) * (across + 2) <= width
    room = (width // len(plot.maps) if together else width) - 2
    cell = 2 if 2 * across <= room else 1
    values = [v for m in plot.maps for row in m.rows for v in row if v > 0 and math.isfinite(v)]
    low, high = (min(values), max(values)) if values else (1.0, 1.0)
    blocks = [_map_lines(m, cell, max(1, math.ceil(across / room)), low, high) for m in plot.maps]
    key = f"  columns: {axis_label(plot.x)}; rows: {axis_label(plot.y)}"
    scale = f"  shades, logarithmic: {_SHADES[0]} is {tick_label(low)}, {_SHADES[-1]} is {tick_label(high)}; blank is exactly 0"
    if not together:
        return "\n".join([line for block in blocks for line in [*block, ""]] + [key, scale])
    widths = [max(map(len, block)) for block in blocks]
    rows = [
        "  ".join(block[i].ljust(w) if i < len(block) else " " * w for block, w in zip(blocks, widths, strict=True)).rstrip()
        for i in range(max(map(len, blocks)))
    ]
    return "\n".join([*rows, key, scale])


def _map_lines(heat: HeatMap, cell: int, pool: int, low: float, high: float) -> list[str]:
    """Name, then rows of shades; `pool` rows and columns share one cell, which shows their largest value."""
    span = math.log(high / low) or 1.0

    def shade(value: float) -> str:
        if not value > 0:
            return " "
        if not math.isfinite(value):
            return "!"
        return _SHADES[min(len(_SHADES) - 1, int(math.log(value / low) / span * len(_SHADES)))] if high > low else _SHADES[-1]

    across = len(heat.rows[0])
    lines = [heat.name if pool == 1 else f"{heat.name} (one cell for {pool} by {pool})"]
    for top in range(0, len(heat.rows), pool):
        rows = heat.rows[top : top + pool]
        largest = [max(v for row in rows for v in row[left : left + pool]) for left in range(0, across, pool)]
        lines.append("".join(shade(v) * cell for v in largest) + "|")
    return lines
