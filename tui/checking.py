"""What `tells check` does: entries' shape, their cross references, and what the grader makes of their own texts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bank.entry import Entry
from bank.errors import Problem
from bank.load import SHIPPED, Bank, EntryFile, entry_paths, load_entry
from tui import bank_access
from tui.bank_access import Broken, Refusal
from tui.cli import Call
from tui.plain import one_line
from tui.problems import near_path, put_problems

if TYPE_CHECKING:
    from rich.text import Text

    from grader.trial import EntryTrial, Finding, Judge


def check(call: Call, paths: Sequence[Path], *, as_json: bool, with_grader: bool, notes: bool) -> int:
    """Checks, prints, and returns the exit code.

    Raises:
        Refusal: there is no such path.
        Broken: there is no model to grade with.
    """
    bank = bank_access.load(call, quiet=True)
    files, strays = _files(bank, call, paths)
    problems = [*strays, *(problem for file in files for problem in file.problems)]
    sound = [file.entry for file in files if file.entry is not None]
    trials = _tried(call, sound) if with_grader and sound else []
    wrong = any(not p.warning for p in problems) or any(not trial.passed for trial in trials)
    if as_json:
        click.echo(json.dumps(_as_json(files, problems, trials, wrong), ensure_ascii=False, indent=2))
        return 1 if wrong else 0
    put_problems(problems)
    if trials:
        _put_table(trials)
    _put_findings(trials, notes or len(trials) == 1)
    click.echo(_sum(files, strays, problems, trials))
    return 1 if wrong else 0


def _files(bank: Bank, call: Call, paths: Sequence[Path]) -> tuple[list[EntryFile], list[Problem]]:
    """The files to check, each related to the rest of the bank, and what is wrong with their folders."""
    found: list[Path] = []
    strays: list[Problem] = []
    for path in paths or (SHIPPED, *bank_access.folders(call)):
        if path.is_dir():
            inside, odd = entry_paths(path)
            if paths and not inside and not odd:
                raise Refusal(f"{one_line(str(path))} holds no entries. Name a folder that holds <id>.yaml files.")
            found += inside
            strays += odd
        elif path.exists() or path.is_symlink():
            found.append(path)
        else:
            found.append(_by_id(bank, path))
    files = [load_entry(path) for path in dict.fromkeys(found)]
    known = {*bank.entries, *(p.path.stem for p in bank.problems), *(path.stem for path in found)}
    for file in files:
        file.relate(known)
    return files, strays


def _by_id(bank: Bank, path: Path) -> Path:
    id = str(path)
    if id in bank.sources:
        return bank.sources[id]
    broken = [p.path for p in bank.problems if p.path.stem == id]
    if broken:
        return broken[0]
    raise Refusal(f"There is no file, folder or entry {one_line(id, 200)!r}. Name one, or none to check them all.")


def _tried(call: Call, entries: Sequence[Entry]) -> list[EntryTrial]:
    from grader.trial import try_entry
    from tui.grading import notice

    judge = _judge(call)
    with notice("Loading the demos …"):
        about_claims = {entry.id: _claims(entry) for entry in entries}
    trials: list[EntryTrial] = []
    with click.progressbar(
        entries,
        label="Trying the examples",
        file=sys.stderr,
        hidden=not (sys.stderr is not None and sys.stderr.isatty()),
        item_show_func=lambda entry: entry.id if entry else "",
    ) as shown:
        for entry in shown:
            trials.append(try_entry(judge, entry, about_claims[entry.id]))
    return trials


def _judge(call: Call) -> Judge:
    """The grader without anybody's corrections: an entry must prove itself for everybody."""
    from tui.folders import cache_folder
    from tui.grading import notice

    with notice("Loading the model …"):
        from grader.encoder import EncoderError
        from grader.grade import Grader

        try:
            return Grader.load(call.model, cache=cache_folder())
        except EncoderError as error:
            hint = " `tells check --no-grader` checks the rest."
            raise (Refusal if call.model else Broken)(one_line(str(error)) + hint) from error


def _claims(entry: Entry) -> list[Finding]:
    """Claims whose demo cannot be run as they ask."""
    from bank.demos import DemoError, chosen_settings, load_demo
    from grader.trial import Finding

    findings: list[Finding] = []
    for claim in entry.claims:
        try:
            chosen_settings(claim.demo, load_demo(claim.demo).knobs, claim.args)
        except DemoError as error:
            findings.append(Finding(entry.id, claim.id, str(error), False))
    return findings


def _put_table(trials: Iterable[EntryTrial]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from tui.stdout import new_console

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("entry", overflow="fold")
    table.add_column("points", justify="right")
    table.add_column("examples heard", justify="right")
    table.add_column("as new", justify="right")
    table.add_column("contrasts heard", justify="right")
    table.add_column("as new", justify="right")
    table.add_column("model answers")
    table.add_column("margin", justify="right")
    table.add_column("")
    for trial in trials:
        margins = [p.margin for p in trial.points if p.margin is not None]
        table.add_row(
            Text(trial.entry),
            str(len(trial.points)),
            f"{sum(p.examples_heard for p in trial.points)}/{sum(p.examples for p in trial.points)}",
            str(sum(p.examples_new for p in trial.points)),
            f"{sum(p.contrasts_heard for p in trial.points)}/{sum(p.contrasts for p in trial.points)}",
            str(sum(p.contrasts_new for p in trial.points)),
            _answers(trial),
            f"{min(margins):+.2f}" if margins else "",
            _outcome(trial),
        )
    new_console().print(table)


def _outcome(trial: EntryTrial) -> Text:
    from rich.text import Text

    notes = sum(finding.warning for finding in trial.findings)
    wrong = len(trial.findings) - notes
    told = [f"{wrong} WRONG" if wrong else "ok"] + [f"{notes} note{'s' * (notes != 1)}"] * bool(notes)
    return Text(", ".join(told), "bold red" if wrong else "green")


def _answers(trial: EntryTrial) -> str:
    return " ".join(a.level if a.level == a.reached else f"{a.level}>{a.reached}" for a in trial.answers) or "none"


def _put_findings(trials: Sequence[EntryTrial], notes: bool) -> None:
    found = [finding for trial in trials for finding in trial.findings]
    for finding in sorted(found, key=lambda f: f.warning):
        if notes or not finding.warning:
            place = f"{finding.question}: {finding.point}" if finding.point else finding.question
            click.echo(f"{'note:  ' if finding.warning else 'WRONG: '}{one_line(f'{place}: {finding.what}')}")
    hidden = 0 if notes else sum(finding.warning for finding in found)
    if hidden:
        click.echo(f"{hidden} note{'s' * (hidden != 1)} not shown; check one entry, or say --notes, to see them.")


def _sum(
    files: Sequence[EntryFile], strays: Sequence[Problem], problems: Sequence[Problem], trials: Sequence[EntryTrial]
) -> str:
    broken = sum(file.broken for file in files)
    unproven = sum(not trial.passed for trial in trials)
    fine = len(files) - broken - unproven
    told = [f"{len(files)} {'entry' if len(files) == 1 else 'entries'}: {fine} fine"]
    told += [f"{broken} broken"] * bool(broken) + [f"{unproven} not proven by the grader"] * bool(unproven)
    warnings = sum(p.warning for p in problems)
    stray = sum(not p.warning for p in strays)
    told += [f"{stray} files or folders that cannot be read"] * bool(stray)
    return ", ".join(told) + (f"; {warnings} warning{'s' * (warnings != 1)}" if warnings else "") + "."


def _as_json(
    files: Sequence[EntryFile], problems: Iterable[Problem], trials: Iterable[EntryTrial], wrong: bool
) -> dict[str, Any]:
    return {
        "ok": not wrong,
        "checked": [str(near_path(file.path)) for file in files],
        "problems": [
            {"path": str(near_path(p.path)), "line": p.line, "where": p.where, "what": p.what, "warning": p.warning}
            for p in sorted(problems)
        ],
        "entries": [trial.to_json() for trial in trials],
    }
