"""`tells new`, `edit`, `import` and `schema`, as a user calls them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bank.load import SHIPPED, load_entry
from bank.schema import schema_text
from tui.cli import tells

ARTICLE = """\
# Kneading

Asked in: exams

## What an L4 answer sounds like
"Kneading mixes flour and water until smooth."

## What an L5 answer sounds like
"Kneading lines up the gluten strands."

## What an L6 answer sounds like
"Long fermentation replaces kneading altogether."

## Tells that get you down-leveled
- No mention of gluten
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder of entries; nothing of the real user is seen."""
    monkeypatch.setenv("TELLS_HOME", str(tmp_path / "home"))
    for name in ("TELLS_BANK", "TELLS_MODEL", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home" / "entries"


@pytest.fixture
def call(home: Path) -> Callable[..., Result]:
    def run(*args: str, **options: str) -> Result:
        result = CliRunner().invoke(tells, list(args), **options)  # type: ignore[arg-type]
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets an editor that runs a line of Python with the file's path in `path` and its text in `text`."""

    def use(line: str) -> None:
        script = tmp_path / "editor.py"
        script.write_text(f"import sys, pathlib\npath = pathlib.Path(sys.argv[1])\ntext = path.read_text()\n{line}\n")
        monkeypatch.setenv("EDITOR", f"{os.sys.executable} {script}")  # type: ignore[attr-defined]

    return use


def test_a_new_entry_loads_and_lands_in_the_users_own_folder(call: Callable[..., Result], home: Path) -> None:
    result = call("new", "my-question", "--title", "My: question", "--prompt", "Why?", "--topic", "a, b", "--minutes", "7")
    assert result.exit_code == 0, result.output
    path = home / "my-question.yaml"
    assert result.stdout.strip() == str(path)
    entry = load_entry(path).entry
    assert entry is not None
    assert (entry.title, entry.prompt, entry.topics, entry.time_limit_minutes) == ("My: question", "Why?", ("a, b",), 7)
    assert path.read_text().startswith("# yaml-language-server: $schema=entry.schema.json\n")
    assert (home / "entry.schema.json").read_text() == schema_text()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert "my-question" in call("list").stdout


def test_a_new_entry_goes_to_the_folder_that_is_named(call: Callable[..., Result], tmp_path: Path) -> None:
    assert call("new", "one", "--output", str(tmp_path / "deep" / "folder")).exit_code == 0
    assert (tmp_path / "deep" / "folder" / "one.yaml").is_file()
    (tmp_path / "mine").mkdir()
    assert call("--bank", str(tmp_path / "mine"), "new", "two").exit_code == 0
    assert (tmp_path / "mine" / "two.yaml").is_file()


@pytest.mark.parametrize("id", ["../escape", "Not Kebab", "a/b", "", "-x", "x" * 81, "a\x1b[31m", "..", "a\n"])
def test_an_id_that_is_none_is_refused(id: str, call: Callable[..., Result], home: Path) -> None:
    for command in ("new", "edit"):
        result = call(command, "--", id)
        assert result.exit_code == 2
        assert "kebab-case" in result.stderr
        assert "\x1b" not in result.stderr
    assert not home.exists()


def test_nothing_that_is_there_is_written_over(call: Callable[..., Result], home: Path, tmp_path: Path) -> None:
    result = call("new", "bptt")
    assert result.exit_code == 2
    assert "There is an entry 'bptt' already. `tells edit bptt` opens it." in result.stderr
    (tmp_path / "x.yaml").write_text("mine")
    result = call("new", "x", "--output", str(tmp_path))
    assert result.exit_code == 2
    assert "it is left as it is" in result.stderr
    (tmp_path / "link.yaml").symlink_to(tmp_path / "elsewhere")
    assert call("new", "link", "--output", str(tmp_path)).exit_code == 2
    assert (tmp_path / "x.yaml").read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_told(call: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = call("new", "x", "--output", str(tmp_path / "file" / "inner"))
    assert result.exit_code == 2
    assert "cannot be made" in result.stderr


def test_editing_a_shipped_entry_copies_it_and_the_copy_replaces_it(
    call: Callable[..., Result], home: Path, editor: Callable[[str], None]
) -> None:
    editor("path.write_text(text.replace('title: ', 'title: My ', 1))")
    result = call("edit", "bptt")
    assert result.exit_code == 0, result.output
    assert (home / "bptt.yaml").read_text().startswith("# yaml-language-server: $schema=entry.schema.json\n")
    assert json.loads(call("show", "bptt", "--json").stdout)["title"].startswith("My ")
    assert "My " not in (SHIPPED / "bptt.yaml").read_text().split("prompt:")[0]


def test_a_copy_left_unchanged_is_taken_away(call: Callable[..., Result], home: Path, editor: Callable[[str], None]) -> None:
    editor("pass")
    result = call("edit", "bptt")
    assert result.exit_code == 0
    assert "the shipped entry stays" in result.stderr
    assert not (home / "bptt.yaml").exists()


def test_mistakes_made_in_the_editor_are_told_on_saving(
    call: Callable[..., Result], home: Path, editor: Callable[[str], None]
) -> None:
    assert call("new", "mine").exit_code == 0
    editor("path.write_text(text.replace('title:', 'titel:', 1))")
    result = call("edit", "mine")
    assert result.exit_code == 1
    assert "'titel' is not a key of an entry. Did you mean 'title'?" in result.stderr
    editor("path.write_text(text.replace('titel:', 'title:', 1))")
    result = call("edit", "mine")
    assert result.exit_code == 0
    assert "loads" in result.stderr


def test_editors_that_fail_or_are_not_there_are_told(
    call: Callable[..., Result], home: Path, editor: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    editor("sys.exit(3)")
    result = call("edit", "bptt")
    assert result.exit_code == 1
    assert "ended with code 3" in result.stderr
    assert not (home / "bptt.yaml").exists()
    monkeypatch.setenv("EDITOR", "/no/such/editor")
    result = call("edit", "bptt")
    assert result.exit_code == 2
    assert "Set EDITOR to another one." in result.stderr
    result = call("edit", "bpt")
    assert result.exit_code == 2
    assert "Did you mean 'bptt'?" in result.stderr


def test_an_article_becomes_a_draft_that_loads(call: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "kneading.md").write_text(ARTICLE)
    result = call("import", "kneading.md", "--output", "drafts")
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(Path("drafts") / "kneading.yaml")
    entry = load_entry(tmp_path / "drafts" / "kneading.yaml").entry
    assert entry is not None
    assert entry.title == "Kneading"
    assert [t.level for t in entry.tells] == ["L4", "L5", "L6"]
    assert "3 tells, 0 misconceptions, 1 missing group, 0 follow-ups" in result.stderr
    assert call("check", "--no-grader", "drafts").exit_code == 0


def test_a_draft_never_replaces_an_entry_unasked(call: Callable[..., Result], home: Path, tmp_path: Path) -> None:
    (tmp_path / "bptt.txt").write_text(ARTICLE)
    for name in ("bptt-2", "bptt-3"):
        result = call("import", "bptt.txt")
        assert result.exit_code == 0
        assert (home / f"{name}.yaml").is_file()
        assert f"The id 'bptt' is taken, so the draft is called '{name}'." in result.stderr
    assert call("import", "bptt.txt", "--id", "other").exit_code == 0
    assert call("import", "bptt.txt", "--id", "other").exit_code == 2
    assert call("import", "bptt.txt", "--id", "other", "--force").exit_code == 0
    assert not (home / "bptt.yaml").exists()


def test_several_articles_and_a_pipe_are_drafted(call: Callable[..., Result], tmp_path: Path) -> None:
    for name in ("one", "Two Words"):
        (tmp_path / f"{name}.txt").write_text(ARTICLE)
    assert call("import", "one.txt", "Two Words.txt", "--output", "out").exit_code == 0
    assert sorted(p.name for p in (tmp_path / "out").glob("*.yaml")) == ["one.yaml", "two-words.yaml"]
    assert call("import", "-", "--id", "piped", "--output", "out", input=ARTICLE).exit_code == 0
    assert (tmp_path / "out" / "piped.yaml").is_file()


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (None, 2, "There is no such file."),
        (b"\xff\xfea\0", 1, "UTF-16"),
        (b"a\0", 1, "NUL"),
        (b"x" * 1_000_001, 2, "larger than"),
    ],
)
def test_an_article_that_cannot_be_read_is_told(
    data: bytes | None, code: int, words: str, call: Callable[..., Result], tmp_path: Path
) -> None:
    if data is not None:
        (tmp_path / "a.txt").write_bytes(data)
    result = call("import", "a.txt", "--output", "out")
    assert result.exit_code == code
    assert words in result.stderr


def test_one_id_for_two_articles_is_refused(call: Callable[..., Result], tmp_path: Path) -> None:
    assert call("import", "a.txt", "b.txt", "--id", "x").exit_code == 2


def test_the_schema_is_printed_as_it_stands(call: Callable[..., Result]) -> None:
    assert call("schema").stdout == schema_text()
