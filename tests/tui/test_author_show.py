"""`tells list`, `tells show` and `tells export`."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bank import load_bank
from bank.entry import Entry
from tui.cli import tells
from tui.export import bank_csv, bank_json, write_anki
from tui.folders import history_file
from tui.records import Attempt
from tui.store import Store


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("TELLS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TELLS_BANK", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> Result:
        result = CliRunner().invoke(tells, list(args))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def cards(path: Path) -> list[tuple[str, str, str]]:
    """Guid, fields and tags of every note of an Anki package."""
    with zipfile.ZipFile(path) as package:
        data = package.read("collection.anki2")
    database = path.with_suffix(".sqlite")
    database.write_bytes(data)
    with sqlite3.connect(database) as db:
        rows = db.execute("select guid, flds, tags from notes").fetchall()
    db.close()
    return rows


def test_the_list_names_every_entry_and_follow_up(call: Callable[..., Result]) -> None:
    shown = call("list").stdout
    rows = json.loads(call("list", "--json").stdout)
    assert [row["id"] for row in rows] == sorted(load_bank().entries)
    for row in rows:
        assert row["id"] in shown
        assert row["shipped"] is True
        for address in row["follow_ups"]:
            assert f"/{address.partition('/')[2]}" in shown


def test_broken_entries_are_named_and_the_good_ones_listed(call: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "broken.yaml").write_text("a: 1\nb: 2\n")
    result = call("--bank", "mine", "list")
    assert result.exit_code == 0
    assert "bptt" in result.stdout
    (line,) = result.stderr.splitlines()
    assert line.startswith("warning: mine/broken.yaml:1: ")
    assert "more: `tells check mine/broken.yaml`" in line
    assert call("--bank", "mine", "show", "broken").exit_code == 1


def test_an_entry_is_shown_without_its_model_answers(call: Callable[..., Result]) -> None:
    entry = load_bank().entries["bptt"]
    shown = " ".join(call("show", "bptt").stdout.split())
    assert entry.prompt in shown
    for tell in entry.tells:
        assert tell.id in shown
    assert " ".join(entry.levels.L6.answer.split())[:60] not in shown


def test_a_level_is_shown_with_its_model_answer(call: Callable[..., Result]) -> None:
    entry = load_bank().entries["bptt"]
    answer = " ".join(entry.levels.L6.answer.split())
    assert answer[:60] in " ".join(call("show", "bptt", "--level", "L6").stdout.split())
    told = json.loads(call("show", "bptt", "--level", "L6", "--json").stdout)
    assert told["answer"] == entry.levels.L6.answer
    assert told["level"] == "L6"


def test_a_follow_up_is_shown_with_its_answer_and_has_no_levels(call: Callable[..., Result]) -> None:
    follow_up = load_bank().entries["bptt"].follow_ups[0]
    address = f"bptt/{follow_up.id}"
    assert follow_up.tells[0].id in call("show", address).stdout
    assert json.loads(call("show", address, "--json").stdout)["answer"] == follow_up.answer
    result = call("show", address, "--level", "L5")
    assert result.exit_code == 2
    assert "A follow-up has no levels." in result.stderr


def test_the_json_of_an_entry_is_the_entry(call: Callable[..., Result]) -> None:
    assert Entry.model_validate(json.loads(call("show", "bptt", "--json").stdout)) == load_bank().entries["bptt"]


@pytest.mark.parametrize("address", ["bpt", "bptt/nothing", "../x", "\x1b[31m"])
def test_an_unknown_entry_is_refused_in_one_sentence(address: str, call: Callable[..., Result]) -> None:
    result = call("show", address)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "\x1b" not in result.stderr


def test_the_bank_comes_back_from_its_json(call: Callable[..., Result], tmp_path: Path) -> None:
    bank = load_bank()
    told = json.loads(call("export", "json").stdout)
    assert {e["id"]: Entry.model_validate(e) for e in told["entries"]} == bank.entries
    assert call("export", "json", "out.json", "--entry", "bptt").exit_code == 0
    assert json.loads((tmp_path / "out.json").read_text()) == bank_json([bank.entries["bptt"]])


def test_the_csv_has_a_row_for_each_point_and_no_formula(call: Callable[..., Result]) -> None:
    rows = list(csv.DictReader(io.StringIO(call("export", "csv").stdout)))
    bank = load_bank()
    count = sum(len(q.tells) + len(q.misconceptions) for e in bank for q in (e, *e.follow_ups))
    assert len(rows) == count
    tell = bank.entries["bptt"].tells[0]
    row = next(r for r in rows if r["address"] == "bptt" and r["id"] == tell.id)
    assert row["says"] == tell.says
    assert row["examples"].split("\n") == list(tell.examples)
    evil = bank.entries["bptt"].model_copy(update={"title": "=cmd|' /C calc'!A0"})
    assert "'=cmd" in bank_csv([evil])


def test_an_anki_package_has_a_card_for_each_tell_with_an_id_that_stays(tmp_path: Path) -> None:
    entry = load_bank().entries["bptt"]
    count = write_anki([entry], tmp_path / "one.apkg")
    assert count == len(entry.tells) + sum(len(f.tells) for f in entry.follow_ups)
    changed = entry.tells[0].model_copy(update={"says": "Something <b>else</b>."})
    write_anki([entry.model_copy(update={"tells": (changed, *entry.tells[1:])})], tmp_path / "two.apkg")
    one, two = cards(tmp_path / "one.apkg"), cards(tmp_path / "two.apkg")
    assert len(one) == count
    assert {guid for guid, _, _ in one} == {guid for guid, _, _ in two}
    fields = next(fields.split("\x1f") for _, fields, tags in one if entry.tells[0].says in fields)
    assert fields[1] == entry.tells[0].probe
    assert any("Something &lt;b&gt;else&lt;/b&gt;." in fields for _, fields, _ in two)


def test_export_says_where_it_wrote_and_what_it_could_not(call: Callable[..., Result], tmp_path: Path) -> None:
    result = call("export", "anki", "--entry", "bptt")
    assert result.exit_code == 0
    assert (tmp_path / "tells.apkg").is_file()
    assert "tells.apkg" in result.stderr
    assert call("export", "csv", "no/such/folder.csv").exit_code == 2
    assert call("export", "anki", "no/such/folder.apkg").exit_code == 2
    assert call("export", "csv", "--entry", "nobody").exit_code == 2
    assert call("export", "xml").exit_code == 2


def test_the_history_is_exported_and_may_be_empty(call: Callable[..., Result], tmp_path: Path) -> None:
    assert json.loads(call("export", "json", "--history").stdout)["attempts"] == []
    assert not (tmp_path / "home").exists()
    store = Store(history_file())
    submitted = datetime(2026, 1, 31, tzinfo=UTC)
    store.add_attempt(Attempt(0, "bptt", "0" * 16, "interview", submitted, 61.0, "=It is\nbackprop, unrolled.", level="L4"))
    store.close()
    (attempt,) = json.loads(call("export", "json", "--history").stdout)["attempts"]
    assert (attempt["address"], attempt["answer"], attempt["level"]) == ("bptt", "=It is\nbackprop, unrolled.", "L4")
    (row,) = csv.DictReader(io.StringIO(call("export", "csv", "--history").stdout))
    assert row["answer"] == "'=It is\nbackprop, unrolled."
    assert call("export", "anki", "--history").exit_code == 2
    history_file().write_bytes(b"no database" * 100)
    assert call("export", "json", "--history").exit_code == 1
