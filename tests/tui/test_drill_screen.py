from __future__ import annotations

from datetime import timedelta

import pytest

from tui.drill import due_items, new_items
from tui.schedule import rated
from tui.screens.drill import DrillScreen
from tui.screens.home import HomeScreen
from tui.screens.pick import PickScreen
from tui.store import utc_now
from tui.times import when


@pytest.fixture
def due_tells(kept):
    """Two tells of one entry and one of another, due since yesterday."""
    store = kept()
    then = utc_now() - timedelta(days=9)
    for address, point in (("gradients", "chain-rule"), ("gradients", "lyapunov"), ("attention", "long-product")):
        store.add_review(rated(None, address, point, 1, "missed", then, fuzz=False))
    store.close()


async def open_drill(pilot, until, shows):
    await until(pilot, lambda: pilot.app.home.rows and pilot.app.focused)
    await pilot.press("d")
    return await shows(pilot, DrillScreen)


async def test_due_tells_are_asked_with_their_probes_and_rated_by_the_answer(make_app, due_tells, until, shows, kept, drawn):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_drill(pilot, until, shows)
        assert [(i.question.address, i.point) for i in screen.items] == [
            ("gradients", "chain-rule"), ("attention", "long-product"), ("gradients", "lyapunov"),
        ]  # fmt: skip
        await drawn(pilot, "Which rule?")
        await pilot.press(*"the chain rule")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.state == "rated")
        assert (screen.done[0].heard, screen.done[0].review.rating) == (True, 3)
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "answering" and screen.at == 1)
        await pilot.press(*"no idea")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.state == "rated")
        assert screen.done[1].review.rating == 1
        await pilot.press("enter")
        await until(pilot, lambda: screen.at == 2 and screen.state == "answering")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: screen.state == "rated")
        await pilot.pause()
        await drawn(pilot, "The exponent decides.")
        await pilot.press("enter")
        await until(pilot, lambda: screen.state == "over")
        await pilot.pause()
        await drawn(pilot, "1 of 3 said")
        await pilot.press("escape")
        await shows(pilot, HomeScreen)
    store = kept()
    assert [(r.point, r.rating, r.evidence) for r in store.reviews()[3:]] == [
        ("chain-rule", 3, "drill-heard"), ("long-product", 1, "drill-missed"), ("lyapunov", 1, "drill-missed"),
    ]  # fmt: skip
    assert [(p.answer, p.heard, p.attempt) for p in store.probes()] == [
        ("the chain rule", ("chain-rule",), 0),
        ("no idea", (), 0),
    ]


async def test_the_learner_can_rate_it_otherwise_and_take_it_back(make_app, due_tells, until, shows, kept):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_drill(pilot, until, shows)
        await pilot.press(*"the chain rule", "ctrl+s")
        await until(pilot, lambda: screen.state == "rated")
        await pilot.press("2")
        await until(pilot, lambda: screen.done[0].review.rating == 2)
        assert [r.evidence for r in kept().reviews()[3:]] == ["override"]
        await pilot.press("u")
        await until(pilot, lambda: screen.state == "answering" and not screen.done)
    assert len(kept().reviews()) == 3


async def test_without_anything_due_new_tells_are_offered(make_app, until, shows):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.home.rows)
        await pilot.press("d")
        pick = await shows(pilot, PickScreen)
        assert pick.choices == ("Ask 6 new ones",)
        await pilot.press("enter")
        screen = await shows(pilot, DrillScreen)
        assert {i.point for i in screen.items[:2]} == {"chain-rule"}, "the lower levels come first"


async def test_a_half_written_drill_answer_is_kept(make_app, due_tells, until, shows):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_drill(pilot, until, shows)
        await pilot.press(*"half a")
        await pilot.press("escape")
        await shows(pilot, HomeScreen)
        screen = await open_drill(pilot, until, shows)
        assert screen.query_one("#answer").text == "half a"


def test_cards_of_tells_that_the_bank_no_longer_has_are_left_out(entry):
    from bank import Bank

    card = rated(None, "gone", "x", 3, "missed", utc_now())
    other = rated(None, entry.id, "gone", 3, "missed", utc_now())
    assert due_items(Bank({entry.id: entry}), [card, other], 10) == ()


def test_new_items_leave_out_what_was_met(entry):
    from bank import Bank

    card = rated(None, entry.id, "chain-rule", 3, "missed", utc_now())
    assert [i.point for i in new_items(Bank({entry.id: entry}), [card], 1)] == ["long-product"]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=-1), "now"), (timedelta(minutes=1), "in 1 minute"), (timedelta(minutes=10), "in 10 minutes"),
        (timedelta(hours=5), "in 5 hours"), (timedelta(days=3), "in 3 days"),
    ],
)  # fmt: skip
def test_the_time_until_a_tell_is_asked_again_is_told_in_words(left, words):
    now = utc_now()
    assert when(now + left, now) == words
