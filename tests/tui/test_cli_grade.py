"""`tells grade` on one answer."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

from tests.fake_grader import FakeGrader
from tui.answer_source import _asked, _without
from tui.bank_access import load, question
from tui.cli import Call

Run = Callable[..., Result]
ANSWER = "It is definition, and unrolled-graph, said with “quotes” and 🙂 marks."


def test_an_answer_from_a_pipe_is_graded(run: Run) -> None:
    result = run("grade", "bptt", input=ANSWER)
    assert result.exit_code == 0
    assert "[L4]" in result.stdout
    assert "unrolled-graph" in result.stdout


def test_a_dash_means_the_pipe(run: Run, fake_grader: FakeGrader) -> None:
    assert run("grade", "bptt", "-", input=ANSWER).exit_code == 0
    assert list(fake_grader.asked) == [ANSWER]


def test_a_file_is_read_as_it_is(run: Run, fake_grader: FakeGrader, tmp_path: Path) -> None:
    path = tmp_path / "answer.txt"
    path.write_bytes("\ufeffa\r\nb\rc\n\n\x00 é e\u0301 🙂".encode())
    assert run("grade", "bptt", str(path), "--json").exit_code == 0
    assert list(fake_grader.asked) == ["\ufeffa\r\nb\rc\n\n\x00 é e\u0301 🙂"]


def test_the_json_form_is_one_line_of_ascii_with_true_offsets(run: Run, tmp_path: Path) -> None:
    result = run("grade", "bptt", "--json", input=ANSWER)
    assert result.stdout.isascii()
    assert result.stdout.count("\n") == 1
    verdict = json.loads(result.stdout)
    quotes = [e for t in verdict["tells"] for e in t["evidence"]]
    assert quotes
    assert all(ANSWER[q["start"] : q["end"]] == q["text"] for q in quotes)


def test_a_follow_up_has_points_and_no_level(run: Run) -> None:
    result = run("grade", "bptt/transformer-vanishing", input="residual-path is what I would say")
    assert result.exit_code == 0
    assert "a follow-up has no level" in result.stdout
    assert json.loads(run("grade", "bptt/transformer-vanishing", "--json", input="x").stdout)["level"] is None


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("bptt", "nowhere.txt"), "There is no file 'nowhere.txt'."),
        (("bptt", "."), "'.' is a folder."),
        (("btpt",), "Did you mean 'bptt'?"),
        (("bptt/nothing",), "has no follow-up 'nothing'"),
        ((), "Name the question to grade"),
        (("bptt", "--batch", "rows.jsonl"), "--batch takes no ENTRY"),
        (("--batch", "rows.jsonl"), "There is no file 'rows.jsonl'."),
        (("--batch", "."), "'.' is a folder."),
        (("bptt", "\x1b]0;owned\x07.txt"), "There is no file"),
    ],
)
def test_a_wrong_call_gets_one_clear_sentence_and_exit_code_2(run: Run, args: tuple[str, ...], says: str) -> None:
    result = run("grade", *args, input="x")
    assert result.exit_code == 2
    assert says in result.stderr
    assert "\x1b" not in result.stderr
    assert result.stdout == ""


def test_bytes_that_are_not_utf8_are_refused_with_their_place(run: Run) -> None:
    result = run("grade", "bptt", input=b"caf\xe9 au lait")
    assert result.exit_code == 2
    assert "is not UTF-8 text (byte 4)" in result.stderr


def test_a_huge_answer_is_refused(run: Run) -> None:
    result = run("grade", "bptt", input=b"x" * 10_000_001)
    assert result.exit_code == 2
    assert "larger than 10,000,000 bytes" in result.stderr


def test_an_empty_answer_is_too_little_to_grade(run: Run) -> None:
    result = run("grade", "bptt", input="")
    assert result.exit_code == 0
    assert "Too little to grade" in result.stdout


def test_no_colour_reaches_a_pipe(run: Run) -> None:
    assert "\x1b" not in run("grade", "bptt", input=ANSWER).stdout


# The editor. A pseudo-terminal stands for the learner's.


@dataclass(frozen=True)
class Session:
    """What a call on a terminal left behind."""

    code: int
    screen: str
    errors: str
    kept: list[Path]


@pytest.fixture
def in_editor(start: Callable[..., subprocess.Popen[bytes]], tmp_path: Path) -> Callable[..., Session]:
    """Calls `tells grade bptt` on a terminal, with a shell script for an editor."""

    def call(script: str, *args: str) -> Session:
        editor = tmp_path / "editor.sh"
        editor.write_text(f"#!/bin/sh\n{script}\n")
        editor.chmod(0o700)
        texts = tmp_path / "texts"
        texts.mkdir()
        env = os.environ | {"EDITOR": str(editor), "TMPDIR": str(texts), "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
        ours, theirs = os.openpty()
        process = start("grade", "bptt", *args, stdin=theirs, stdout=theirs, env=env)
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        errors = process.stderr.read() if process.stderr else b""
        return Session(process.wait(60), shown.decode(), errors.decode(), list(texts.iterdir()))

    return call


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, 4096)
    except OSError:  # the other side is closed
        return b""


def test_what_is_written_in_the_editor_is_graded_in_colour_and_its_file_removed(in_editor: Callable[..., Session]) -> None:
    session = in_editor('grep -q "# What is backpropagation through time" "$1" && echo "the definition of it" >> "$1"')
    assert session.code == 0, session.errors
    assert "[L4]" in session.screen
    assert "\x1b[" in session.screen
    assert session.kept == []


def test_an_editor_that_fails_loses_nothing(in_editor: Callable[..., Session]) -> None:
    session = in_editor('echo "my long answer" >> "$1"; exit 3')
    assert session.code == 1
    assert "ended with code 3" in session.errors
    assert str(session.kept[0]) in session.errors
    assert "my long answer" in session.kept[0].read_text()
    assert session.kept[0].stat().st_mode & 0o777 == 0o600


def test_a_text_that_is_not_utf8_is_kept(in_editor: Callable[..., Session]) -> None:
    session = in_editor('printf "caf\\351" >> "$1"')
    assert session.code == 1
    assert str(session.kept[0]) in session.errors


def test_nothing_written_is_nothing_graded(in_editor: Callable[..., Session]) -> None:
    session = in_editor("exit 0")
    assert session.code == 1
    assert "Nothing was written" in session.errors
    assert session.kept == []


def test_an_answer_that_could_not_be_graded_is_kept(run: Run, fake_grader: FakeGrader, tmp_path: Path) -> None:
    from tui.answer_source import Given
    from tui.commands import grade

    path = tmp_path / "answer.md"
    path.write_text("definition")
    fake_grader.fails_on = "definition"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "read_answer", lambda file, question: Given("definition", path))
        result = run("grade", "bptt")
    assert str(path) in result.stderr
    assert path.exists()


def test_only_the_lines_of_the_prompt_are_taken_out_of_a_text() -> None:
    asked = _asked(question(load(Call()), "bptt"))
    typed = "# Heading of mine\r\ndefinition\n\n# and a comment in code"
    for text in ("\n\n" + typed + "\n" + "\n".join(asked) + "\n", "\n".join(asked) + "\n" + typed + "\n"):
        assert _without(text, asked) == typed
