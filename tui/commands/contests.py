"""`tells contests`: what you have said against verdicts; listed, taken back, or turned into lines for an entry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

import click

from bank.errors import UnknownEntry
from bank.load import Bank
from grader.level import reconsider
from tui import bank_access
from tui.bank_access import Refusal
from tui.cli import Call, common_options
from tui.commands.history import open_history
from tui.contest_text import as_yaml, show_contests
from tui.plain import one_line
from tui.records import Contest
from tui.stdout import new_page, put
from tui.store import Store, as_plain, correction_of


@click.command("contests")
@click.argument("entry", required=False)
@click.option("--undo", metavar="ID", type=int, multiple=True, help="Take one back, by its number in the list; repeatable.")
@click.option("--yaml", "to_yaml", is_flag=True, help="Print them as examples and contrasts to add to the entries.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common_options
@click.pass_context
def contests_command(ctx: click.Context, entry: str | None, undo: tuple[int, ...], to_yaml: bool, as_json: bool) -> None:
    r"""List what you have said against verdicts: "I did say that, here" and "I did not say that".

    The grader hears your answers with them in mind; one that is taken back is forgotten. As YAML the words you pointed at
    become examples (you said it) and contrasts (you did not) of their points, in the shape of an entry, to be pasted into it.

    \b
    Examples:
      tells contests
      tells contests bptt --yaml
      tells contests --undo 3
    """
    if undo and (entry is not None or to_yaml or as_json):
        raise Refusal("--undo stands alone, without ENTRY, --yaml and --json.")
    if to_yaml and as_json:
        raise Refusal("Choose one of --yaml and --json.")
    bank = bank_access.load(ctx.ensure_object(Call), quiet=True)
    with open_history() as store:
        if undo:
            _undo(store, bank, undo)
            return
        found = [c for c in store.contests() if entry is None or c.address == entry or c.address.startswith(f"{entry}/")]
        if entry is not None and not found:
            bank_access.question(bank, entry)  # refuses a name that nobody knows
        if to_yaml:
            click.echo(as_yaml(found, _misconceptions(bank)), nl=False)
        else:
            _print(found, as_json)


def _misconceptions(bank: Bank) -> frozenset[tuple[str, str]]:
    """Address and id of every misconception."""
    found = {(entry.id, wrong.id) for entry in bank for wrong in entry.misconceptions}
    follow_ups = ((entry, follow_up) for entry in bank for follow_up in entry.follow_ups)
    return frozenset(found | {(f"{e.id}/{f.id}", wrong.id) for e, f in follow_ups for wrong in f.misconceptions})


def _undo(store: Store, bank: Bank, ids: Iterable[int]) -> None:
    known = {contest.id: contest for contest in store.contests()}
    if missing := [id for id in ids if id not in known]:
        raise Refusal(f"There is no contest {missing[0]}. `tells contests` lists them with their numbers.")
    for id in dict.fromkeys(ids):
        contest = known[id]
        store.drop_contest(id)
        _judge_again(store, bank, contest.attempt)
        click.echo(f"Took back contest {id}, about {one_line(contest.point)} in {one_line(contest.address)}.", err=True)


def _judge_again(store: Store, bank: Bank, attempt: int) -> None:
    """The answer's level without the contest; one whose entry has changed or gone keeps the level it had."""
    known = store.attempt(attempt)
    if known is None or known.verdict is None:
        return
    try:
        question = bank.question(known.address)
    except UnknownEntry:
        return
    if question.entry.content_hash == known.entry_hash:
        left = [correction_of(contest) for contest in store.contests(attempt)]
        store.update_attempt(replace(known, level=reconsider(question, known.verdict, left).level))


def _print(found: Sequence[Contest], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"schema": 1, "contests": [as_plain(contest) for contest in found]}, indent=2))
    elif found:
        page = new_page()
        show_contests(page, found)
        put(page)
    else:
        click.echo("Nothing has been contested. On a verdict, c says that the grader is wrong about a point.", err=True)
