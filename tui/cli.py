"""The command line: one module of `tui.commands` a command, imported only when it is called."""

from __future__ import annotations

import difflib
import importlib
import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

_MODULES = {
    "practice": "practice", "drill": "practice", "serve": "serve",
    "list": "show", "show": "show",
    "grade": "grade", "evaluate": "evaluate", "train": "evaluate",
    "demo": "demo",
    "new": "author", "edit": "author", "import": "author", "check": "author", "schema": "author",
    "history": "history", "stats": "history", "contests": "contests", "export": "export",
    "doctor": "doctor",
}  # fmt: skip


@dataclass(slots=True)
class Call:
    """What every command is given: the folders of `--bank`, and the encoder of `--model`."""

    bank: list[Path] = field(default_factory=list)
    model: str | None = None


class Commands(click.Group):
    """Loads a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        module = _MODULES.get(name)
        if module is None:
            return None
        command: click.Command = getattr(importlib.import_module(f"tui.commands.{module}"), f"{name}_command")
        if command.help:  # a raw docstring spells click's mark for text that is not to be wrapped with two characters
            command.help = command.help.replace("\\b\n", "\b\n")
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _MODULES and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], _MODULES, 1)
            hint = f" Did you mean `tells {near[0]}`?" if near else " `tells --help` lists the commands."
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


def _add_bank(ctx: click.Context, _: click.Parameter, folders: tuple[Path, ...]) -> None:
    call = ctx.ensure_object(Call)
    for folder in folders:
        if not folder.is_dir():
            raise click.BadParameter(f"{str(folder)!r} is not a folder. Name a folder that holds <id>.yaml files.", ctx)
        call.bank.append(folder)


def _set_model(ctx: click.Context, _: click.Parameter, model: str | None) -> None:
    if model:
        ctx.ensure_object(Call).model = model


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--bank` and `--model`, which may stand before or after a command's name."""
    bank = click.option(
        "--bank", metavar="DIR", type=click.Path(path_type=Path), multiple=True, expose_value=False, callback=_add_bank,
        help="Add a folder of entries; repeatable. Also TELLS_BANK.",
    )  # fmt: skip
    model = click.option(
        "--model", metavar="NAME", expose_value=False, callback=_set_model,
        help="Any sentence-transformers folder or name instead of the shipped encoder. Also TELLS_MODEL.",
    )  # fmt: skip
    return bank(model(command))


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="interview-tells", prog_name="tells")
@common_options
@click.pass_context
def tells(ctx: click.Context) -> None:
    """Practise the machine-learning interview questions that decide your level.

    Without a command, opens the practice UI. Nothing leaves this machine.

    \b
    Examples:
      tells
      tells practice bptt
      tells grade bptt answer.txt
      tells demo spectral-radius --set rho=1.1

    Exit code: 0; 1 if something was found wrong; 2 if the call itself was wrong.
    """  # noqa: D301
    call = ctx.ensure_object(Call)
    named = [Path(p) for p in os.environ.get("TELLS_BANK", "").split(os.pathsep) if p]
    call.bank[:0] = named
    call.model = call.model or os.environ.get("TELLS_MODEL") or None
    if ctx.invoked_subcommand is None:
        ctx.invoke(tells.get_command(ctx, "practice"))  # type: ignore[arg-type]


def main() -> None:
    """The program `tells`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a character that the terminal cannot show is no reason to fail
            stream.reconfigure(errors="replace")
    sys.exit(tells(standalone_mode=True))
