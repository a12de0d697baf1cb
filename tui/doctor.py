"""Is everything in place? Each check finds one thing, and names the one thing to do where it is not as it should be."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from bank.load import SHIPPED, load_bank
from tui import bank_access, folders
from tui.cli import Call
from tui.migrations import MIGRATIONS
from tui.settings import read_settings

CPU_BUILD = "pip install torch --force-reinstall --index-url https://download.pytorch.org/whl/cpu"
LEAST_COLUMNS, LEAST_LINES = 80, 24
_SAMPLE = "BPTT is plain backprop on the unrolled network, a deep feedforward net that shares its weights."


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        state: `ok`; `note` where the program works but could work better; `wrong` where a part of it does not.
        remedy: the one thing to do; empty where all is well.
    """

    name: str
    state: Literal["ok", "note", "wrong"]
    found: str
    remedy: str = ""


def findings(call: Call) -> Iterator[Finding]:
    """What every check finds, the quick ones first."""
    checks: tuple[Callable[[Call], Iterator[Finding]], ...] = (
        _program, _folders, _history, _settings, _entries, _terminal, _torch, _grader,
    )  # fmt: skip
    for check in checks:
        yield from check(call)


def _program(call: Call) -> Iterator[Finding]:
    yield Finding("program", "ok", f"tells {version('interview-tells')}, Python {sys.version.split()[0]}")


def _folders(call: Call) -> Iterator[Finding]:
    yield Finding("shipped entries", "ok", str(SHIPPED))
    for name, folder in (("your folder", folders.home()), ("cache", folders.cache_folder())):
        problem = _unwritable(folder)
        if problem:
            remedy = "Make it writable, or set TELLS_HOME to a folder that is; until then nothing is saved."
            yield Finding(name, "wrong", f"{folder} cannot be written: {problem}", remedy)
        else:
            yield Finding(name, "ok", str(folder))
    yield Finding("your entries", "ok", str(folders.entries_folder()))
    for folder in call.bank:
        if folder.is_dir():
            yield Finding("added entries", "ok", str(folder))
        else:
            yield Finding("added entries", "wrong", f"{folder} is no folder", "Make it, or take it out of TELLS_BANK.")


def _unwritable(folder: Path) -> str:
    """Why nothing can be written there, or nothing; a folder that is not there yet must be one that can be made."""
    there = next(path for path in (folder, *folder.parents) if path.exists() or path.parent == path)
    try:
        with tempfile.TemporaryFile(dir=there):
            return ""
    except NotADirectoryError:
        return f"{there} is a file"
    except OSError as error:
        return error.strerror or str(error)


def _history(call: Call) -> Iterator[Finding]:
    path = folders.history_file()
    if not path.exists():
        yield Finding("history", "ok", f"{path} (not begun yet)")
        return
    try:
        with contextlib.closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as db:
            written = int(db.execute("PRAGMA user_version").fetchone()[0])
            state = str(db.execute("PRAGMA quick_check").fetchone()[0])
    except sqlite3.Error as error:
        yield Finding("history", "wrong", f"{path} cannot be read: {error}", f"Move it away: mv {path} {path}.old")
        return
    if written > len(MIGRATIONS):
        found = f"{path} was written by a newer version of Tells (database version {written}, this one knows {len(MIGRATIONS)})"
        yield Finding("history", "wrong", found, "Update Tells; until then nothing is saved.")
    elif state != "ok":
        yield Finding("history", "wrong", f"{path} is damaged: {state}", f"Move it away: mv {path} {path}.old")
    elif path.stat().st_mode & 0o077 and os.name == "posix":
        yield Finding("history", "note", f"{path} can be read by others", f"chmod 600 {path}")
    else:
        yield Finding("history", "ok", f"{path} (database version {written})")


def _settings(call: Call) -> Iterator[Finding]:
    path = folders.settings_file()
    _, problems = read_settings(path)
    for problem in problems:
        yield Finding("settings", "wrong", problem, "Mend that line, or remove it for the default.")
    if not problems:
        yield Finding("settings", "ok", str(path) if path.exists() else f"{path} (none, so all defaults)")


def _entries(call: Call) -> Iterator[Finding]:
    bank = load_bank(bank_access.folders(call))
    broken: dict[Path, list[str]] = {}
    for problem in bank.problems:
        if not problem.warning:
            broken.setdefault(problem.path, []).append(str(problem))
    for path, problems in broken.items():
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        yield Finding("entries", "wrong", f"{problems[0]}{more}", f"tells check {path}")
    if not bank.entries:
        yield Finding("entries", "wrong", "there is none that can be used", "Install Tells again: its entries are missing.")
    else:
        yield Finding("entries", "ok", f"{len(bank.entries)} can be used")


def _terminal(call: Call) -> Iterator[Finding]:
    size = _size()
    if size is None:
        yield Finding("terminal", "ok", "none here, so `tells practice` grades a sample")
        return
    columns, lines = size
    if columns < LEAST_COLUMNS or lines < LEAST_LINES:
        found = f"{columns}x{lines} is too small for the screens"
        yield Finding("terminal", "wrong", found, f"Enlarge it to {LEAST_COLUMNS}x{LEAST_LINES} or more.")
    else:
        yield Finding("terminal", "ok", f"{columns}x{lines}")
    yield from _colours()


def _size() -> tuple[int, int] | None:
    """What Textual will be told: COLUMNS and LINES where both are set, else the terminal's own size."""
    named = [os.environ.get(name, "") for name in ("COLUMNS", "LINES")]
    on_terminal = any(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    if on_terminal or all(value.isdecimal() and int(value) for value in named):
        size = shutil.get_terminal_size()
        return size.columns, size.lines
    return None


def _colours() -> Iterator[Finding]:
    term = os.environ.get("TERM", "")
    if os.environ.get("NO_COLOR"):
        yield Finding("colours", "note", "none, because NO_COLOR is set", "unset NO_COLOR")
    elif term in ("", "dumb", "unknown") or term.startswith("vt"):
        yield Finding("colours", "note", f"none, because TERM is {term or 'not set'!r}", "export TERM=xterm-256color")
    else:
        yield Finding("colours", "ok", f"{term}{' with true colour' if os.environ.get('COLORTERM') else ''}")
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    if not encoding.startswith("utf"):
        yield Finding("characters", "note", f"the terminal is taken for {encoding}", "export LANG=C.UTF-8")


def _torch(call: Call) -> Iterator[Finding]:
    """Read from the package's files, because a broken torch cannot be imported."""
    spec = importlib.util.find_spec("torch")
    try:
        built = version("torch")
    except PackageNotFoundError:
        spec = None
    if spec is None or spec.origin is None:
        yield Finding("torch", "wrong", "it is not installed", CPU_BUILD.replace(" --force-reinstall", ""))
        return
    release = Path(spec.origin).with_name("version.py")
    text = release.read_text(encoding="utf-8") if release.exists() else ""
    if "cuda: Optional[str] = '" in text:
        yield Finding("torch", "note", f"{built}, the CUDA build; the CPU build is enough and far smaller", CPU_BUILD)
    else:
        yield Finding("torch", "ok", f"{built}, the CPU build")


def _grader(call: Call) -> Iterator[Finding]:
    from tui.grading import load_grader

    try:
        grader = load_grader(call)
    except bank_access.Refusal as error:
        sentence, _, remedy = error.message.partition(". ")
        yield Finding("model", "wrong", sentence, remedy or "Set TELLS_MODEL, or install Tells again.")
        return
    bank = load_bank()
    if not bank.entries:
        return
    verdict = grader.grade(bank.question("bptt" if "bptt" in bank.entries else next(iter(bank.entries))), _SAMPLE)
    stamp = verdict.grader
    yield Finding("model", "ok", f"{stamp.model}, sha256 {stamp.sha256[:16]}, judge {stamp.version}")
    if verdict.entry == "bptt" and not any(tell.heard for tell in verdict.tells):
        yield Finding(
            "grader", "wrong", "it hears nothing in a sample answer", "Install Tells again: its weights may be altered."
        )
