"""What is wrong with a bank, in words that name the place and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one file.

    Attributes:
        path: the file, as it was given.
        line: 1-based line, 0 where no line applies.
        where: the place in the entry's own words, such as `tells[1] "unrolled-graph"`; may be empty.
        what: what was found, then what to do.
        warning: True where the entry can still be used.
    """

    path: Path
    line: int
    where: str
    what: str
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        kind = "warning: " if self.warning else ""
        return f"{place}: {kind}{self.where}: {self.what}" if self.where else f"{place}: {kind}{self.what}"


class BankError(Exception):
    """A bank, or one entry of it, cannot be used."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class UnknownEntry(BankError):
    """No entry or follow-up has that address."""

    def __init__(self, address: str, sentence: str) -> None:
        super().__init__(())
        self.address = address
        self.args = (sentence,)


class BrokenEntry(UnknownEntry):
    """The entry of that address is there, but cannot be used."""
