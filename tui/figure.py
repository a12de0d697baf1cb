"""A demo as a figure for a slide: a file in any format that matplotlib writes, usually SVG or PNG."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import Any

from bank.demos.result import Axis, Curve, Demo, HeatMap, Plot
from tui.plot_text import axis_label

SUFFIXES = (".svg", ".png", ".pdf")
_STYLE: Any = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "font.size": 11,
    "legend.frameon": False,
    "mathtext.default": "regular",
    "svg.fonttype": "path",
    "svg.hashsalt": "tells",
}
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#999999", "#882255")
_DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1)))


def save_figure(demo: Demo, path: Path) -> None:
    """Writes the demo's plot with its title, its settings and what to see in it.

    Raises:
        ValueError: for a suffix that is not one of SUFFIXES.
        OSError: where the file cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(
            f"A figure is saved as {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}, not as {path.suffix or path.name!r}."
        )
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(9.6, 5.4), dpi=150, layout="constrained")
        figure.suptitle(_plain(demo.title), x=0.01, ha="left", fontweight="bold", fontsize=15)
        if demo.plot.maps:
            _draw_maps(figure, demo.plot)
        else:
            _draw_curves(figure.subplots(), demo.plot)
        figure.supxlabel(_caption(demo), x=0.01, ha="left", fontsize=9, color="#444444")
        metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower())
        figure.savefig(path, metadata=metadata)


def _draw_curves(axes: Any, plot: Plot) -> None:
    for index, curve in enumerate(plot.curves):
        x, y = _shown(curve, plot)
        axes.plot(
            x,
            y,
            label=_plain(curve.name),
            color=_COLOURS[index % len(_COLOURS)],
            linestyle=_DASHES[index % len(_DASHES)],
            linewidth=2,
            marker="o" if len(x) <= 20 else None,
            markersize=4,
        )
    axes.set_xlabel(_axis(plot.x))
    axes.set_ylabel(_axis(plot.y))
    if plot.x.log:
        axes.set_xscale("log")
    if plot.y.log:
        axes.set_yscale("log")
    axes.grid(True, alpha=0.25)
    if len(plot.curves) > 1:
        axes.legend(loc="best", fontsize=9)


def _shown(curve: Curve, plot: Plot) -> tuple[list[float], list[float]]:
    """The points that the axes can hold; the others break the line."""
    x, y = [], []
    for a, b in zip(curve.x, curve.y, strict=True):
        fits = math.isfinite(a) and math.isfinite(b) and (a > 0 or not plot.x.log) and (b > 0 or not plot.y.log)
        x.append(a)
        y.append(b if fits else math.nan)
    return x, y


def _draw_maps(figure: Any, plot: Plot) -> None:
    from matplotlib.colors import LogNorm, Normalize

    values = [v for heat in plot.maps for row in heat.rows for v in row if v > 0 and math.isfinite(v)]
    low, high = (min(values), max(values)) if values else (1.0, 1.0)
    norm = LogNorm(low, high) if low < high else Normalize(low, low + 1)
    panels = figure.subplots(1, len(plot.maps), squeeze=False, sharey=True)[0]
    for panel, heat in zip(panels, plot.maps, strict=True):
        image = panel.imshow(_masked(heat), norm=norm, cmap="viridis", interpolation="nearest")
        panel.set_title(_plain(heat.name), fontsize=11)
        panel.set_xlabel(_axis(plot.x))
    panels[0].set_ylabel(_axis(plot.y))
    figure.colorbar(image, ax=list(panels), shrink=0.7, label="white: exactly 0")


def _masked(heat: HeatMap) -> Any:
    """The matrix with its exact zeros left blank."""
    import numpy as np

    rows = np.asarray(heat.rows, dtype=float)
    return np.ma.masked_where(~(rows > 0), rows)


def _caption(demo: Demo) -> str:
    settings = ", ".join(f"{name} = {value}" for name, value in demo.settings.items())
    return _plain("\n".join([*textwrap.wrap(demo.see, 130), f"tells demo {demo.name}: {settings}"]))


def _axis(axis: Axis) -> str:
    """The label without the word for a scale that the ticks show."""
    return _plain(axis_label(axis).removesuffix(", logarithmic"))


def _plain(text: str) -> str:
    """Text in which a dollar sign starts no formula."""
    return text.replace("$", r"\$")
