"""The UI in a pseudo-terminal: how soon it is there, and how soon a key is, beside the smallest Textual programs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator

from tests.bench.race import Row, race

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self): yield Static('Tells')
Empty().run()
"""
EDITOR = """
from textual.app import App
from textual.widgets import TextArea
class Editor(App):
    def compose(self): yield TextArea('Answer')
Editor().run()
"""
TELLS = "import sys; sys.argv[1:] = {args!r}\nfrom tui.cli import main; main()"
_PATIENCE = 30.0
_KEYS = 60
_PACE = 0.06


def rows(turns: int) -> Iterator[Row]:
    """First paint, then typing while the model loads."""
    few = max(3, turns // 3)
    yield race(
        "first paint", lambda: first_sight(TELLS.format(args=["practice"]), b"Tells"),
        "an empty Textual app", lambda: first_sight(EMPTY, b"Tells"), turns=few, goal=1.3,
    )  # fmt: skip
    ours = [typed(TELLS.format(args=["practice", "bptt"]), b"aloud") for _ in range(few)]
    theirs = [typed(EDITOR, b"Answer") for _ in range(few)]
    for what, limit, pick in (("95th percentile", 0.05, lambda t: statistics.quantiles(t, n=20)[-1]), ("worst", 0.2, max)):
        mine, other = [pick(t) for t in ours], [pick(t) for t in theirs]
        ratios = tuple(a / b for a, b in zip(mine, other, strict=True))
        yield Row(
            f"key to screen while the model loads, {what}", "a lone TextArea", statistics.median(mine), ratios, limit=limit
        )


def first_sight(code: str, mark: bytes) -> None:
    """Returns when the program has drawn the mark."""
    with program(code) as fd:
        wait_for(fd, mark)


def typed(code: str, mark: bytes) -> list[float]:
    """Seconds from each of some keys to its character on the screen; the keys are ones that nothing else draws."""
    with program(code) as fd:
        wait_for(fd, mark)
        taken = []
        for n in range(_KEYS):
            key = chr(0x4E00 + n).encode()
            start = time.perf_counter()
            os.write(fd, key)
            wait_for(fd, key)
            taken.append(time.perf_counter() - start)
            drain(fd, max(0.0, _PACE - taken[-1]))
    return taken


@contextlib.contextmanager
def program(code: str) -> Iterator[int]:
    """The program on a terminal and in a home of its own, 80x24; killed afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        pid, fd = pty.fork()
        if pid == 0:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TELLS_HOME": home}
            os.execv(sys.executable, [sys.executable, "-c", code])
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        try:
            yield fd
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(fd)


def wait_for(fd: int, mark: bytes) -> None:
    seen = b""
    until = time.monotonic() + _PATIENCE
    while mark not in seen:
        if not select.select([fd], [], [], max(0.0, until - time.monotonic()))[0]:
            raise TimeoutError(f"{mark!r} was not drawn within {_PATIENCE:g} s; the last that was: {seen[-300:]!r}")
        seen = seen[-len(mark) :] + os.read(fd, 1 << 16)


def drain(fd: int, period: float) -> None:
    until = time.monotonic() + period
    while select.select([fd], [], [], max(0.0, until - time.monotonic()))[0]:
        os.read(fd, 1 << 16)
