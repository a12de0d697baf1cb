from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App
from textual.widgets import OptionList

from grader.verdict import Evidence
from tui.records import Attempt, Contest
from tui.screens.models import ModelAnswers
from tui.screens.verdict import Judged, VerdictScreen
from tui.store import utc_now
from tui.widgets.answer_view import AnswerView

ANSWER = "First\nthe chain rule, and the learning rate.\nNothing more."


class Bench(App[None]):
    """One screen on its own."""

    CSS_PATH = None

    def __init__(self, screen):
        super().__init__()
        self.shown = screen
        self.result = None
        self.demos = []

    def on_mount(self):
        self.push_screen(self.shown, self._left)

    def _left(self, result):
        self.result = result

    def on_verdict_screen_demo_asked(self, event):
        self.demos.append((event.entry, event.point))


@pytest.fixture
def conf(request):
    """The module of fakes beside this one."""
    return request.getfixturevalue("verdict_of"), request.getfixturevalue("judge")


def as_contested(judge, question, verdict, contests):
    """What a contest does, without the grader: the point is heard or not."""
    by_point = {c.point: c for c in contests}

    def heard(h):
        c = by_point.get(h.id)
        if c is None:
            return h
        return replace(h, heard=c.heard, evidence=(Evidence(c.start, c.end, c.answer[c.start : c.end]),) if c.heard else ())

    return judge(question, tuple(map(heard, verdict.tells)), tuple(map(heard, verdict.misconceptions)))


@pytest.fixture
def make_screen(question, conf):
    verdict_of, judge = conf

    def make(answer=ANSWER, **options):
        kept = []

        async def keep(contest: Contest) -> Contest:
            kept.append(contest)
            return replace(contest, id=len(kept))

        attempt = Attempt(7, question.address, "0" * 16, "interview", utc_now(), 61.0, answer)
        screen = VerdictScreen(
            question, attempt, verdict_of(question, answer),
            reconsider=lambda q, v, c: as_contested(judge, q, v, c), keep=keep, **options,
        )  # fmt: skip
        screen.kept = kept
        return screen

    return make


async def move_to(pilot, screen, id):
    at = [item.point.id for item in screen.items].index(id)
    screen.query_one(OptionList).highlighted = at
    await pilot.pause()


async def test_the_words_heard_stand_out_and_follow_the_cursor(make_screen, shows):
    screen = make_screen()
    async with Bench(screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, VerdictScreen)
        view = screen.query_one(AnswerView)
        await move_to(pilot, screen, "chain-rule")
        (mark,) = view.current
        assert ANSWER[mark.start : mark.end] == "chain rule"
        await move_to(pilot, screen, "learning-rate")
        (mark,) = view.current
        assert (ANSWER[mark.start : mark.end], mark.kind) == ("learning rate", "wrong")
        assert len(view.marks) == 2


async def test_a_missed_tell_shows_what_was_hoped_for_and_what_came_nearest(make_screen, drawn, shows):
    screen = make_screen()
    app = Bench(screen)
    async with app.run_test(size=(100, 24)) as pilot:
        await shows(pilot, VerdictScreen)
        await move_to(pilot, screen, "lyapunov")
        hoped = "An interviewer hoped to hear: The exponent decides."
        await drawn(pilot, hoped, "Closest: “Firs”, but it was not clear enough to count.")


async def test_a_misconception_says_what_is_true_instead(make_screen, drawn, shows):
    app = Bench(make_screen())
    async with app.run_test(size=(100, 24)) as pilot:
        await shows(pilot, VerdictScreen)
        await drawn(pilot, "True instead: It is not.")


async def test_i_did_not_say_that_takes_the_point_away_and_undo_gives_it_back(make_screen, shows):
    levels = []
    screen = make_screen(levelled=levels.append)
    async with Bench(screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, VerdictScreen)
        assert screen.verdict.level == "below"
        await move_to(pilot, screen, "learning-rate")
        await pilot.press("c")
        await pilot.pause()
        assert screen.verdict.level == "L4"
        assert [(c.point, c.heard) for c in screen.kept] == [("learning-rate", False)]
        await pilot.press("u")
        await pilot.pause()
        assert screen.verdict.level == "below"
        assert levels == ["L4", "below"]


async def test_i_said_it_here_takes_the_words_that_were_selected(make_screen, shows):
    screen = make_screen()
    async with Bench(screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, VerdictScreen)
        await move_to(pilot, screen, "long-product")
        await pilot.press("c")
        await pilot.pause()
        assert screen.is_selecting
        view = screen.query_one(AnswerView)
        view.move_cursor((1, 0))
        await pilot.press(*["shift+right"] * 9)
        await pilot.press("enter")
        await pilot.pause()
        (contest,) = screen.kept
        assert contest.answer[contest.start : contest.end] == "the chain"
        assert (contest.point, contest.heard, contest.attempt) == ("long-product", True, 7)
        assert screen.verdict.heard("long-product")
        assert not screen.is_selecting


async def test_giving_up_a_selection_contests_nothing(make_screen, shows):
    screen = make_screen()
    async with Bench(screen).run_test(size=(80, 24)) as pilot:
        await shows(pilot, VerdictScreen)
        await move_to(pilot, screen, "long-product")
        await pilot.press("c", "enter", "escape")
        await pilot.pause()
        assert not screen.is_selecting
        assert screen.kept == []
        assert pilot.app.result is None


async def test_model_answers_are_shown_one_level_at_a_time_when_asked_for(make_screen, text_on, drawn, shows):
    app = Bench(make_screen("the chain rule"))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, VerdictScreen)
        assert "Model answer five" not in text_on(app)
        await pilot.press("m")
        await pilot.pause()
        assert isinstance(app.screen, ModelAnswers)
        await drawn(pilot, "Model answer five.")  # it starts one level above
        await pilot.press("right")
        await pilot.pause()
        await drawn(pilot, "Model answer six.")
        await pilot.press("escape")
        assert app.screen is app.shown


async def test_show_me_asks_for_the_demo_of_the_tell(make_screen, shows):
    screen = make_screen()
    app = Bench(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, VerdictScreen)
        await move_to(pilot, screen, "long-product")
        await pilot.press("d")
        await pilot.pause()
        assert app.demos == [("gradients", "long-product")]


async def test_leaving_returns_the_verdict_with_the_contests_counted(make_screen, shows):
    screen = make_screen()
    app = Bench(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, VerdictScreen)
        await move_to(pilot, screen, "learning-rate")
        await pilot.press("c", "p")
        await pilot.pause()
        assert isinstance(app.result, Judged)
        assert (app.result.choice, app.result.verdict.level) == ("probes", "L4")


async def test_markup_in_an_answer_is_shown_as_it_was_typed(make_screen, drawn, shows):
    hostile = "[red]x[/red] the chain rule \x1b[31mred\x07 [@click=app.quit]q[/]"
    screen = make_screen(hostile)
    app = Bench(screen)
    async with app.run_test(size=(120, 24)) as pilot:
        await shows(pilot, VerdictScreen)
        text = await drawn(pilot, "[red]x[/red] the chain rule ␛[31mred␇ [@click=app.quit]q[/]")
        assert "\x1b" not in text
        await move_to(pilot, screen, "chain-rule")
        (mark,) = screen.query_one(AnswerView).current
        assert hostile[mark.start : mark.end] == "chain rule"
