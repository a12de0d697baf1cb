"""Where an answer comes from: a file, a pipe, or the learner's editor. The text is kept exactly as it was given."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from tui.bank_access import Broken, Refusal
from tui.plain import one_line

if TYPE_CHECKING:
    from bank.entry import Question

MOST_BYTES = 10_000_000
"""Of one answer; a hundred hours of speech."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer.

    Attributes:
        text: code point for code point as it was given.
        kept: the file in which a text from the editor lies until it has been graded.
    """

    text: str
    kept: Path | None = None

    def release(self) -> None:
        """Removes the editor's file; the text has been graded and shown."""
        if self.kept is not None:
            self.kept.unlink(missing_ok=True)


def read_answer(file: str | None, question: Question) -> Given:
    """The answer in `file`; without one or with `-`, from the pipe; without either, from the editor.

    Raises:
        Refusal: it cannot be had; one sentence.
    """
    if file is not None and file != "-":
        return Given(_read_file(Path(file)))
    if sys.stdin is None:
        raise Refusal("There is no answer: standard input is closed. Name a file, or pipe the answer in.")
    if not sys.stdin.isatty():
        return Given(_decoded(_read(sys.stdin.buffer, "The answer"), "The answer"))
    if file == "-":
        click.echo("Type the answer; Ctrl-D on a line of its own ends it.", err=True)
        return Given(_decoded(_read(sys.stdin.buffer, "The answer"), "The answer"))
    return _compose(question)


def _read_file(path: Path) -> str:
    name = repr(one_line(str(path), 200))
    try:
        with path.open("rb") as stream:
            return _decoded(_read(stream, name), name)
    except FileNotFoundError:
        raise Refusal(f"There is no file {name}. Name a file that holds the answer, or `-` for a pipe.") from None
    except IsADirectoryError:
        raise Refusal(f"{name} is a folder. Name a file that holds the answer.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Refusal(f"{name} cannot be read: {one_line(str(reason))}.") from None


def _read(stream: IO[bytes], name: str) -> bytes:
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Refusal(f"{name} is larger than {MOST_BYTES:,} bytes. Cut it down to what you would say in an interview.")
    return data


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(f"{name} is not UTF-8 text (byte {error.start + 1}). Save it as UTF-8.") from None


def _compose(question: Question) -> Given:
    from tui.editor import EditorError, editor_command

    asked = _asked(question)
    handle, name = tempfile.mkstemp(prefix="tells-answer-", suffix=".md")
    path = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write("\n\n" + "".join(f"{line}\n" for line in asked))
    try:
        command = editor_command()
        with _terminal() as screen, _patient():
            ended = subprocess.run([*command, name], stdout=screen, check=False).returncode
        text = _without(path.read_text(encoding="utf-8"), asked)
    except EditorError as error:
        path.unlink(missing_ok=True)
        raise Refusal(str(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Broken(
            f"{command[0]} could not be used ({reason}). Set EDITOR to another. {whereabouts(path, question)}"
        ) from None
    if not text.strip():
        path.unlink(missing_ok=True)
        raise Broken("Nothing was written, so nothing was graded.")
    if ended:
        raise Broken(f"{command[0]} ended with code {ended}, so nothing was graded. {whereabouts(path, question)}")
    return Given(text, path)


def whereabouts(path: Path, question: Question) -> str:
    """Where the text lies, and how it is graded from there."""
    return f"What you wrote is in {path}; `tells grade {question.address} {path}` grades it."


def _asked(question: Question) -> list[str]:
    """The comment below the answer. Its lines are taken out again one by one, so that nothing else is."""
    lines = [*textwrap.wrap(one_line(question.prompt), 76), "", "Answer above as you would aloud; these lines are left out."]
    return [f"# {line}".rstrip() for line in ["-" * 76, *lines]]


def _without(text: str, asked: list[str]) -> str:
    lines = text.splitlines(keepends=True)
    for line in asked:
        at = next((i for i, found in enumerate(lines) if found.rstrip("\r\n").rstrip() == line), None)
        if at is not None:
            del lines[at]
    return "".join(lines).strip("\r\n")


@contextlib.contextmanager
def _terminal() -> Iterator[IO[str] | None]:
    """What the editor draws on: the terminal, also where the verdict goes elsewhere."""
    if sys.stdout is not None and sys.stdout.isatty():
        yield None
        return
    with open("/dev/tty", "w", encoding="utf-8") as screen:
        yield screen


@contextlib.contextmanager
def _patient() -> Iterator[None]:
    """Ctrl-C belongs to the editor while it is open."""
    before = signal.signal(signal.SIGINT, lambda signum, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
