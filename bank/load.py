"""Folders of YAML files -> a Bank. A broken file never hides the good ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bank.entry import Entry, Question
from bank.errors import BrokenEntry, Problem, UnknownEntry
from bank.outline import Outline, outline
from bank.rules import Breach, breaches, unknown_related
from bank.shape import check_shape, name_of
from bank.source import Complaint, Source, Steps, Unreadable, read_text

SHIPPED = Path(__file__).parent / "entries"
MOST_PROBLEMS = 50
"""Problems that are told of one file."""


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
            BrokenEntry: with one sentence that names the first problem.
            UnknownEntry: with one sentence that names the nearest address.
        """
        name, slash, follow_up_id = address.partition("/")
        entry = self.entries.get(name)
        if entry is None:
            raise self._unknown(address, name)
        if not slash:
            return Question(address=name, entry=entry)
        follow_up = entry.follow_up(follow_up_id)
        if follow_up is None:
            known = [f.id for f in entry.follow_ups]
            hint = _nearest(follow_up_id, known) or (f" It has {', '.join(known)}." if known else " It has none.")
            raise UnknownEntry(address, f"{name!r} has no follow-up {follow_up_id[:80]!r}.{hint}")
        return Question(address=f"{name}/{follow_up_id}", entry=entry, follow_up=follow_up)

    def _unknown(self, address: str, name: str) -> UnknownEntry:
        broken = [p for p in self.problems if p.path.stem == name and not p.warning]
        if broken:
            return BrokenEntry(address, f"The entry {name!r} is broken and cannot be used: {broken[0]}")
        hint = _nearest(name, self.entries)
        return UnknownEntry(address, f"There is no entry {name[:80]!r}.{hint} `tells list` shows them all.")


@dataclass(slots=True)
class EntryFile:
    """One file, read.

    Attributes:
        entry: None where the file is broken.
        problems: in the order in which they were found.
        outline, source: for the rules that need the rest of the bank; None where nothing could be read.
    """

    path: Path
    entry: Entry | None = None
    problems: list[Problem] = field(default_factory=list)
    outline: Outline | None = None
    source: Source | None = None

    @property
    def broken(self) -> bool:
        """Whether there is a problem that keeps the entry from being used."""
        return self.entry is None

    def relate(self, known: Iterable[str]) -> None:
        """Adds a warning for each related entry that the bank does not know."""
        if self.outline is not None and self.source is not None:
            self._add(self.source, unknown_related(self.outline, known))

    def _add(self, source: Source, found: Iterable[Complaint | Breach]) -> None:
        for one in found:
            line = one.line if isinstance(one, Complaint) else source.line(one.steps)
            where, what = _placed(source, one.steps, one.what)
            self.problems.append(Problem(self.path, line, where, what, one.warning))


def load_entry(path: Path) -> EntryFile:
    """One file -> its entry and everything that is wrong with it; never raises for what stands in the file."""
    try:
        return parse_entry(read_text(path), path)
    except Unreadable as error:
        return EntryFile(path, None, [Problem(path, error.line, "", error.what)])


def parse_entry(text: str, path: Path) -> EntryFile:
    """The text of an entry -> the same, as if it stood in the file `path`."""
    file = EntryFile(path)
    try:
        source = Source(text)
    except Unreadable as error:
        file.problems.append(Problem(path, error.line, "", error.what))
        return file
    entry, complaints = check_shape(source)
    file.source, file.outline = source, outline(source.plain())
    found: list[Complaint | Breach] = [*source.complaints, *complaints]
    if not any(c.steps == ("id",) for c in found) and file.outline.id and file.outline.id != path.stem:
        what = f"{{}} is {file.outline.id[:80]!r}, but the file is called {path.name!r}. Make the two agree."
        found.append(Breach(("id",), what))
    spoken_of = {c.steps for c in found}
    found += [b for b in breaches(file.outline) if b.steps not in spoken_of]
    file._add(source, found)
    if not any(not p.warning for p in file.problems):
        file.entry = entry
    file.problems = _bounded(file.problems)
    return file


def load_bank(folders: Iterable[Path] = ()) -> Bank:
    """The shipped entries and those of `folders`; an id in a later folder replaces an earlier one.

    Where the later one is broken, the earlier one stays in use, and a warning says so.
    """
    entries: dict[str, Entry] = {}
    sources: dict[str, Path] = {}
    problems: list[Problem] = []
    files: list[EntryFile] = []
    for folder in _distinct((SHIPPED, *folders)):
        paths, strays = entry_paths(folder)
        problems += strays
        for path in paths:
            file = load_entry(path)
            files.append(file)
            if file.entry is not None:
                entries[file.entry.id], sources[file.entry.id] = file.entry, path
            elif path.stem in entries:
                what = f"Because this file is broken, {str(sources[path.stem])!r} is used in its place."
                problems.append(Problem(path, 0, "", what, True))
    known = {*entries, *(file.path.stem for file in files)}
    for file in files:
        file.relate(known)
        problems += file.problems
    return Bank(dict(sorted(entries.items())), tuple(sorted(problems)), sources)


def entry_paths(folder: Path) -> tuple[list[Path], list[Problem]]:
    """The entries' files of one folder by name, and what is wrong with the folder itself."""
    try:
        found = sorted(p for p in folder.iterdir() if not p.name.startswith("."))
        home = folder.resolve()
    except OSError as error:
        reason = error.strerror or str(error)
        return [], [Problem(folder, 0, "", f"The folder cannot be read: {reason}. Name a folder that holds <id>.yaml files.")]
    paths: list[Path] = []
    problems: list[Problem] = []
    for path in found:
        if path.suffix.lower() in (".yml", ".yaml") and path.suffix != ".yaml":
            problems.append(Problem(path, 0, "", "This file is not read. Rename it so that it ends in .yaml.", True))
        elif path.suffix == ".yaml" and path.is_symlink() and not _stays_in(path, home):
            problems.append(Problem(path, 0, "", "This link leads out of its folder and is not followed. Copy the file here."))
        elif path.suffix == ".yaml":
            paths.append(path)
    return paths, problems


def _stays_in(path: Path, home: Path) -> bool:
    try:
        return path.resolve().is_relative_to(home)
    except (OSError, RuntimeError):
        return False


def _distinct(folders: Iterable[Path]) -> Iterator[Path]:
    seen: set[Path] = set()
    for folder in folders:
        if folder.absolute() not in seen:
            seen.add(folder.absolute())
            yield folder


def _placed(source: Source, steps: Steps, what: str) -> tuple[str, str]:
    where, rest = name_of(source.root, steps)
    return where, f"'{rest}'{what[2:]}" if what.startswith("{}") else what


def _bounded(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MOST_PROBLEMS:
        return problems
    errors_first = sorted(problems, key=lambda p: (p.warning, p))
    kept = sorted(errors_first[:MOST_PROBLEMS])
    rest = f"There are {len(problems) - MOST_PROBLEMS:,} more problems in this file. Mend these first."
    return [*kept, Problem(kept[0].path, kept[-1].line, "", rest, all(p.warning for p in kept))]


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name[:80], list(known), 1)
    return f" Did you mean {near[0]!r}?" if near else ""
