"""The rows as a Markdown table, and its place in the README."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from tests.bench.race import Row

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def table(rows: Iterable[Row]) -> str:
    """A Markdown table with one line for each row."""
    lines = ["| what | time | beside | times as long (quartiles) | goal |", "|---|---:|---|---:|---:|"]
    for row in rows:
        low, high = row.spread
        goal = f"≤ {row.goal:g}" if row.goal else f"≤ {duration(row.limit)}" if row.limit else ""
        goal += "" if row.is_good else " missed"
        cells = (row.what, duration(row.seconds), row.beside, f"{row.ratio:.2f} ({low:.2f} to {high:.2f})", goal)
        lines.append(f"| {' | '.join(cells)} |")
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return "\n".join([*lines, "", f"Medians of one run of `make bench` on {where}. Compare ratios, not times."])


def duration(seconds: float) -> str:
    """Three digits and a unit."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def write(page: Path, text: str) -> bool:
    """Puts the text between the marks of the page; False where it has none."""
    old = page.read_text(encoding="utf-8")
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        return False
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    return True
