"""The grader as the commands use it: loaded with the user's own corrections, and with a word while that takes a while."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tui.bank_access import Broken, Refusal
from tui.cli import Call
from tui.folders import cache_folder, history_file
from tui.plain import one_line

if TYPE_CHECKING:
    from grader.correction import Correction
    from grader.grade import Grader


def load_grader(call: Call) -> Grader:
    """The grader of this call.

    Raises:
        Refusal: there is no usable model; one sentence with the remedy. Exit code 2 where `--model` asked for it.
    """
    with notice("Loading the model …"):
        from grader.encoder import EncoderError
        from grader.grade import Grader

        try:
            return Grader.load(call.model, own_corrections(), cache_folder())
        except EncoderError as error:
            raise (Refusal if call.model else Broken)(one_line(str(error))) from error


def own_corrections() -> tuple[Correction, ...]:
    """What the user has objected to; a history that cannot be read is named on stderr and left out."""
    path = history_file()
    if not path.exists():
        return ()
    from tui.store import Store, StoreError

    store = Store(path)
    try:
        if store.problem:
            raise StoreError(store.problem)
        return store.corrections()
    except StoreError as error:
        click.echo(f"warning: your corrections are not used: {one_line(str(error))}", err=True)
        return ()
    finally:
        store.close()


@contextlib.contextmanager
def notice(words: str) -> Iterator[None]:
    """Words on a terminal's stderr for as long as something takes; nothing elsewhere."""
    if not on_terminal():
        yield
        return
    click.echo(words, err=True, nl=False)
    try:
        yield
    finally:
        clear_line()


def on_terminal() -> bool:
    """Whether stderr is a terminal that can take back what it shows."""
    return sys.stderr is not None and sys.stderr.isatty()


def clear_line() -> None:
    """Takes back the last line of a terminal's stderr."""
    click.echo("\r\x1b[K", err=True, nl=False)
