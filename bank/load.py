"""Folders of YAML files -> a Bank. A broken file never hides the good ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import ValidationError

from bank.entry import Entry, Question
from bank.errors import BrokenEntry, Problem, UnknownEntry

SHIPPED = Path(__file__).parent / "entries"


@dataclass(frozen=True, slots=True)
class Bank:
    """The entries that can be used, and what is wrong with the others.

    Attributes:
        entries: by id, in the order of their ids.
        problems: every problem of every file, warnings included, sorted.
        sources: the file each entry came from.
    """

    entries: Mapping[str, Entry]
    problems: tuple[Problem, ...] = ()
    sources: Mapping[str, Path] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def question(self, address: str) -> Question:
        """`ENTRY` or `ENTRY/FOLLOW-UP` -> what to grade against.

        Raises:
            UnknownEntry: with one sentence that names the nearest address, or says that the entry is broken.
        """
        name, _, follow_up_id = address.partition("/")
        entry = self.entries.get(name)
        if entry is None:
            raise self._unknown(address, name)
        if not follow_up_id:
            return Question(address=name, entry=entry)
        follow_up = entry.follow_up(follow_up_id)
        if follow_up is None:
            known = [f.id for f in entry.follow_ups]
            raise UnknownEntry(address, f"{name!r} has no follow-up {follow_up_id!r}.{_nearest(follow_up_id, known)}")
        return Question(address=f"{name}/{follow_up_id}", entry=entry, follow_up=follow_up)

    def _unknown(self, address: str, name: str) -> UnknownEntry:
        broken = [p for p in self.problems if p.path.stem == name and not p.warning]
        if broken:
            return BrokenEntry(address, f"The entry {name!r} is broken and cannot be used: {broken[0]}")
        return UnknownEntry(address, f"There is no entry {name!r}.{_nearest(name, self.entries)} `tells list` shows them all.")


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f" Did you mean {near[0]!r}?" if near else ""


def load_bank(folders: Iterable[Path] = ()) -> Bank:
    """The shipped entries and those of `folders`; an id in a later folder replaces an earlier one."""
    entries: dict[str, Entry] = {}
    sources: dict[str, Path] = {}
    problems: list[Problem] = []
    for folder in (SHIPPED, *folders):
        for path in sorted(folder.glob("*.yaml")):
            try:
                entry = Entry.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
            except (ValidationError, yaml.YAMLError) as error:
                problems.append(Problem(path, 0, "", str(error)))
                continue
            entries[entry.id] = entry
            sources[entry.id] = path
    return Bank(dict(sorted(entries.items())), tuple(sorted(problems)), sources)
