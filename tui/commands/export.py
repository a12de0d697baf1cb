"""`tells export`: the bank for Anki, a spreadsheet, or another program."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tui import bank_access
from tui.bank_access import Refusal
from tui.cli import Call, common_options
from tui.plain import one_line


@click.command("export")
@click.argument("form", type=click.Choice(["anki", "csv", "json"]))
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--entry", "ids", metavar="ENTRY", multiple=True, help="Only this entry; repeatable.")
@common_options
@click.pass_context
def export_command(ctx: click.Context, form: str, file: Path | None, ids: tuple[str, ...]) -> None:
    r"""Write the bank as an Anki package, as CSV, or as JSON.

    CSV and JSON go to stdout unless FILE is named; Anki goes to FILE, or to tells.apkg. A card a tell, the probe on its front;
    importing a newer package updates the cards and keeps what you have learned.

    \b
    Examples:
      tells export anki bptt.apkg --entry bptt
      tells export csv > bank.csv
      tells export json | jq '.entries[].id'
    """
    from tui.export import bank_csv, bank_json, write_anki

    bank = bank_access.load(ctx.ensure_object(Call))
    chosen = [bank_access.entry(bank, id) for id in dict.fromkeys(ids)] or list(bank)
    file = None if file == Path("-") else file
    try:
        if form == "anki":
            target = file or Path("tells.apkg")
            count = write_anki(chosen, target)
            click.echo(f"Wrote {count} cards to {one_line(str(target))}; import it in Anki with File, Import.", err=True)
            return
        text = bank_csv(chosen) if form == "csv" else json.dumps(bank_json(chosen), ensure_ascii=False, indent=2) + "\n"
        if file is None:
            click.echo(text, nl=False)
        else:
            file.write_text(text, encoding="utf-8")
            click.echo(f"Wrote {one_line(str(file))}.", err=True)
    except OSError as error:
        raise Refusal(
            f"The file cannot be written: {error.strerror or error}: {one_line(str(file or 'tells.apkg'))}."
        ) from error
