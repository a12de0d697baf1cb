"""The ladder L4 ▸ L5 ▸ L6, with where an answer stands on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

if TYPE_CHECKING:
    from bank.entry import Level
    from grader.verdict import Rank

RUNGS: tuple[Level, ...] = ("L4", "L5", "L6")
_COLOURS = {"below": "$error", "L4": "$warning", "L5": "$primary", "L6": "$success"}


def colour_of(rank: Rank | str | None) -> str:
    """The theme's colour for a level."""
    return _COLOURS.get(rank or "", "$foreground-muted")


def ladder(rank: Rank | None) -> Content:
    """All rungs, those reached in the colour of the level."""
    reached = RUNGS.index(rank) if rank in RUNGS else -1
    parts: list[Content | tuple[str, str]] = []
    if rank == "below":
        parts += [(" below L4 ", "bold $background on $error"), (" ▸ ", "$foreground-muted")]
    for i, rung in enumerate(RUNGS):
        if i:
            parts.append((" ▸ ", "$foreground-muted"))
        if i == reached:
            parts.append((f" {rung} ", f"bold $background on {colour_of(rung)}"))
        else:
            parts.append((rung, f"bold {colour_of(rung)}" if i < reached else "$foreground-muted"))
    return Content.assemble(*parts)


def badge(rank: Rank | None) -> Content:
    """One level in five cells; a dot where there is none yet."""
    if rank is None:
        return Content.styled("  ·  ", "$foreground-muted")
    name = "<L4" if rank == "below" else rank
    return Content.styled(f" {name:<3} ", f"bold {colour_of(rank)}")
