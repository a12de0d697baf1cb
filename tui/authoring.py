"""Writing entries' files: where they go, and what must never happen to one that is there."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from pathlib import Path

from bank.load import SHIPPED, Bank
from bank.schema import MODELINE, SCHEMA_FILE, modeline, schema_text
from tui.bank_access import Broken, Refusal
from tui.cli import Call
from tui.folders import entries_folder, make_private, write_private
from tui.plain import one_line

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_LONGEST_ID = 80


def checked_id(id: str) -> str:
    """The id, if it can be one.

    Raises:
        Refusal: it cannot.
    """
    if not _ID.match(id) or len(id) > _LONGEST_ID:
        rule = "An id is kebab-case: small letters, digits and single hyphens, such as vanishing-gradients."
        raise Refusal(f"{one_line(id, 60)!r} cannot be an id. {rule}")
    return id


def target_folder(call: Call, output: Path | None) -> Path:
    """Where new entries go: `--output`, else the last folder of `--bank`, else the user's own; made where it is missing.

    Raises:
        Refusal: it cannot be made, or is no folder.
    """
    folder = output or (call.bank[-1] if call.bank else entries_folder())
    try:
        if folder == entries_folder():
            return make_private(folder)
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    except OSError as error:
        raise Refusal(f"The folder {one_line(str(folder))!r} cannot be made: {error.strerror or error}.") from error


def write_new(path: Path, text: str, *, replace: bool = False) -> None:
    """Writes a new entry, and the schema for editors beside it; a file that is there stays as it is unless `replace`.

    Raises:
        Refusal: the file is there already, or cannot be written.
    """
    try:
        if replace and path.exists() and not path.is_symlink():
            write_private(path, text)
        else:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        if modeline() in text:
            _put_schema(path.parent)
    except FileExistsError:
        raise Refusal(f"There is a file {one_line(str(path))} already; it is left as it is.") from None
    except OSError as error:
        raise Refusal(f"{one_line(str(path))} cannot be written: {error.strerror or error}.") from error


def _put_schema(folder: Path) -> None:
    """The schema that the modeline of an entry points to."""
    schema = folder / SCHEMA_FILE.name
    if not schema.is_symlink() and (not schema.exists() or schema.read_text(encoding="utf-8") != schema_text()):
        schema.write_text(schema_text(), encoding="utf-8")


def editable(bank: Bank, call: Call, id: str) -> tuple[Path, Path | None]:
    """The file of an entry that may be edited, and the shipped one that it was copied from just now, if any.

    Raises:
        Refusal: there is no such entry, or it cannot be copied.
    """
    own = (*reversed(call.bank), entries_folder())
    for folder in own:
        path = folder / f"{id}.yaml"
        if path.is_file():
            return path, None
    source = SHIPPED / f"{id}.yaml"
    if not source.is_file():
        from bank.errors import UnknownEntry

        try:
            bank.question(id)
        except UnknownEntry as error:
            raise Refusal(f"{one_line(str(error))} `tells new {id}` makes one.") from error
    path = target_folder(call, None) / source.name
    text = source.read_text(encoding="utf-8").replace(MODELINE.format(f"../{SCHEMA_FILE.name}"), modeline(), 1)
    write_new(path, text)
    return path, source


def is_unchanged_copy(path: Path, source: Path | None) -> bool:
    """Whether a file still says what the shipped one does, but for its first line."""
    if source is None:
        return False
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="utf-8").split("\n")[1:] == source.read_text(encoding="utf-8").split("\n")[1:]
    return False


def run_editor(path: Path) -> None:
    """Opens a file in the user's editor and waits.

    Raises:
        Refusal: there is no editor.
        Broken: it failed.
    """
    from tui.editor import EditorError, editor_command

    try:
        command = editor_command()
        ended = subprocess.run([*command, os.fspath(path)], check=False).returncode
    except EditorError as error:
        raise Refusal(str(error)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refusal(f"{one_line(command[0])} could not be run ({reason}). Set EDITOR to another one.") from error
    if ended:
        raise Broken(f"{one_line(command[0])} ended with code {ended}; the entry is in {one_line(str(path))}.")
