"""Grading JSON Lines: as the rows come, in their order, in memory that does not grow with them."""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Protocol

import click

from bank.entry import Question
from grader.verdict import Verdict
from tui.bank_access import Broken
from tui.grading import clear_line, on_terminal
from tui.rows import Row, read_rows, row_json

if TYPE_CHECKING:
    from collections.abc import Sequence

_READ_BYTES = 1 << 16
_WAITING_ROWS = 64  # read ahead while others are graded
_TOGETHER_ROWS = 1_000
_TOGETHER_CHARACTERS = 2_000_000
_GATHER_SECONDS = 0.05  # how long a row may wait for company
_PROGRESS_SECONDS = 0.2
_INTERRUPTED = 130


class Grades(Protocol):
    """What a batch asks of a grader."""

    def grade_many(self, items: Iterable[tuple[Question, str]]) -> Iterator[Verdict]: ...


def grade_batch(
    fd: int,
    find: Callable[[str], Question],
    load: Callable[[], Grades],
    out: IO[str],
    now: Callable[[], float] = time.monotonic,
) -> int:
    """Grades the rows that come from a file descriptor, one line out for each line in. Returns the exit code.

    A pipe that nobody reads any more ends it silently, Ctrl-C with a line that says how far it came.
    """
    bad = done = 0
    progress = _Progress(now)
    try:
        grader = load()
        for together in _gathered(_ahead(read_rows(lambda: os.read(fd, _READ_BYTES), find))):
            for row, verdict, error in _graded(grader, together):
                bad += verdict is None
                done += 1
                out.write(row_json(row, verdict, error) + "\n")
                out.flush()
                progress.show(done, bad)
    except BrokenPipeError:
        _discard(out)
    except KeyboardInterrupt:
        progress.end()
        click.echo(f"Stopped after {done:,} rows.", err=True)
        return _INTERRUPTED
    except OSError as error:
        _discard(out)
        raise Broken(f"The batch stopped after {done:,} rows: {error.strerror or error}.") from error
    progress.end()
    return 1 if bad else 0


def _graded(grader: Grades, rows: Sequence[Row]) -> Iterator[tuple[Row, Verdict | None, str]]:
    """Every row with its verdict or its error. Where the grader fails, the rows that are left are graded one by one."""
    asked = [(row.question, row.answer) for row in rows if row.question is not None]
    verdicts = iter(grader.grade_many(asked)) if asked else iter(())
    failed = False
    for row in rows:
        if row.question is None:
            yield row, None, row.error
            continue
        verdict = None
        if not failed:
            try:
                verdict = next(verdicts)
            except OSError:
                raise
            except Exception:
                failed = True
        error = ""
        if verdict is None:
            verdict, error = _alone(grader, row.question, row.answer)
        yield row, verdict, error


def _alone(grader: Grades, question: Question, answer: str) -> tuple[Verdict | None, str]:
    try:
        return next(iter(grader.grade_many([(question, answer)]))), ""
    except Exception as error:  # a row is never dropped, and the next one may be fine
        return None, f"The grader failed on this answer: {type(error).__name__}: {error}"[:500]


def _ahead(rows: Iterator[Row]) -> queue.Queue[Row | BaseException | None]:
    """Reads in a thread of its own, a little ahead; ends with None, or with the error that stopped it."""
    read: queue.Queue[Row | BaseException | None] = queue.Queue(_WAITING_ROWS)

    def work() -> None:
        try:
            for row in rows:
                read.put(row)
            read.put(None)
        except BaseException as error:
            read.put(error)

    threading.Thread(target=work, name="rows", daemon=True).start()
    return read


def _gathered(read: queue.Queue[Row | BaseException | None]) -> Iterator[list[Row]]:
    """The rows that are there, together, so that a slow writer gets each verdict at once and a file is graded in bulk."""
    ended: BaseException | bool = False
    while not ended:
        rows: list[Row] = []
        size = 0
        until: float | None = None
        while len(rows) < _TOGETHER_ROWS and size < _TOGETHER_CHARACTERS:
            try:
                row = read.get(timeout=None if until is None else max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if not isinstance(row, Row):
                ended = row or True
                break
            rows.append(row)
            size += len(row.answer) + len(row.id)
            until = until or time.monotonic() + _GATHER_SECONDS
        yield rows
    if isinstance(ended, BaseException):
        raise ended


def _discard(out: IO[str]) -> None:
    """Lets the interpreter flush what nobody will read."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, out.fileno())
        os.close(nowhere)


class _Progress:
    """One line on a terminal's stderr while the rows go elsewhere."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._start = self._last = now()
        self._on = on_terminal() and not (sys.stdout is not None and sys.stdout.isatty())

    def show(self, done: int, bad: int) -> None:
        now = self._now()
        if not self._on or now - self._last < _PROGRESS_SECONDS:
            return
        self._last = now
        wrong = f", {bad:,} with an error" if bad else ""
        clear_line()
        click.echo(f"{done:,} rows{wrong}, {done / max(now - self._start, 1e-9):,.0f} a second", err=True, nl=False)

    def end(self) -> None:
        if self._on:
            clear_line()
