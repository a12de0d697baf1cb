"""Writing in the learner's own editor."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported


class EditorError(Exception):
    """The editor could not be used; the message is one sentence."""


def editor_command() -> list[str]:
    """`$VISUAL`, else `$EDITOR`, else the first plain editor that is installed.

    Raises:
        EditorError: there is none.
    """
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    with contextlib.suppress(ValueError):
        if words := shlex.split(named):
            return words
    for name in ("nano", "vim", "vi"):
        if found := shutil.which(name):
            return [found]
    raise EditorError("No editor was found. Set EDITOR to the one you like, for example EDITOR=vim.")


def edited_text(app: App[object] | App[None], text: str, suffix: str = ".md") -> str:
    """The text as it is when the editor is closed; the app gives up the terminal meanwhile.

    Raises:
        EditorError: there is no editor, it failed, or there is no terminal to give up.
    """
    command = editor_command()
    handle, name = tempfile.mkstemp(prefix="tells-", suffix=suffix)
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        with app.suspend():
            ended = subprocess.run([*command, name], check=False).returncode
        if ended:
            raise EditorError(f"{command[0]} ended with code {ended}; the text is as it was.")
        return path.read_text(encoding="utf-8", errors="replace")
    except SuspendNotSupported as error:
        raise EditorError("An editor cannot be opened from a browser; go on typing here.") from error
    except OSError as error:
        raise EditorError(f"{command[0]} could not be run ({error.strerror}). Set EDITOR to another one.") from error
    finally:
        path.unlink(missing_ok=True)
