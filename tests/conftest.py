"""What tests of every package share: a home of their own, and the command line with a grader that needs no model."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.fake_grader import FakeGrader
from tui import grading
from tui.cli import tells


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder; no test sees the real one."""
    monkeypatch.setenv("TELLS_HOME", str(tmp_path / "home"))
    for name in ("TELLS_BANK", "TELLS_MODEL", "NO_COLOR", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


@pytest.fixture
def fake_grader(monkeypatch: pytest.MonkeyPatch) -> FakeGrader:
    """The grader of every command called in this test."""
    grader = FakeGrader()
    monkeypatch.setattr(grading, "load_grader", lambda call: grader)
    return grader


@pytest.fixture
def run(fake_grader: FakeGrader) -> Callable[..., Result]:
    """Calls `tells` in this process, with a pipe for its input."""

    def call(*args: str, input: str | bytes | None = None, **env: str) -> Result:
        return CliRunner().invoke(tells, args, input=input, env=env)

    return call


def _hear_ctrl_c() -> None:
    """A shell that runs the tests in the background has told its children to ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts `tells` with the fake grader as a process of its own, and ends it with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(*args: str, seconds: float = 0.0, **options: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.fake_grader", str(seconds), *args]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        pipes.setdefault("preexec_fn", _hear_ctrl_c)
        started.append(subprocess.Popen(command, cwd=Path(__file__).parents[1], **pipes))  # type: ignore[call-overload]
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()
        for pipe in filter(None, (process.stdin, process.stdout, process.stderr)):
            with contextlib.suppress(OSError):
                pipe.close()
