from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tui.records import Attempt, Contest, Draft, Predicted, Probe, SelfGrade
from tui.schedule import rated
from tui.store import Store, StoreError, as_plain

NOW = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)


@pytest.fixture
def store(history):
    opened = Store(history, now=lambda: NOW)
    yield opened
    opened.close()


def an_attempt(**changes):
    return replace(Attempt(0, "bptt", "a" * 16, "interview", NOW, 61.5, "An answer."), **changes)


def test_an_attempt_comes_back_as_it_was_with_its_verdict(store, question, verdict_of):
    attempt = store.add_attempt(an_attempt(address=question.address, answer="the chain rule"))
    verdict = verdict_of(question, attempt.answer)
    graded = replace(attempt, verdict=verdict, level="L4", final="L5")
    store.update_attempt(graded)
    assert store.attempt(attempt.id) == graded
    assert store.attempts("gradients") == (graded,)
    assert store.attempts("grad") == ()


def test_a_follow_ups_attempts_belong_to_its_entry(store):
    kept = store.add_attempt(an_attempt(address="bptt/gates"))
    assert store.attempts("bptt") == (kept,)


def test_submitting_drops_the_draft(store):
    store.save_draft(Draft("bptt", "half", 3.0, "coach", NOW))
    assert store.draft("bptt") == Draft("bptt", "half", 3.0, "coach", NOW)
    store.add_attempt(an_attempt())
    assert store.draft("bptt") is None


def test_an_emptied_draft_is_dropped(store):
    store.save_draft(Draft("bptt", "half", 3.0, "coach", NOW))
    store.save_draft(Draft("bptt", " \n", 3.0, "coach", NOW))
    assert store.draft("bptt") is None


def test_contests_probes_self_grades_and_predictions_come_back_as_they_were(store):
    contest = store.add_contest(Contest(0, 1, "bptt", "gating", True, "I said gates.", 7, 12, NOW))
    probe = store.add_probe(Probe(0, 1, "bptt", "gating", "Which?", "Gates.", None, NOW))
    store.update_probe(replace(probe, heard=("gating",)))
    grades = (SelfGrade(1, "gating", True, 80, False), SelfGrade(1, "ssm", False, 60, False))
    store.add_self_grades(grades)
    made = Predicted("decay", {"T": 4, "cell": "rnn"}, "How much?", "KiB", 3.0, 4.0, False, NOW)
    store.add_predicted(made)
    assert store.contests(1) == (contest,)
    assert store.contests(2) == ()
    assert store.probes(1) == (replace(probe, heard=("gating",)),)
    assert store.self_grades() == grades
    assert store.predictions() == (made,)
    store.drop_contest(contest.id)
    assert store.contests() == ()


def test_contests_go_to_the_grader_as_corrections(store):
    store.add_contest(Contest(0, 1, "bptt", "gating", True, "I said gates.", 7, 12, NOW))
    (correction,) = store.corrections()
    assert (correction.entry, correction.point, correction.heard, correction.words) == ("bptt", "gating", True, "gates")


def test_the_latest_review_of_a_tell_is_its_card_and_dropping_it_restores_the_one_before(store):
    first = store.add_review(rated(None, "bptt", "gating", 3, "unprompted", NOW, fuzz=False))
    second = store.add_review(rated(first, "bptt", "gating", 1, "drill-missed", NOW + timedelta(days=9), fuzz=False))
    assert store.cards() == (second,)
    store.drop_review(second.id)
    assert store.cards() == (first,)


def test_only_cards_whose_time_has_come_are_due(history):
    clock = [NOW]
    store = Store(history, now=lambda: clock[0])
    card = store.add_review(rated(None, "bptt", "gating", 1, "missed", NOW, fuzz=False))
    assert store.due() == ()
    clock[0] = card.due
    assert store.due() == (card,)
    assert store.progress()["bptt"].due == 1


def test_progress_counts_answers_to_the_question_itself(store):
    store.add_attempt(an_attempt(level="L5"))
    store.add_attempt(an_attempt(level="below"))
    store.add_attempt(an_attempt(address="bptt/gates"))
    store.save_draft(Draft("lstm", "half", 1.0, "interview", NOW))
    store.save_draft(Draft("lstm#gating", "half", 1.0, "interview", NOW))
    progress = store.progress()
    assert (progress["bptt"].attempts, progress["bptt"].best) == (2, "L5")
    assert progress["lstm"].has_draft


def test_files_and_folder_are_the_users_alone(store, history):
    store.add_attempt(an_attempt())
    assert stat.S_IMODE(history.parent.stat().st_mode) == 0o700
    for path in history.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize("text", ["nul \0 in it", "lone \ud800 surrogate", "\u202ebidi", "🙂" * 3, "a\r\nb", ""])
def test_any_answer_comes_back_with_every_code_point_in_its_place(store, text):
    kept = store.add_attempt(an_attempt(answer=text))
    back = store.attempt(kept.id).answer
    assert len(back) == len(text)
    assert back == text.replace("\ud800", "�")


def test_two_stores_on_one_file_see_each_others_answers(history):
    one, other = Store(history), Store(history)
    one.add_attempt(an_attempt(answer="from one"))
    other.add_attempt(an_attempt(answer="from the other"))
    assert [a.answer for a in one.attempts()] == ["from one", "from the other"]
    one.close()
    other.close()


def test_a_full_disk_says_what_was_not_saved(store, history):
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError) as raised:
        store.add_attempt(an_attempt(answer="x" * 1_000_000))
    assert str(raised.value) == f"The answer was not saved: the disk of {history} is full. Free some space."
    store._db.execute("PRAGMA max_page_count = 100000")
    assert store.add_attempt(an_attempt()).id


def test_a_locked_history_says_so_and_recovers(store, history, monkeypatch):
    store._db.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(history, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another program is holding"):
        store.save_draft(Draft("bptt", "half", 1.0, "coach", NOW))
    other.execute("ROLLBACK")
    other.close()
    store.save_draft(Draft("bptt", "half", 1.0, "coach", NOW))


def test_a_home_that_cannot_be_made_leaves_practice_going_in_memory(tmp_path):
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "history.sqlite")
    assert store.problem.startswith("Nothing is saved in this session: ")
    assert "Set TELLS_HOME to a folder you can write to." in store.problem
    assert store.add_attempt(an_attempt()).id
    store.close()


def test_a_damaged_file_is_left_alone_and_named(history):
    history.parent.mkdir()
    history.write_bytes(b"This is not a database at all, whatever it may be. " * 40)
    store = Store(history)
    assert "is damaged" in store.problem
    assert "Move it away" in store.problem
    store.close()


def test_a_history_of_a_newer_version_is_left_alone(history):
    Store(history).close()
    db = sqlite3.connect(history)
    db.execute("PRAGMA user_version = 99")
    db.close()
    store = Store(history)
    assert "newer version of Tells" in store.problem
    store.close()


_KILLED = """
import os, sys
from pathlib import Path
from datetime import UTC, datetime
from tui.records import Attempt
from tui.store import Store
store = Store(Path(sys.argv[1]))
for n in range(int(sys.argv[2])):
    store.add_attempt(Attempt(0, "bptt", "a" * 16, "interview", datetime.now(UTC), 1.0, f"answer {n}"))
    print(n, flush=True)
os.kill(os.getpid(), 9)
"""


def test_what_was_saved_outlives_a_kill(history):
    call = [sys.executable, "-c", _KILLED, str(history), "5"]
    ended = subprocess.run(call, check=False, capture_output=True, env=os.environ)
    assert ended.returncode == -9
    store = Store(history)
    assert [a.answer for a in store.attempts()] == [f"answer {n}" for n in range(5)]
    assert store._rows("PRAGMA integrity_check")[0][0] == "ok"
    store.close()


def test_a_record_as_plain_values_keeps_the_verdicts_own_json(store, question, verdict_of):
    verdict = verdict_of(question, "the chain rule")
    plain = as_plain(an_attempt(verdict=verdict))
    assert plain["verdict"] == verdict.to_json()
    assert plain["submitted"] == "2026-03-01T12:00:00.000250+00:00"
