"""`tells new`, `edit`, `import`, `check` and `schema`: writing entries and proving them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from bank.draft import Draft
from bank.draft_text import draft_text
from bank.load import load_entry
from bank.schema import schema_text
from bank.source import Unreadable, decode, read_text
from bank.template import template
from tui import bank_access
from tui.authoring import checked_id, editable, is_unchanged_copy, run_editor, target_folder, write_new
from tui.bank_access import Broken, Refusal
from tui.cli import Call, common_options
from tui.plain import one_line
from tui.problems import put_problems

_OUTPUT = click.option(
    "--output", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="The folder to write to, made if missing."
)


@click.command("new")
@click.argument("id")
@click.option("--title", help="What the question is called.")
@click.option("--prompt", help="The question as an interviewer asks it.")
@click.option("--topic", "topics", metavar="TOPIC", multiple=True, help="What it is about; repeatable.")
@click.option("--minutes", type=click.IntRange(1, 240), default=5, show_default=True, help="The time limit.")
@_OUTPUT
@common_options
@click.pass_context
def new_command(
    ctx: click.Context,
    id: str,
    title: str | None,
    prompt: str | None,
    topics: tuple[str, ...],
    minutes: int,
    output: Path | None,
) -> None:
    r"""Write a new entry from a commented template that loads as it stands.

    It goes to --output, else to the last folder of --bank, else to your own folder, which every command reads.

    \b
    Examples:
      tells new vanishing-gradients
      tells new vanishing-gradients --title "Vanishing gradients" --topic optimisation
    """
    call = ctx.ensure_object(Call)
    checked_id(id)
    if output is None and id in bank_access.load(call, quiet=True).entries:
        raise Refusal(f"There is an entry {id!r} already. `tells edit {id}` opens it.")
    if sys.stdin is not None and sys.stdin.isatty():
        name = id.replace("-", " ").capitalize()
        title = title if title is not None else click.prompt("Title", default=name, err=True)
        prompt = prompt if prompt is not None else click.prompt("Question", default=f"What is {title}?", err=True)
    path = target_folder(call, output) / f"{id}.yaml"
    write_new(path, template(id, title or "", prompt or "", topics, minutes))
    file = load_entry(path)
    put_problems(p for p in file.problems if not p.warning)
    click.echo(str(path))
    click.echo(f"Next: `tells edit {id}`, then `tells check {one_line(str(path))}`.", err=True)
    ctx.exit(1 if file.broken else 0)


@click.command("edit")
@click.argument("id")
@common_options
@click.pass_context
def edit_command(ctx: click.Context, id: str) -> None:
    r"""Open an entry in $VISUAL or $EDITOR, and check it when you are done.

    A shipped entry is copied to your own folder first, and the copy replaces it; left unchanged, it is taken away again.

    \b
    Example:
      EDITOR=vim tells edit bptt
    """
    call = ctx.ensure_object(Call)
    checked_id(id)
    path, copied = editable(bank_access.load(call, quiet=True), call, id)
    while True:
        try:
            run_editor(path)
        finally:
            unchanged = is_unchanged_copy(path, copied)
            if unchanged:
                path.unlink()
        if unchanged:
            click.echo("Nothing was changed, so the shipped entry stays.", err=True)
            return
        file = load_entry(path)
        put_problems(file.problems)
        if not file.broken:
            click.echo(f"{one_line(str(path))} loads. `tells check {id}` says what the grader makes of it.", err=True)
            return
        if not sys.stdin.isatty() or not click.confirm("Open it again?", default=True, err=True):
            ctx.exit(1)


@click.command("import")
@click.argument("articles", metavar="ARTICLE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@_OUTPUT
@click.option("--id", help="The entry's id, for a single article; else the article's file name.")
@click.option("--force", is_flag=True, help="Replace a draft that is there.")
@common_options
@click.pass_context
def import_command(ctx: click.Context, articles: tuple[Path, ...], output: Path | None, id: str | None, force: bool) -> None:
    r"""Draft an entry from a guide: "Asked in", what L4, L5 and L6 answers sound like, tells, a follow-up, "Related".

    Headings may be Markdown or plain lines, sections may stand in any order or be missing. The draft loads; a comment marks
    each thing that you must still decide, and what could not be placed is said. ARTICLE may be `-` for a pipe.

    \b
    Examples:
      tells import attention.md --output my-entries
      tells import guides/*.txt
    """
    call = ctx.ensure_object(Call)
    if id is not None and len(articles) > 1:
        raise Refusal("--id goes with a single article. Leave it out, or import one by one.")
    bank = bank_access.load(call, quiet=True)
    known = {entry.id: entry.title for entry in bank}
    folder = target_folder(call, output)
    broken = False
    for article in articles:
        text, stem = _article(article)
        wanted = checked_id(id) if id else _id_of(stem)
        name = (
            wanted if output is not None or id or force else _free(wanted, set(known) | {p.stem for p in folder.glob("*.yaml")})
        )
        path = folder / f"{name}.yaml"
        drafted, draft = draft_text(text, name, stem, known)
        write_new(path, drafted, replace=force)
        file = load_entry(path)
        put_problems(p for p in file.problems if not p.warning)
        broken = broken or file.broken
        click.echo(str(path))
        if name != wanted:
            click.echo(f"The id {wanted!r} is taken, so the draft is called {name!r}.", err=True)
        decide = sum("DECIDE" in line for line in drafted.split("\n")[2:])
        click.echo(f"{_counted(draft)}; {decide} places marked DECIDE.", err=True)
        for note in draft.notes:
            click.echo(f"not placed: {one_line(note, 200)}", err=True)
    ctx.exit(1 if broken else 0)


@click.command("check")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--no-grader", is_flag=True, help="Check shape and cross references only; takes no time.")
@click.option("--notes", is_flag=True, help="Tell what is not wrong enough to fail also where many entries are checked.")
@common_options
@click.pass_context
def check_command(ctx: click.Context, paths: tuple[Path, ...], as_json: bool, no_grader: bool, notes: bool) -> None:
    r"""Check entries: their shape, their cross references, and what the grader makes of their own examples.

    PATH is a file, a folder, or the id of an entry; without one, all entries are checked: the shipped ones, yours, and those of
    --bank. Every example must be heard as its own tell though it were not listed, every contrast must not, and each model
    answer must reach its own level and not the next. Warnings are told and fail nothing.

    \b
    Examples:
      tells check my-entries/vanishing-gradients.yaml
      tells check bptt --json
      tells check --no-grader

    Exit code: 0; 1 if something is wrong; 2 if a PATH does not exist.
    """
    from tui.checking import check

    call = ctx.ensure_object(Call)
    ctx.exit(check(call, paths, as_json=as_json, with_grader=not no_grader, notes=notes))


@click.command("schema")
def schema_command() -> None:
    r"""Print the JSON Schema of an entry (draft-07), for editors.

    \b
    Example:
      tells schema > entry.schema.json

    With `# yaml-language-server: $schema=entry.schema.json` on an entry's first line, an editor checks as you type.
    """
    click.echo(schema_text(), nl=False)


def _article(path: Path) -> tuple[str, str]:
    """The text of an article, and the name of its file without the ending."""
    try:
        if path == Path("-"):
            return decode(sys.stdin.buffer.read()), "article"
        return read_text(path), path.stem
    except Unreadable as error:
        place = f"{one_line(str(path))}:{error.line}" if error.line else one_line(str(path))
        raise (Broken if error.line else Refusal)(f"{place}: {error.what}") from error


def _id_of(stem: str) -> str:
    return "-".join(re.findall("[a-z0-9]+", stem.lower()))[:60].strip("-") or "article"


def _counted(draft: Draft) -> str:
    parts: dict[str, Sequence[object]] = {
        "tell": draft.tells,
        "misconception": draft.misconceptions,
        "missing group": draft.missing,
        "follow-up": draft.follow_ups,
    }
    return ", ".join(f"{len(part)} {name}{'s' * (len(part) != 1)}" for name, part in parts.items())


def _free(id: str, taken: Iterable[str]) -> str:
    used = set(taken)
    return next(name for name in (id, *(f"{id}-{n}" for n in range(2, len(used) + 3))) if name not in used)
