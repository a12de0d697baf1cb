"""`tells practice` and `tells drill`: the UI, or without a terminal one graded answer."""

from __future__ import annotations

import os
import sys

import click

from tui.cli import Call, common_options


@click.command()
@click.argument("entry", required=False)
@common_options
@click.pass_obj
def practice_command(call: Call, entry: str | None = None) -> None:
    """Practise in the terminal; straight into one question where ENTRY is named.

    Example: tells practice bptt
    """
    if not has_terminal():
        grade_sample(call, entry)
        return
    if entry:
        from tui.bank_access import load, question

        question(load(call, quiet=True), entry)
    open_app(call, start_at=entry or "")


@click.command()
@common_options
@click.pass_obj
def drill_command(call: Call) -> None:
    """A short round on the tells that are due.

    Example: tells drill
    """
    if not has_terminal():
        raise click.UsageError("The drill needs a terminal. Run `tells drill` in one; `tells history` shows what is due.")
    open_app(call, start_at="#drill")


def has_terminal() -> bool:
    """Whether there is a screen to draw on: a terminal, or the browser that `tells serve` draws in."""
    return bool(os.environ.get("TEXTUAL_DRIVER")) or (sys.stdin.isatty() and sys.stdout.isatty())


def open_app(call: Call, start_at: str = "") -> None:
    """Runs the UI until it is left."""
    from tui.app import TellsApp
    from tui.folders import history_file, settings_file
    from tui.settings import read_settings
    from tui.worker import make_processes

    def read_bank() -> object:
        from tui.bank_access import load

        return load(call, quiet=True)

    def open_store() -> object:
        from tui.store import Store

        return Store(history_file())

    settings, problems = read_settings(settings_file())
    TellsApp(
        read_bank,  # type: ignore[arg-type]
        open_store,  # type: ignore[arg-type]
        make_processes(call.model),
        settings=settings,
        problems=problems,
        settings_path=settings_file(),
        start_at=start_at,
    ).run()


def grade_sample(call: Call, entry: str | None) -> None:
    """Says that the UI needs a terminal, and grades the entry's own L5 answer instead."""
    from tui.bank_access import load, question
    from tui.grading import load_grader
    from tui.report import verdict_text

    bank = load(call)
    asked = question(bank, entry or ("bptt" if "bptt" in bank.entries else next(iter(bank.entries), "bptt")))
    answer = asked.follow_up.answer if asked.follow_up else asked.entry.levels.L5.answer
    click.echo(f"The practice UI needs a terminal; here is what it says of a sample answer to {asked.address!r} instead.\n")
    click.echo(verdict_text(asked, answer, load_grader(call).grade(asked, answer)), nl=False)
