"""`tells demo`: lists the live gradient demos, runs one or all, and saves a figure."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import wrap
from typing import NoReturn

import click

from bank.demos import DemoError, demo_names, demo_title, load_demo
from bank.demos.result import Claim, Demo, DemoSpec, Knob
from bank.entry import Claim as EntryClaim
from bank.load import load_bank
from tui.cli import Call, common_options
from tui.plot_text import plot_text
from tui.stdout import new_console


@click.command("demo")
@click.argument("name", required=False)
@click.option("--set", "settings", metavar="KNOB=VALUE", multiple=True, help="Turn a knob; repeatable.")
@click.option("--all", "every", is_flag=True, help="Run every demo and end with 1 if a claim fails.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--save", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write a figure: .svg, .png or .pdf."
)
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True, help="Where to run.")
@common_options
@click.pass_context
def demo_command(
    ctx: click.Context, name: str | None, settings: tuple[str, ...], every: bool, as_json: bool, save: Path | None, device: str
) -> None:
    r"""Run a live gradient demo and put its claims to the test.

    Without a NAME, lists the demos and the claims of the bank that they back. Guess the answer before you look.

    \b
    Examples:
      tells demo spectral-radius
      tells demo spectral-radius --set rho=1.1 --save radius.svg
      tells demo --all

    Exit code: 0; 1 if a claim fails; 2 if the call itself was wrong.
    """
    call = ctx.ensure_object(Call)
    if (every or name is None) and (settings or save):
        _refuse("--set and --save go with the name of one demo.")
    if every and name is not None:
        _refuse("--all runs every demo: leave the name out, or leave --all out.")
    if every:
        _run_all(as_json, device)
    elif name is None:
        _list(call, as_json)
    else:
        _run_one(name, _pairs(settings), as_json, save, device, ctx)


class _Refusal(click.ClickException):
    """A call that cannot be carried out: one sentence and exit code 2."""

    exit_code = 2


def _refuse(sentence: str) -> NoReturn:
    raise _Refusal(sentence)


def _pairs(settings: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for setting in settings:
        knob, equals, value = setting.partition("=")
        if not equals or not knob.strip():
            _refuse(f"--set takes KNOB=VALUE, such as --set T=40, not {setting!r}.")
        pairs[knob.strip()] = value.strip()
    return pairs


def claims_by_demo(call: Call) -> dict[str, list[tuple[str, EntryClaim]]]:
    """For each demo the claims of the bank that name it, each with its entry's id."""
    claims: dict[str, list[tuple[str, EntryClaim]]] = {}
    for entry in load_bank(call.bank):
        for claim in entry.claims:
            claims.setdefault(claim.demo, []).append((entry.id, claim))
    return claims


def _list(call: Call, as_json: bool) -> None:
    claims = claims_by_demo(call)
    if as_json:
        rows = [
            {
                "name": name,
                "title": demo_title(name),
                "claims": [{"entry": entry, "id": claim.id, "says": claim.says} for entry, claim in claims.get(name, [])],
            }
            for name in demo_names()
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for name in demo_names():
        click.echo(f"{name:26} {demo_title(name)}")
        for entry, claim in claims.get(name, []):
            click.echo(f"{'':26}   backs {entry}: {claim.id}")
    click.echo("\nRun one with `tells demo NAME`, turn a knob with `--set KNOB=VALUE`, prove them all with `tells demo --all`.")


def _announce_torch() -> None:
    if "torch" not in sys.modules and sys.stderr.isatty():
        click.echo("Loading torch, once …", err=True)


def _run_one(name: str, settings: Mapping[str, str], as_json: bool, save: Path | None, device: str, ctx: click.Context) -> None:
    try:
        if name in demo_names():
            _announce_torch()
        spec = load_demo(name)
        demo = spec.run(**settings, device=device)
    except DemoError as error:
        _refuse(str(error))
    if save is not None:
        _save(demo, save)
    click.echo(json.dumps(demo.to_json(), ensure_ascii=False, indent=2) if as_json else _shown(spec, demo))
    ctx.exit(0 if demo.holds else 1)


def _save(demo: Demo, path: Path) -> None:
    from tui.figure import save_figure

    try:
        save_figure(demo, path)
    except ValueError as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"The figure cannot be written to {str(path)!r}: {error.strerror or error}.")
    click.echo(f"Saved {path}.", err=True)


def _shown(spec: DemoSpec, demo: Demo) -> str:
    width = min(shutil.get_terminal_size((80, 24)).columns, 120) - 1
    guess = demo.prediction
    answer = f"{guess.answer:.4g} {guess.unit}".rstrip()
    right = (
        f"within a factor of {guess.tolerance:g}"
        if guess.factor
        else f"within {guess.tolerance:g}"
        if guess.tolerance
        else "exactly"
    )
    lines = [
        f"{demo.title}  ({demo.name})",
        "",
        *(part for line in demo.equation.splitlines() for part in (wrap(line, width) if line[:1].strip() else [line])),
        "",
        *(_knob_line(knob, demo) for knob in spec.knobs),
        "",
        *wrap(f"Predict: {guess.question}", width),
        "",
        plot_text(demo.plot, width),
        "",
        *wrap(f"See: {demo.see}", width),
        "",
        *(line for claim in demo.claims for line in _claim_lines(claim, width)),
        "",
        f"Answer to the prediction: {answer} (right {right}).",
    ]  # fmt: skip
    return "\n".join([*lines, *(f"{name}: {value:.4g}" for name, value in demo.extra.items())])


def _claim_lines(claim: Claim, width: int) -> list[str]:
    found = f"expected {claim.expected}; got {claim.got}; {claim.tolerance}"
    return [
        *wrap(f"{'holds' if claim.holds else 'FAILS'}  {claim.statement}", width, subsequent_indent=" " * 7),
        *wrap(found, width, initial_indent=" " * 7, subsequent_indent=" " * 9),
    ]


def _knob_line(knob: Knob, demo: Demo) -> str:
    setting = f"--set {knob.name}={demo.settings[knob.name]}"
    if knob.choices:
        reach = ", ".join(map(str, knob.choices))
    elif knob.low is not None and knob.high is not None:
        reach = f"{knob.low:g} to {knob.high:g}"
    else:
        reach = "true or false" if isinstance(knob.default, bool) else ""
    return f"  {setting:22} {knob.meaning} ({reach})" if reach else f"  {setting:22} {knob.meaning}"


def _run_all(as_json: bool, device: str) -> None:
    demos: list[Demo] = []
    broken: list[str] = []
    skipped: list[str] = []
    _announce_torch()
    with click.progressbar(
        demo_names(),
        label="Running the demos",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
        item_show_func=lambda name: name,
    ) as names:
        for name in names:
            try:
                spec = load_demo(name)
                if device not in spec.devices:
                    skipped.append(name)
                    continue
                demos.append(spec.run(device=device))
            except DemoError as error:
                broken.append(str(error))
    if as_json:
        click.echo(json.dumps([demo.to_json() for demo in demos], ensure_ascii=False, indent=2))
    else:
        _print_table(demos)
    for line in broken:
        click.echo(line, err=True)
    if skipped:
        click.echo(f"Not run, because they measure what torch does on the CPU: {', '.join(skipped)}.", err=True)
    failed = sum(not claim.holds for demo in demos for claim in demo.claims)
    if not as_json:
        total = sum(len(demo.claims) for demo in demos)
        click.echo(f"{len(demos)} demos, {total} claims: {f'{failed} FAILED' if failed else 'every one holds'}.")
    sys.exit(1 if failed or broken else 0)


def _print_table(demos: Iterable[Demo]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("demo", "claim", "expected", "got", "tolerance", ""):
        table.add_column(column, overflow="fold")
    for demo in demos:
        for index, claim in enumerate(demo.claims):
            cells = (demo.name if not index else "", claim.statement, claim.expected, claim.got, claim.tolerance)
            verdict = Text("holds", "green") if claim.holds else Text("FAILS", "bold red")
            table.add_row(*map(Text, cells), verdict)
    new_console().print(table)
