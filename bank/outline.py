"""What the rules need to know of an entry, read from plain values of any shape, so that one mistake does not hide another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bank.entry import LEVELS, Level
from bank.source import Steps


@dataclass(frozen=True, slots=True)
class Named:
    """An id and the place where it stands."""

    steps: Steps
    id: str


@dataclass(frozen=True, slots=True)
class PointOutline:
    """A tell or a misconception.

    Attributes:
        steps: of the point itself.
        id: empty where it has none that can be used.
        level: of a tell of the entry, else None.
        examples, contrasts: with their places.
        probe: None where the point takes none.
    """

    steps: Steps
    id: str
    level: str | None
    examples: tuple[Named, ...]
    contrasts: tuple[Named, ...]
    probe: str | None

    @property
    def is_tell(self) -> bool:
        """Whether it is a tell, and not a misconception."""
        return self.steps[-2] == "tells"


@dataclass(frozen=True, slots=True)
class ChoiceOutline:
    """At least so many of these tells."""

    steps: Steps
    at_least: int
    of: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class RungOutline:
    """What one level needs."""

    steps: Steps
    level: Level
    all: tuple[Named, ...]
    any: tuple[ChoiceOutline, ...]

    @property
    def named(self) -> tuple[Named, ...]:
        """Every tell it speaks of."""
        return (*self.all, *(name for choice in self.any for name in choice.of))


@dataclass(frozen=True, slots=True)
class Outline:
    """An entry for the rules; anything that has not the right type is left out.

    Attributes:
        groups: the main question's points, then those of each follow-up; ids are distinct within a group.
        complete: whether every tell of the main question has an id, so that an id that is not there is unknown.
    """

    id: str
    points: tuple[PointOutline, ...]
    groups: tuple[tuple[PointOutline, ...], ...]
    rungs: tuple[RungOutline, ...]
    missing: tuple[tuple[Named, ...], ...]
    claims: tuple[Named, ...]
    claimed: tuple[Named, ...]
    demos: tuple[Named, ...]
    follow_ups: tuple[Named, ...]
    related: tuple[Named, ...]
    complete: bool = field(default=True)


def outline(entry: Any) -> Outline:
    """Plain values, such as a YAML mapping, -> what the rules look at."""
    points = tuple(_points(entry, ()))
    groups = [points]
    follow_ups = list(_items(entry, "follow_ups", ()))
    for steps, item in follow_ups:
        groups.append(tuple(_points(item, steps)))
    levels = entry.get("levels") if isinstance(entry, dict) else None
    claims = list(_items(entry, "claims", ()))
    return Outline(
        id=_text(entry, "id"),
        points=points,
        groups=tuple(groups),
        rungs=tuple(_rungs(levels)),
        missing=tuple(_names(group, "none_of", steps) for steps, group in _items(entry, "missing", ())),
        claims=tuple(_ids(claims)),
        claimed=tuple(name for steps, claim in claims for name in _names(claim, "tells", steps)),
        demos=tuple(Named((*steps, "demo"), claim["demo"]) for steps, claim in claims if _text(claim, "demo")),
        follow_ups=tuple(_ids(follow_ups)),
        related=_names(entry, "related", ()),
        complete=all(p.id for p in points) and isinstance(entry.get("tells"), list),
    )


def _points(owner: Any, at: Steps) -> Iterator[PointOutline]:
    for kind in ("tells", "misconceptions"):
        for steps, point in _items(owner, kind, at):
            yield PointOutline(
                steps,
                _text(point, "id"),
                _text(point, "level") if kind == "tells" and not at else None,
                _names(point, "examples", steps),
                _names(point, "contrasts", steps),
                _text(point, "probe") if kind == "tells" else None,
            )


def _rungs(levels: Any) -> Iterator[RungOutline]:
    for level in LEVELS:
        rung = levels.get(level) if isinstance(levels, dict) else None
        requires = rung.get("requires") if isinstance(rung, dict) else None
        if not isinstance(requires, dict):
            continue
        steps: Steps = ("levels", level, "requires")
        choices = tuple(
            ChoiceOutline(at, _count(choice), _names(choice, "of", at)) for at, choice in _items(requires, "any", steps)
        )
        yield RungOutline(steps, level, _names(requires, "all", steps), choices)


def _items(owner: Any, key: str, at: Steps) -> Iterator[tuple[Steps, dict[str, Any]]]:
    listed = owner.get(key) if isinstance(owner, dict) else None
    for n, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            yield (*at, key, n), item


def _names(owner: Any, key: str, at: Steps) -> tuple[Named, ...]:
    listed = owner.get(key) if isinstance(owner, dict) else None
    found = enumerate(listed if isinstance(listed, list) else ())
    return tuple(Named((*at, key, n), item) for n, item in found if isinstance(item, str))


def _ids(items: list[tuple[Steps, dict[str, Any]]]) -> Iterator[Named]:
    for steps, item in items:
        if _text(item, "id"):
            yield Named((*steps, "id"), item["id"])


def _text(owner: Any, key: str) -> str:
    value = owner.get(key) if isinstance(owner, dict) else None
    return value if isinstance(value, str) else ""


def _count(choice: dict[str, Any]) -> int:
    at_least = choice.get("at_least", 1)
    return at_least if isinstance(at_least, int) else 1
