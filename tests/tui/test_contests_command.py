from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from bank import load_bank
from grader.level import reconsider
from tests.fake_grader import FakeGrader
from tui.folders import history_file
from tui.records import Attempt, Contest
from tui.store import Store, correction_of

Run = Callable[..., Result]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUESTION = load_bank().question("bptt")
ANSWER = "It has a definition: gates\x1b[31m help."


@pytest.fixture
def store(home: Path) -> Any:
    opened = Store(history_file())
    yield opened
    opened.close()


def contested(store: Store, address: str, point: str, heard: bool, words: str = "") -> Contest:
    start = ANSWER.find(words)
    end = start + len(words)
    return store.add_contest(Contest(0, _attempt(store).id, address, point, heard, ANSWER, start, end, NOW))


def _attempt(store: Store) -> Attempt:
    if not store.attempts():
        verdict = FakeGrader().grade(QUESTION, ANSWER)
        made = Attempt(0, "bptt", QUESTION.entry.content_hash, "interview", NOW, 61.0, ANSWER)
        kept = store.add_attempt(made)
        store.update_attempt(replace(kept, verdict=verdict, level=verdict.level))
    return store.attempts()[0]


def test_nothing_contested_is_said(run: Run, home: Path) -> None:
    result = run("contests")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Nothing has been contested" in result.stderr
    assert run("contests", "--yaml").stdout == ""


def test_contests_are_listed_with_their_words(run: Run, store: Store) -> None:
    contested(store, "bptt", "gating", True, "gates\x1b[31m help")
    contested(store, "bptt/transformer-vanishing", "never-vanish", False)
    listed = run("contests").stdout
    assert "bptt gating: said it" in listed
    assert "“gates" in listed
    assert "\x1b" not in listed
    assert "never-vanish: did not say it" in listed
    assert [c["point"] for c in json.loads(run("contests", "bptt", "--json").stdout)["contests"]] == ["gating", "never-vanish"]
    assert "gating" not in run("contests", "bptt/transformer-vanishing").stdout


def test_as_yaml_they_are_examples_and_contrasts_in_the_shape_of_the_entry(run: Run, store: Store) -> None:
    contested(store, "bptt", "gating", False, "gates")
    contested(store, "bptt", "gating", True, "gates")
    contested(store, "bptt", "separate-algorithm", False, "It has a definition")
    contested(store, "bptt/transformer-vanishing", "residual-path", True, "definition")
    contested(store, "bptt", "ssm", False)
    (entry,) = yaml.safe_load_all(run("contests", "--yaml").stdout)
    assert entry == {
        "id": "bptt",
        "tells": [{"id": "gating", "examples": ["gates"]}],
        "misconceptions": [{"id": "separate-algorithm", "contrasts": ["It has a definition"]}],
        "follow_ups": [{"id": "transformer-vanishing", "tells": [{"id": "residual-path", "examples": ["definition"]}]}],
    }


def test_one_that_is_taken_back_counts_no_more(run: Run, store: Store) -> None:
    kept = contested(store, "bptt", "definition", False, "definition")
    store.update_attempt(replace(_attempt(store), level="L6"))
    result = run("contests", "--undo", str(kept.id))
    assert result.exit_code == 0
    assert "Took back contest" in result.stderr
    assert store.contests() == ()
    attempt = _attempt(store)
    assert attempt.verdict
    assert attempt.level == reconsider(QUESTION, attempt.verdict, []).level != "L6"
    assert reconsider(QUESTION, attempt.verdict, [correction_of(kept)]).heard("definition") is False


def test_a_number_that_is_not_there_takes_nothing_back(run: Run, store: Store) -> None:
    kept = contested(store, "bptt", "gating", True, "gates")
    result = run("contests", "--undo", str(kept.id), "--undo", "99")
    assert result.exit_code == 2
    assert "There is no contest 99" in result.stderr
    assert store.contests() == (kept,)
    assert run("contests", "--undo", "1", "--yaml").exit_code == 2
    assert run("contests", "bptt-x").exit_code == 2
