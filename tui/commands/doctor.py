"""`tells doctor`: what is in place, and the one thing to do about what is not."""

from __future__ import annotations

import os
import shutil
import sys

import click

from tui.cli import Call, common_options


@click.command("doctor")
@common_options
@click.pass_context
def doctor_command(ctx: click.Context) -> None:
    r"""Say whether everything is in place: model, folders, history, settings, entries, terminal.

    Each thing that is wrong comes with the one thing to do about it. Nothing is changed.

    \b
    Examples:
      tells doctor
      tells doctor --bank ~/my-entries

    Exit code: 0; 1 if something is wrong.
    """
    from tui.doctor import findings
    from tui.page import Page
    from tui.plain import one_line

    call = ctx.ensure_object(Call)
    colour = sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = min(100, shutil.get_terminal_size((80, 24)).columns)
    wrong = 0
    for finding in findings(call):
        page = Page(max(40, width), colour)
        style = {"ok": "green", "note": "yellow", "wrong": "bold red"}[finding.state]
        page.line((f"{finding.state:6}{finding.name:16}", style), (one_line(finding.found), ""))
        if finding.remedy:
            page.line((f"{'':6}do: ", "cyan"), (one_line(finding.remedy), ""))
        click.echo(page.text(), nl=False, color=colour)
        wrong += finding.state == "wrong"
    click.echo(f"{wrong} thing{'s' * (wrong != 1)} wrong." if wrong else "Everything is in place.")
    ctx.exit(1 if wrong else 0)
