"""`tells export`: the bank, or what was practised, for Anki, a spreadsheet, or another program."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from bank.entry import Entry
from tui import bank_access
from tui.bank_access import Refusal
from tui.cli import Call, common_options
from tui.folders import PRIVATE_FILE
from tui.plain import one_line


@click.command("export")
@click.argument("form", type=click.Choice(["anki", "csv", "json"]))
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--entry", "ids", metavar="ENTRY", multiple=True, help="Only this entry; repeatable.")
@click.option(
    "--history", is_flag=True, help="What you have practised instead of the bank: as JSON everything, as CSV the attempts."
)
@common_options
@click.pass_context
def export_command(ctx: click.Context, form: str, file: Path | None, ids: tuple[str, ...], history: bool) -> None:
    r"""Write the bank as an Anki package, as CSV, or as JSON; or with --history what you have practised.

    CSV and JSON go to stdout unless FILE is named; Anki goes to FILE, or to tells.apkg. A card a tell, the probe on its front;
    importing a newer package updates the cards and keeps what you have learned.

    \b
    Examples:
      tells export anki bptt.apkg --entry bptt
      tells export csv > bank.csv
      tells export json | jq '.entries[].id'
      tells export json --history > mine.json
    """
    if history and (ids or form == "anki"):
        raise Refusal("--history goes with json or csv, and without --entry.")
    file = None if file == Path("-") else file
    if history:
        _put(_history(form), file, mode=PRIVATE_FILE)
        return
    from tui.export import bank_csv, bank_json

    bank = bank_access.load(ctx.ensure_object(Call))
    chosen = [bank_access.entry(bank, id) for id in dict.fromkeys(ids)] or list(bank)
    if form == "anki":
        _put_anki(chosen, file or Path("tells.apkg"))
    else:
        _put(bank_csv(chosen) if form == "csv" else _json(bank_json(chosen)), file)


def _history(form: str) -> str:
    from tui.commands.history import open_history
    from tui.export import history_csv, history_json

    with open_history() as store:
        return history_csv(store) if form == "csv" else _json(history_json(store))


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _put(text: str, file: Path | None, mode: int = 0o666) -> None:
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise _unwritable(file, error) from error
    click.echo(f"Wrote {one_line(str(file))}.", err=True)


def _put_anki(entries: list[Entry], file: Path) -> None:
    from tui.export import write_anki

    try:
        count = write_anki(entries, file)
    except OSError as error:
        raise _unwritable(file, error) from error
    click.echo(f"Wrote {count} cards to {one_line(str(file))}; import it in Anki with File, Import.", err=True)


def _unwritable(file: Path, error: OSError) -> Refusal:
    return Refusal(f"{one_line(str(file))} cannot be written: {error.strerror or error}.")
