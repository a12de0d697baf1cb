"""How a command gets at the bank: the shipped entries, the user's own, then the folders of `--bank`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from bank.entry import Entry, Question
from bank.errors import BrokenEntry, Problem, UnknownEntry
from bank.load import Bank, load_bank
from tui.cli import Call
from tui.folders import entries_folder
from tui.plain import one_line


class Refusal(click.ClickException):
    """A call that cannot be carried out: one sentence on stderr, and exit code 2."""

    exit_code = 2


class Broken(Refusal):
    """What the call names is there, but something is wrong with it: exit code 1."""

    exit_code = 1


def folders(call: Call) -> tuple[Path, ...]:
    """The folders beside the shipped entries; a later one replaces entries of an earlier one."""
    own = entries_folder()
    return (*([own] if own.is_dir() else []), *call.bank)


def load(call: Call, *, quiet: bool = False) -> Bank:
    """The bank of this call. Broken entries are named on stderr, one line each, unless `quiet`."""
    bank = load_bank(folders(call))
    if not quiet:
        warn(bank.problems)
    return bank


def warn(problems: Iterable[Problem]) -> None:
    """One line on stderr for each broken file: its first problem, and how to see the rest."""
    broken: dict[Path, list[Problem]] = {}
    for problem in problems:
        if not problem.warning:
            broken.setdefault(problem.path, []).append(problem)
    for path, found in broken.items():
        rest = f" (and {len(found) - 1} more: `tells check {path}`)" if len(found) > 1 else ""
        click.echo(f"warning: {one_line(str(found[0]), 400)}{one_line(rest)}", err=True)


def question(bank: Bank, address: str) -> Question:
    """`ENTRY` or `ENTRY/FOLLOW-UP` -> what to grade against.

    Raises:
        Refusal: one sentence; exit code 2 where there is no such address, 1 where its entry is broken.
    """
    try:
        return bank.question(address)
    except UnknownEntry as error:
        raise (Broken if isinstance(error, BrokenEntry) else Refusal)(one_line(str(error))) from error


def entry(bank: Bank, address: str) -> Entry:
    """The entry of an address; a follow-up's address names its entry.

    Raises:
        Refusal: as `question` does.
    """
    return question(bank, address).entry
