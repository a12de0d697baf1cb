"""`tells practice` and `tells drill`: the UI, or without a terminal one graded answer."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from tui.cli import Call, common_options

if TYPE_CHECKING:
    from bank import Bank
    from tui.records import Attempt
    from tui.store import Store


@click.command("practice")
@click.argument("entry", required=False)
@common_options
@click.pass_obj
def practice_command(call: Call, entry: str | None = None) -> None:
    r"""Practise in the terminal; straight into one question where ENTRY is named.

    What you write is kept as you type. Without a terminal, a sample answer is graded instead.

    \b
    Examples:
      tells practice
      tells practice bptt
      tells practice bptt/transformer-vanishing

    Exit code: 0; 2 if there is no such entry.
    """
    if not has_terminal():
        grade_sample(call, entry)
        return
    if not entry:
        open_app(call)
        return
    from tui.bank_access import load, question

    bank = load(call, quiet=True)
    question(bank, entry)
    open_app(call, start_at=entry, bank=bank)


@click.command("drill")
@common_options
@click.pass_obj
def drill_command(call: Call) -> None:
    r"""Short rounds on the tells that are due.

    Each due tell is asked with its probe, and one or two sentences are graded. What you knew comes back later, what you
    missed comes back soon.

    \b
    Example:
      tells drill

    Exit code: 0; 2 without a terminal.
    """
    if not has_terminal():
        from tui.bank_access import Refusal

        raise Refusal("The drill needs a terminal. Run `tells drill` in one.")
    open_app(call, start_at="#drill")


def has_terminal() -> bool:
    """Whether there is a screen to draw on: a terminal, or the browser that `tells serve` draws in."""
    return bool(os.environ.get("TEXTUAL_DRIVER")) or (sys.stdin.isatty() and sys.stdout.isatty())


def open_app(call: Call, start_at: str = "", bank: Bank | None = None) -> None:
    """Runs the UI until it is left; a bank that has been read already is not read again to begin with."""
    from tui.app import TellsApp
    from tui.folders import history_file, settings_file
    from tui.settings import read_settings
    from tui.worker import make_processes

    at_first = [bank] if bank else []

    def read_bank() -> Bank:
        from tui.bank_access import load

        return at_first.pop() if at_first else load(call, quiet=True)

    def open_store() -> Store:
        from tui.store import Store

        return Store(history_file())

    settings, problems = read_settings(settings_file())
    app = TellsApp(
        read_bank,
        open_store,
        make_processes(call.model),
        settings=settings,
        problems=problems,
        settings_path=settings_file(),
        start_at=start_at,
    )
    app.run()
    hand_back(app.memory.owed)


def hand_back(owed: tuple[Attempt, ...]) -> None:
    """Prints the answers that could not be saved, so that the terminal at least still has them."""
    from tui.plain import printable

    for attempt in owed:
        click.echo(f"Your answer to {attempt.address!r} could not be saved. It was:\n\n{printable(attempt.answer)}\n", err=True)


def grade_sample(call: Call, entry: str | None) -> None:
    """Says that the UI needs a terminal, and grades the entry's own L5 answer instead."""
    from tui.bank_access import Broken, load, question
    from tui.grading import load_grader
    from tui.report import verdict_text

    bank = load(call)
    if not bank.entries:
        raise Broken("The practice UI needs a terminal, and the bank has no entry to show a graded answer of.")
    asked = question(bank, entry or ("bptt" if "bptt" in bank.entries else next(iter(bank.entries))))
    answer = asked.follow_up.answer if asked.follow_up else asked.entry.levels.L5.answer
    click.echo(f"The practice UI needs a terminal; here is what it says of a sample answer to {asked.address!r} instead.\n")
    click.echo(verdict_text(asked, answer, load_grader(call).grade(asked, answer)))
