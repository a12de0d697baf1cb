"""Practice, grading and demos ask nothing of the network: every socket is refused, in the processes they start too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.screen import drain, program, wait_for

REFUSE = """
import os, sys
REFUSED = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}
def refuse(event, args):
    if event in REFUSED:
        with open(os.environ["REFUSALS"], "a") as file:
            print(event, args[1:], file=file)
        raise OSError("there is no network here")
sys.addaudithook(refuse)
"""
ANSWER = "BPTT is plain backprop on the unrolled graph, which is a deep feedforward network whose layers share their weights."
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What was refused, one line each; every Python started from now on refuses."""
    folder = tmp_path / "refuse"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(REFUSE)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("REFUSALS", str(tmp_path / "refusals"))
    (tmp_path / "refusals").write_text("")
    return tmp_path / "refusals"


@pytest.fixture
def alone(refusals: Path) -> Run:
    def call(code: str, *args: str, input: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *args]
        return subprocess.run(command, check=False, input=input, capture_output=True, text=True, timeout=300)

    return call


TELLS = "from tui.cli import main; main()"


def test_the_refusal_works(alone: Run, refusals: Path) -> None:
    done = alone("import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')")
    assert "there is no network here" in done.stderr
    assert refusals.read_text()


@pytest.mark.slow
def test_an_answer_is_graded_without_a_network(alone: Run, refusals: Path) -> None:
    done = alone(TELLS, "grade", "bptt", "--json", input=ANSWER)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    verdict = json.loads(done.stdout)
    assert next(t for t in verdict["tells"] if t["id"] == "unrolled-graph")["heard"]
    assert refusals.read_text() == ""


@pytest.mark.slow
def test_a_demo_runs_without_a_network(alone: Run, refusals: Path) -> None:
    done = alone(TELLS, "demo", "spectral-radius")
    assert done.returncode == 0, done.stderr
    assert refusals.read_text() == ""


@pytest.mark.slow
def test_practice_without_a_terminal_needs_no_network(alone: Run, refusals: Path) -> None:
    done = alone(TELLS, "practice")
    assert done.returncode == 0, done.stderr
    assert "needs a terminal" in done.stdout + done.stderr
    assert refusals.read_text() == ""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo-terminals here")
def test_a_question_is_practised_without_a_network(refusals: Path) -> None:
    with program("import sys; sys.argv[1:] = ['practice', 'bptt']\n" + TELLS) as screen:
        wait_for(screen, b"aloud")
        os.write(screen, ANSWER.encode())
        drain(screen, 1.0)
        os.write(screen, b"\x13")  # Ctrl+S
        wait_for(screen, b"unrolled-graph")
    assert refusals.read_text() == ""
