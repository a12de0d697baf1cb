from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from bank import load_bank
from tests.fake_grader import FakeGrader
from tui.folders import history_file
from tui.records import Attempt, Contest, Draft, Predicted, Probe, SelfGrade
from tui.schedule import record_evidence
from tui.store import Store
from tui.times import when

Run = Callable[..., Result]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUESTION = load_bank().question("bptt")


@pytest.fixture
def store(home: Path) -> Any:
    opened = Store(history_file())
    yield opened
    opened.close()


def graded(store: Store, answer: str, **changes: Any) -> Attempt:
    """An attempt at bptt, kept with its verdict; a tell is heard where its id stands in the answer."""
    entry_hash = QUESTION.entry.content_hash
    made = replace(Attempt(0, "bptt", entry_hash, "interview", NOW, 61.0, answer), **changes)
    kept = store.add_attempt(made)
    verdict = FakeGrader().grade(QUESTION, answer)
    kept = replace(kept, verdict=verdict, level=kept.level or verdict.level)
    store.update_attempt(kept)
    return kept


def test_nothing_yet_is_said_and_makes_no_file(run: Run, home: Path) -> None:
    for call in (["history"], ["history", "bptt"], ["stats"]):
        result = run(*call)
        assert result.exit_code == 0
        assert result.stdout == ""
        assert "Nothing has been answered" in result.stderr
    assert json.loads(run("history", "--json").stdout) == {"schema": 1, "attempts": []}
    assert json.loads(run("stats", "--json").stdout)["answers"] == 0
    assert not home.exists()


def test_attempts_are_listed_newest_first_with_their_numbers(run: Run, store: Store) -> None:
    graded(store, "The definition of it.", level="L4", final="L5")
    graded(store, "More of the definition.", address="bptt/transformer-vanishing")
    lines = run("history").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]
    assert "L4 > L5" in lines[1]
    assert "1:01" in lines[1]
    assert run("history", "bptt").stdout.splitlines() == lines
    assert len(run("history", "bptt/transformer-vanishing").stdout.splitlines()) == 1


def test_a_limit_shows_the_newest_and_counts_the_others(run: Run, store: Store) -> None:
    for n in range(25):
        graded(store, f"Answer number {n}.")
    lines = run("history").stdout.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 5 earlier: --limit 25 lists them all."
    assert [a["id"] for a in json.loads(run("history", "--limit", "2", "--json").stdout)["attempts"]] == [25, 24]
    assert len(json.loads(run("history", "--json").stdout)["attempts"]) == 25


def test_an_answer_says_that_its_entry_has_changed_since(run: Run, store: Store) -> None:
    graded(store, "The definition of it.", entry_hash="0" * 16)
    graded(store, "The definition of it.")
    graded(store, "The definition of it.", address="forgotten")
    assert [a["entry_changed"] for a in json.loads(run("history", "--json").stdout)["attempts"]] == [None, False, True]
    gone, same, changed = run("history").stdout.splitlines()
    assert changed.endswith("(entry changed since)")
    assert same.endswith("bptt")
    assert gone.endswith("(no longer in the bank)")
    assert "has changed since" in run("history", "--show", "1").stdout
    assert "has changed since" not in run("history", "--show", "2").stdout
    assert "no such question any more" in run("history", "--show", "3").stdout


def test_one_answer_is_shown_with_its_verdict_and_what_followed(run: Run, store: Store) -> None:
    one = graded(store, "It has a definition.\n\nAnd shared-weights.", level="L5")
    store.add_contest(Contest(0, one.id, "bptt", "gating", True, one.answer, 3, 6, NOW))
    store.add_probe(Probe(0, one.id, "bptt", "ssm", "And which?", "State spaces.", ("ssm",), NOW))
    shown = run("history", "--show", str(one.id)).stdout
    for words in ("And shared-weights.", "Heard (2 of", "I said gating here: “has”", "And which?", "Heard: ssm."):
        assert words in shown
    assert "With your contests counted: L5." in shown
    told = json.loads(run("history", "--show", str(one.id), "--json").stdout)
    assert told["verdict"] == FakeGrader().grade(QUESTION, one.answer).to_json()
    assert (told["answer"], told["entry_changed"]) == (one.answer, False)
    assert (told["probes"][0]["heard"], told["contests"][0]["point"]) == (["ssm"], "gating")


def test_a_verdict_on_points_that_the_entry_no_longer_has_is_still_shown(run: Run, store: Store) -> None:
    one = graded(store, "It has a definition and learning-rate.")
    assert one.verdict
    tells = (*one.verdict.tells, replace(one.verdict.tells[0], id="dropped"))
    wrong = (*one.verdict.misconceptions, replace(one.verdict.tells[0], id="forgiven", level=None))
    store.update_attempt(replace(one, verdict=replace(one.verdict, tells=tells, misconceptions=wrong)))
    result = run("history", "--show", str(one.id))
    assert result.exit_code == 0
    assert "no longer has: dropped, forgiven." in result.stdout


def test_an_answer_that_was_not_graded_says_so(run: Run, store: Store) -> None:
    store.add_attempt(Attempt(0, "bptt", QUESTION.entry.content_hash, "interview", NOW, 1.0, "Quick."))
    assert "(not graded)" in run("history").stdout
    assert "Not graded yet" in run("history", "--show", "1").stdout
    graded(store, "The definition of it.")
    assert "Only graded answers" in run("history", "--compare", "1", "2").stdout


def test_two_answers_stand_side_by_side_the_older_on_the_left(run: Run, store: Store) -> None:
    graded(store, "It has a definition and shared-weights. " + "日本語 " * 30)
    graded(store, "It has a definition, and unrolled-graph.")
    shown = run("history", "--compare", "2", "1", COLUMNS="80").stdout
    top = next(line for line in shown.splitlines() if "1:" in line and "2:" in line)
    assert top.index("1:") < top.index("2:")
    assert "Gained: unrolled-graph\nLost: shared-weights\n" in shown
    told = json.loads(run("history", "--compare", "1", "2", "--json").stdout)
    assert (told["gained"], told["lost"]) == (["unrolled-graph"], ["shared-weights"])
    assert (told["older"]["id"], told["newer"]["id"]) == (1, 2)


def test_no_line_is_wider_than_the_terminal_and_nothing_steers_it(run: Run, store: Store) -> None:
    from rich.cells import cell_len

    hostile = "\x1b]0;title\x07 \x1b[31m [bold]definition[/] \u202e \x9b2J " + "日本語" * 60 + "x" * 300
    graded(store, hostile)
    graded(store, hostile, address="\x1b[31mevil/../[b]")
    for call in (
        ["history"],
        ["history", "--show", "1"],
        ["history", "--show", "2"],
        ["history", "--compare", "1", "1"],
        ["stats"],
    ):
        result = run(*call, COLUMNS="60")
        assert not set(result.output) & {"\x1b", "\x07", "\x9b", "\u202e"}, call
        assert all(cell_len(line) <= 60 for line in result.stdout.splitlines()), call
    for call in (["history", "--json"], ["history", "--show", "2", "--json"], ["stats", "--json"]):
        assert run(*call).stdout.isascii()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["--show", "99"], "There is no answer 99."),
        (["--show", str(10**30)], "There is no answer 1"),
        (["--compare", "1", "1"], "Name two different answers"),
        (["--compare", "1", "2"], "Only answers to one question"),
        (["--compare", "1", "99"], "There is no answer 99."),
        (["--show", "1", "--compare", "1", "2"], "each stand alone"),
        (["bptt", "--show", "1"], "each stand alone"),
        (["bppt"], "Did you mean"),
        (["\x1b[31m%"], "There is no entry"),
        (["--limit", "0"], "0"),
    ],
)
def test_a_call_that_cannot_be_answered_is_refused_in_one_sentence(call: list[str], words: str, run: Run, store: Store) -> None:
    graded(store, "The definition of it.")
    graded(store, "The definition of it.", address="lstm")
    result = run("history", *call)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("call", [["history"], ["stats", "--json"], ["export", "json", "--history"]])
def test_a_history_that_cannot_be_read_is_one_line_and_exit_code_1(call: list[str], run: Run, home: Path) -> None:
    home.mkdir()
    (home / "history.sqlite").write_bytes(b"no database" * 100)
    result = run(*call)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.count("The history cannot be read") == 1
    assert "Move it away" in line


def test_stats_count_what_was_answered_heard_and_predicted(run: Run, store: Store) -> None:
    first = graded(store, "It has a definition.", submitted=NOW - timedelta(days=2))
    second = graded(store, "It has a definition and shared-weights.", final="L6")
    assert second.verdict
    record_evidence(store, second, second.verdict, frozenset())
    store.add_self_grades((SelfGrade(1, "definition", True, 80, True), SelfGrade(1, "ssm", True, 60, False)))
    store.add_probe(Probe(0, second.id, "bptt", "ssm", "Which?", "SSMs.", ("ssm",), NOW))
    store.add_contest(Contest(0, first.id, "bptt", "ssm", True, first.answer, 0, 2, NOW))
    store.add_contest(Contest(0, first.id, "bptt", "definition", False, first.answer, 0, 2, NOW))
    store.add_predicted(Predicted("decay", {}, "How much?", "KiB", 1.0, 1.0, True, NOW))
    told = json.loads(run("stats", "--json").stdout)
    assert (told["schema"], told["answers"], told["graded"], told["seconds"]) == (1, 2, 2, 122.0)
    assert [(x["level"], x["final"]) for x in told["levels"]] == [(first.level, first.level), (second.level, "L6")]
    (entry,) = told["entries"]
    assert (entry["address"], entry["answers"], entry["first"], entry["latest"]) == ("bptt", 2, first.level, second.level)
    by_point = {t["point"]: (t["said"], t["asked"]) for t in told["tells"]}
    assert (by_point["definition"], by_point["shared-weights"], by_point["ssm"]) == ((1, 2), (1, 2), (1, 2))
    assert sum(x["asked"] for x in told["tell_levels"]) == 2 * len(QUESTION.tells)
    assert told["self_grades"]["agreement"] == 0.5
    assert told["self_grades"]["by_sureness"] == [
        {"sure": 60, "marks": 1, "agreed": 0},
        {"sure": 80, "marks": 1, "agreed": 1},
    ]
    assert told["contests"] == {"of_heard": 1, "of_missed": 1}
    assert (told["probes"], told["predictions"]) == ({"answered": 1, "drawn_out": 1}, {"made": 1, "right": 1})
    assert told["reviews"]["due"] + sum(bool(t["due"]) for t in told["tells"]) >= len(QUESTION.tells)


def test_stats_draw_each_answer_at_its_level(run: Run, store: Store) -> None:
    for level, final in (("below", None), ("L4", "L6"), ("L5", "L5")):
        graded(store, "The definition of it.", level=level, final=final)
    shown = run("stats").stdout
    assert "  L6 |  +\n  L5 |   o\n  L4 |  o\n <L4 | o\n" in shown
    assert "3 answers, 3 graded, 3 minutes in all" in shown
    assert "No self-grades yet" in shown


@pytest.mark.parametrize(("agreed", "words"), [(5, "30 points too sure"), (8, "that fits"), (10, "20 points too unsure")])
def test_stats_say_whether_the_learner_is_surer_than_right(agreed: int, words: str, run: Run, store: Store) -> None:
    graded(store, "The definition of it.")
    store.add_self_grades(tuple(SelfGrade(1, f"tell-{n}", True, 80, n < agreed) for n in range(10)))
    assert words in run("stats").stdout


def test_a_few_self_grades_are_not_made_much_of(run: Run, store: Store) -> None:
    graded(store, "The definition of it.")
    store.add_self_grades((SelfGrade(1, "definition", True, 100, False),))
    shown = run("stats").stdout
    assert "agree on 0% of 1 self-grade." in shown
    assert "Fewer than 10 marks say little" in shown


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(0), "now"),
        (timedelta(seconds=5), "in 1 minute"),
        (timedelta(hours=5), "in 5 hours"),
        (timedelta(days=1), "in 1 day"),
    ],
)
def test_a_review_is_due_in_words(left: timedelta, words: str) -> None:
    assert when(NOW + left, NOW) == words


def test_an_export_of_the_history_holds_drafts_too_and_is_the_users_alone(run: Run, store: Store, tmp_path: Path) -> None:
    store.save_draft(Draft("bptt", "half a thought", 3.0, "coach", NOW))
    graded(store, "The definition of it.", address="lstm")
    file = tmp_path / "mine.json"
    assert run("export", "json", str(file), "--history").exit_code == 0
    told = json.loads(file.read_text())
    assert [d["answer"] for d in told["drafts"]] == ["half a thought"]
    assert told["attempts"][0]["verdict"]["tells"]
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("call", [["history"], ["history", "--show", "1"], ["stats", "--json"]])
def test_neither_torch_nor_textual_is_imported(call: list[str], store: Store) -> None:
    graded(store, "The definition of it.")
    code = "import sys\nfrom tui.cli import tells\ntry: tells()\nfinally: print(*sys.modules, file=sys.stderr)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code, *call], cwd=root, capture_output=True, text=True, check=True)
    assert not set(done.stderr.split()) & {"torch", "textual", "sentence_transformers", "numpy"}
