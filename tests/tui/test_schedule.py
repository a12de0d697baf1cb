from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tui.records import Attempt
from tui.schedule import rated, rating_of, record_evidence
from tui.store import Store

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store():
    opened = Store(None, now=lambda: NOW)
    yield opened
    opened.close()


def test_unprompted_is_good_and_twice_running_easy():
    first = rated(None, "bptt", "gating", rating_of("unprompted", None), "unprompted", NOW)
    assert first.rating == 3
    assert rating_of("unprompted", first) == 4


@pytest.mark.parametrize(("outcome", "rating"), [("after-probe", 2), ("missed", 1)])
def test_a_probe_makes_it_hard_and_a_miss_again(outcome, rating):
    assert rating_of(outcome, None) == rating


def test_a_better_rating_comes_back_later():
    dues = [rated(None, "bptt", "gating", rating, "drill-heard", NOW, fuzz=False).due for rating in (1, 2, 3, 4)]
    assert dues == sorted(dues)
    assert dues[0] < dues[3]


def test_a_clock_that_went_backwards_does_not_break_the_schedule():
    first = rated(None, "bptt", "gating", 3, "drill-heard", NOW, fuzz=False)
    second = rated(first, "bptt", "gating", 3, "drill-heard", NOW - timedelta(days=400), fuzz=False)
    assert second.due >= NOW


def test_the_same_attempt_is_rated_once_and_again_when_a_probe_helped(store, question, verdict_of):
    attempt = store.add_attempt(Attempt(0, question.address, "a" * 16, "interview", NOW, 1.0, "the chain rule"))
    verdict = verdict_of(question, attempt.answer)
    record_evidence(store, attempt, verdict, frozenset())
    assert record_evidence(store, attempt, verdict, frozenset()) == ()
    (changed,) = record_evidence(store, attempt, verdict, frozenset({"lyapunov"}))
    assert (changed.point, changed.rating, changed.evidence) == ("lyapunov", 2, "after-probe")
    assert len(store.reviews()) == 3


def test_an_old_attempt_does_not_rate_what_was_practised_since(store, question, verdict_of):
    attempt = store.add_attempt(Attempt(0, question.address, "a" * 16, "interview", NOW, 1.0, "the chain rule"))
    verdict = verdict_of(question, attempt.answer)
    record_evidence(store, attempt, verdict, frozenset())
    card = next(c for c in store.cards() if c.point == "lyapunov")
    store.add_review(rated(card, question.address, "lyapunov", 3, "drill-heard", NOW))
    assert record_evidence(store, attempt, verdict, frozenset({"lyapunov"})) == ()


def test_an_answer_too_short_to_judge_rates_nothing(store, question, verdict_of):
    attempt = Attempt(1, question.address, "a" * 16, "interview", NOW, 1.0, "hm")
    assert record_evidence(store, attempt, replace(verdict_of(question, "hm"), too_little=True), frozenset()) == ()
