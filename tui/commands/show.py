"""`tells list` and `tells show`: the bank, and one entry of it."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from bank.entry import LEVELS, Entry, FollowUp, FollowUpTell, Level, LevelRule, Misconception, Tell
from bank.load import SHIPPED, Bank
from tui import bank_access
from tui.bank_access import Refusal
from tui.cli import Call, common_options
from tui.page import Page
from tui.plain import one_line, printable
from tui.stdout import new_page, put


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common_options
@click.pass_context
def list_command(ctx: click.Context, as_json: bool) -> None:
    r"""List the entries of the bank, with their follow-ups.

    \b
    Examples:
      tells list
      tells list --json | jq -r '.[].id'
    """
    bank = bank_access.load(ctx.ensure_object(Call))
    if as_json:
        click.echo(json.dumps([_summary(bank, entry) for entry in bank], ensure_ascii=False, indent=2))
        return
    page = new_page()
    width = min(36, max((len(entry.id) for entry in bank), default=0)) + 2
    for entry in bank:
        mark = "" if bank.sources[entry.id].parent == SHIPPED else "  (yours)"
        page.line((f"{entry.id:{width}}", "bold"), (one_line(entry.title), ""), (mark, "green"))
        for follow_up in entry.follow_ups:
            page.line((f"{'':{width}}", ""), (f"/{follow_up.id}", "dim"))
    put(page)
    if sys.stdout.isatty():
        click.echo("\nPractise one with `tells practice ENTRY`, look inside with `tells show ENTRY`.", err=True)


@click.command("show")
@click.argument("entry")
@click.option("--level", type=click.Choice(LEVELS), help="Only this level: what it needs, and its model answer.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common_options
@click.pass_context
def show_command(ctx: click.Context, entry: str, level: Level | None, as_json: bool) -> None:
    r"""Show an entry: its question, its tells, and what each level needs.

    A model answer is shown only with --level. ENTRY may be a follow-up, as ENTRY/FOLLOW-UP; that shows its answer too.

    \b
    Examples:
      tells show bptt
      tells show bptt --level L6
      tells show bptt/transformer-vanishing --json
    """
    question = bank_access.question(bank_access.load(ctx.ensure_object(Call)), entry)
    if question.follow_up is not None and level is not None:
        raise Refusal("A follow-up has no levels. Leave --level out.")
    if as_json:
        click.echo(json.dumps(_as_json(question.entry, question.follow_up, level), ensure_ascii=False, indent=2))
        return
    page = new_page()
    page.line(("", ""), (one_line(question.entry.title), "bold"), (f"   {question.address}", "dim"))
    _paragraphs(page, question.prompt)
    if level is not None:
        _show_level(page, level, question.entry.levels[level], with_answer=True)
    elif question.follow_up is not None:
        _show_points(page, question.tells, question.misconceptions)
        if question.follow_up.answer:
            page.gap()
            page.say("Model answer", style="bold")
            _paragraphs(page, question.follow_up.answer)
    else:
        _show_entry(page, question.entry)
    put(page)


def _summary(bank: Bank, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "prompt": entry.prompt,
        "asked_in": list(entry.asked_in),
        "topics": list(entry.topics),
        "related": list(entry.related),
        "time_limit_minutes": entry.time_limit_minutes,
        "tells": len(entry.tells),
        "misconceptions": len(entry.misconceptions),
        "follow_ups": [f"{entry.id}/{f.id}" for f in entry.follow_ups],
        "shipped": bank.sources[entry.id].parent == SHIPPED,
        "path": str(bank.sources[entry.id]),
    }


def _as_json(entry: Entry, follow_up: FollowUp | None, level: Level | None) -> dict[str, Any]:
    if follow_up is not None:
        return {"entry": entry.id, **follow_up.model_dump(mode="json", by_alias=True)}
    if level is not None:
        return {"entry": entry.id, "level": level, **entry.levels[level].model_dump(mode="json", by_alias=True)}
    return entry.model_dump(mode="json", by_alias=True)


def _show_entry(page: Page, entry: Entry) -> None:
    page.gap()
    about = [("Asked in", entry.asked_in), ("Topics", entry.topics), ("Related", entry.related)]
    for name, listed in about:
        if listed:
            page.line((f"{name:10}", "dim"), (one_line(", ".join(listed)), ""))
    page.line((f"{'Time':10}", "dim"), (f"{entry.time_limit_minutes} minutes", ""))
    for level in LEVELS:
        _show_level(page, level, entry.levels[level], with_answer=False)
    _show_points(page, entry.tells, entry.misconceptions)
    for group in entry.missing:
        page.line(("- ", ""), (f"Not one of {', '.join(group.none_of)}: {group.lowers} lower.", ""))
    if entry.follow_ups:
        page.gap()
        page.say("Follow-ups", style="bold")
    for follow_up in entry.follow_ups:
        page.line(("- ", ""), (f"{entry.id}/{follow_up.id}  ", "bold"), (one_line(follow_up.prompt), ""))
    if entry.claims:
        page.gap()
        page.say("Shown by a demo", style="bold")
    for claim in entry.claims:
        page.line(("- ", ""), (f"{claim.demo}  ", "bold"), (one_line(claim.says), ""))


def _show_level(page: Page, level: Level, rule: LevelRule, *, with_answer: bool) -> None:
    page.gap()
    page.line((f"{level}  ", "bold"), (one_line(rule.summary) or "(no summary)", ""))
    if rule.requires.all:
        page.line(("needs ", "dim"), (", ".join(rule.requires.all), ""), indent=4)
    for choice in rule.requires.any:
        page.line((f"needs {choice.at_least} of ", "dim"), (", ".join(choice.of), ""), indent=4)
    if with_answer:
        page.gap()
        _paragraphs(page, rule.answer or "(no model answer)")


def _show_points(page: Page, tells: tuple[FollowUpTell, ...], misconceptions: tuple[Misconception, ...]) -> None:
    page.gap()
    page.say("Tells", style="bold")
    for tell in tells:
        level = f"{tell.level}{'*' if tell.strong_hire else ' '} " if isinstance(tell, Tell) else "- "
        page.line((level, "cyan"), (f"{tell.id}  ", "bold"), (one_line(tell.says), ""))
    if any(isinstance(tell, Tell) and tell.strong_hire for tell in tells):
        page.say("* wins a strong-hire vote", style="dim")
    if misconceptions:
        page.gap()
        page.say("What costs a level", style="bold")
    for wrong in misconceptions:
        page.line(("- ", ""), (f"{wrong.id}  ", "bold"), (f"{one_line(wrong.says)} ({wrong.lowers} lower)", ""))


def _paragraphs(page: Page, text: str) -> None:
    for line in printable(text).split("\n"):
        page.say(line)
