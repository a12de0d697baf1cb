"""`tells grade`: one answer for people or as JSON, or many as JSON Lines."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

from bank.entry import Question
from tui import bank_access
from tui.answer_source import read_answer, whereabouts
from tui.bank_access import Refusal
from tui.cli import Call, common_options
from tui.plain import one_line

if TYPE_CHECKING:
    from grader.verdict import Verdict

_WIDEST = 100


@click.command("grade")
@click.argument("entry", required=False, metavar="[ENTRY]")
@click.argument("file", required=False, metavar="[FILE]", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one line of JSON.")
@click.option(
    "--batch", metavar="FILE.jsonl", type=click.Path(), help="Grade JSON Lines, `-` for a pipe; one row out for each row in."
)
@common_options
@click.pass_context
def grade_command(ctx: click.Context, entry: str | None, file: str | None, as_json: bool, batch: str | None) -> None:
    r"""Grade an answer: which tells were heard, in which words, and what is missing for the next level.

    ENTRY is an entry of the bank (`tells list`), or one of its follow-ups as ENTRY/FOLLOW-UP. The answer is read from FILE,
    from a pipe (also `-`), or, on a terminal, from your editor ($VISUAL or $EDITOR). It stays on this machine.

    \b
    Examples:
      echo "BPTT is plain backprop on the unrolled net." | tells grade bptt
      tells grade bptt answer.txt --json
      tells grade bptt/transformer-vanishing answer.txt
      tells grade --batch answers.jsonl > verdicts.jsonl

    A row of a batch is {"id": anything, "entry": "bptt", "answer": "..."}. A row out is the verdict with that id, in the same
    order, or {"id": ..., "line": 17, "error": "..."}. An empty line is a row with an error. Offsets in a verdict count Unicode
    code points of the answer exactly as it was given.

    Exit code: 0; 1 if a row of the batch was bad or the grader cannot be used; 2 if the call itself was wrong.
    """
    call = ctx.ensure_object(Call)
    if batch is not None:
        if entry is not None or as_json:
            raise Refusal("--batch takes no ENTRY and no --json: each row names its entry, and each verdict is a line of JSON.")
        ctx.exit(_grade_batch(call, batch))
    if entry is None:
        raise Refusal("Name the question to grade, for example `tells grade bptt`; `tells list` shows them all.")
    question = bank_access.question(bank_access.load(call), entry)
    _grade_one(call, question, file, as_json)


def _grade_one(call: Call, question: Question, file: str | None, as_json: bool) -> None:
    from tui.grading import load_grader

    given = read_answer(file, question)
    try:
        verdict = load_grader(call).grade(question, given.text)
        _print(question, given.text, verdict, as_json)
    except BaseException:
        if given.kept is not None:
            click.echo(f"The answer was not graded. {whereabouts(given.kept, question)}", err=True)
        raise
    given.release()


def _print(question: Question, answer: str, verdict: Verdict, as_json: bool) -> None:
    if as_json:
        from tui.rows import verdict_json

        click.echo(verdict_json(verdict))
    else:
        from tui.report import verdict_text

        colour = sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        width = min(_WIDEST, shutil.get_terminal_size((80, 24)).columns)
        click.echo(verdict_text(question, answer, verdict, width, colour), nl=False, color=colour)


def _grade_batch(call: Call, file: str) -> int:
    from tui.batch import grade_batch
    from tui.grading import load_grader

    if sys.stdout is None:
        raise Refusal("The verdicts have nowhere to go: standard output is closed.")
    fd = _opened(file)
    bank = bank_access.load(call)
    return grade_batch(fd, bank.question, lambda: load_grader(call), sys.stdout)


def _opened(file: str) -> int:
    name = repr(one_line(file, 200))
    if file == "-":
        if sys.stdin is None:
            raise Refusal("There are no rows: standard input is closed. Name a file, or pipe the rows in.")
        return sys.stdin.fileno()
    try:
        if os.path.isdir(file):
            raise Refusal(f"{name} is a folder. Name a file of JSON Lines, or `-` for a pipe.")
        return os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        raise Refusal(f"There is no file {name}. Name a file of JSON Lines, or `-` for a pipe.") from None
    except (OSError, ValueError) as error:
        raise Refusal(f"{name} cannot be read: {one_line(str(getattr(error, 'strerror', None) or error))}.") from None
