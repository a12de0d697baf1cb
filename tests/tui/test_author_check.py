"""`tells check`, as a user calls it, with a grader that is made up."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tui.checking
from bank.entry import Question
from grader.verdict import GraderStamp, Heard, Rank, Verdict
from tui.cli import tells

ENTRY = """\
schema: 1
id: sample
title: A sample
prompt: What is a sample?
levels:
  L4: {answer: four, requires: {all: [first]}}
  L5: {answer: five, requires: {all: [second]}}
  L6: {answer: six, requires: {all: [third]}}
tells:
  - {id: first, level: L4, says: S, examples: [one way], contrasts: [no way], probe: 'P?'}
  - {id: second, level: L5, says: S, examples: [other way], contrasts: [no other], probe: 'P?'}
  - {id: third, level: L6, says: S, examples: [third way], contrasts: [no third], probe: 'P?'}
"""


@dataclass
class Trialled:
    point: str
    text: str
    kind: str
    confidence: float
    heard: bool
    loudest: str


class LevelJudge:
    """Believes every example but those it is deaf to, and if not listed, those it is slow for.

    A model answer gets the level that its word says.
    """

    def __init__(self, deaf: Sequence[str] = (), slow: Sequence[str] = ()) -> None:
        self.deaf, self.slow = deaf, slow

    def grade(self, question: Question, text: str) -> Verdict:
        level: Rank = {"four": "L4", "five": "L5", "six": "L6"}.get(text, "below")  # type: ignore[assignment]
        tells = tuple(Heard(t.id, text not in self.deaf, 0.9) for t in question.tells)
        return Verdict(question.address, level, level, (), tells, (), None, GraderStamp("fake", "0", "1"))

    def unlisted(self, question: Question, answer: str) -> Verdict:
        return self.grade(question, answer)

    def self_test(self, question: Question) -> list[Trialled]:
        examples = [
            (p.id, text, "example", text not in (*self.deaf, *self.slow)) for p in question.points for text in p.examples
        ]
        contrasts = [(p.id, text, "contrast", False) for p in question.points for text in p.contrasts]
        return [Trialled(id, text, kind, 0.9 * heard, heard, id) for id, text, kind, heard in [*examples, *contrasts]]


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Callable[[LevelJudge], None]:
    """Puts a made-up grader in the place of the real one."""

    def use(judge: LevelJudge) -> None:
        monkeypatch.setattr(tui.checking, "_judge", lambda call: judge)

    return use


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judge: Callable[[LevelJudge], None]) -> Callable[..., Result]:
    monkeypatch.setenv("TELLS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TELLS_BANK", raising=False)
    monkeypatch.chdir(tmp_path)
    judge(LevelJudge())

    def run(*args: str) -> Result:
        result = CliRunner().invoke(tells, ["check", *args])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def test_a_sound_entry_passes_with_a_table(call: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text(ENTRY)
    result = call("sample.yaml")
    assert result.exit_code == 0, result.output
    assert "sample" in result.stdout
    assert "3/3" in result.stdout
    assert "L4 L5 L6" in result.stdout
    assert result.stdout.endswith("1 entry: 1 fine.\n")
    assert result.stderr == ""


def test_mistakes_are_told_on_stderr_with_the_path_as_it_was_given(call: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text(ENTRY.replace("title:", "titel:").replace("all: [second]", "all: [secnd]"))
    result = call("sample.yaml")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "sample.yaml:3: 'titel' is not a key of an entry. Did you mean 'title'?",
        "sample.yaml:7: levels.L5.requires: 'all[0]' names a tell 'secnd' that is not there. Did you mean 'second'?",
    ]
    assert result.stdout == "1 entry: 0 fine, 1 broken.\n"


def test_what_the_grader_does_not_hear_fails(
    call: Callable[..., Result], tmp_path: Path, judge: Callable[[LevelJudge], None]
) -> None:
    judge(LevelJudge(deaf=["other way"]))
    (tmp_path / "sample.yaml").write_text(ENTRY)
    result = call("sample.yaml")
    assert result.exit_code == 1
    assert 'WRONG: sample: second: 1 of 1 example not heard as they stand: "other way".' in result.stdout
    assert "1 not proven by the grader" in result.stdout
    assert call("sample.yaml", "--no-grader").exit_code == 0


def test_warnings_fail_nothing(call: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text(ENTRY + "related: [nobody]\n")
    result = call("sample.yaml")
    assert result.exit_code == 0
    assert "sample.yaml:13: warning: 'related[0]' names an entry 'nobody'" in result.stderr
    assert "1 warning." in result.stdout


def test_notes_are_counted_where_many_entries_are_checked(
    call: Callable[..., Result], tmp_path: Path, judge: Callable[[LevelJudge], None]
) -> None:
    judge(LevelJudge(slow=["one more way"]))
    for name in ("one", "two"):
        more = "[one way, one more way, another, yet another]"
        (tmp_path / f"{name}.yaml").write_text(ENTRY.replace("sample\n", f"{name}\n", 1).replace("[one way]", more))
    assert 'note:  one: first: 1 of 4 examples not heard if not listed: "one more way".' in call("one.yaml").stdout
    result = call("one.yaml", "two.yaml")
    assert result.exit_code == 0
    assert "2 notes not shown" in result.stdout
    assert "one more way" not in result.stdout
    assert "one more way" in call("one.yaml", "two.yaml", "--notes").stdout


def test_json_holds_problems_and_trials(call: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text(ENTRY)
    (tmp_path / "bad.yaml").write_text("id: [")
    result = call("sample.yaml", "bad.yaml", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["ok"] is False
    assert told["checked"] == ["sample.yaml", "bad.yaml"]
    assert [(p["path"], p["line"], p["warning"]) for p in told["problems"]] == [("bad.yaml", 1, False)]
    assert told["entries"][0]["entry"] == "sample"
    assert told["entries"][0]["answers"][2] == {"level": "L6", "reached": "L6"}
    assert result.stderr == ""


def test_without_a_path_everything_is_checked(call: Callable[..., Result], tmp_path: Path) -> None:
    own = tmp_path / "home" / "entries"
    own.mkdir(parents=True)
    (own / "sample.yaml").write_text(ENTRY)
    added = tmp_path / "added"
    added.mkdir()
    (added / "other.yaml").write_text(ENTRY)
    result = call("--no-grader", "--bank", "added")
    assert result.exit_code == 1
    assert "'id' is 'sample', but the file is called 'other.yaml'" in result.stderr
    shipped = int(call("--no-grader").stdout.split()[0])
    assert int(result.stdout.split()[0]) == shipped + 1


def test_a_path_may_be_a_folder_or_an_entry(call: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "sample.yaml").write_text(ENTRY)
    assert call("folder", "--no-grader").stdout == "1 entry: 1 fine.\n"
    assert call("bptt", "--no-grader").stdout == "1 entry: 1 fine.\n"


@pytest.mark.parametrize("path", ["nowhere.yaml", "nobody", "empty", "\x1b[31m"])
def test_a_path_that_is_not_there_is_refused(path: str, call: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = call("--", path)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert "\x1b" not in result.stderr


def test_a_claim_that_turns_a_knob_that_is_not_there_is_wrong(call: Callable[..., Result], tmp_path: Path) -> None:
    claim = "claims:\n  - {id: c, says: It holds., tells: [first], demo: spectral-radius, args: {bogus: 1}}\n"
    (tmp_path / "sample.yaml").write_text(ENTRY + claim)
    result = call("sample.yaml")
    assert result.exit_code == 1
    assert "WRONG: sample: c: 'spectral-radius' has no knob 'bogus'." in result.stdout
