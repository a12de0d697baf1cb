from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from textual.widgets import Input

from bank import Bank
from tui.records import Attempt, Contest, Predicted, SelfGrade
from tui.screens.answer import AnswerScreen
from tui.screens.author import AuthorScreen
from tui.screens.compare import CompareScreen
from tui.screens.demo import DemoScreen
from tui.screens.history import HistoryScreen
from tui.screens.home import HomeScreen
from tui.screens.name import NameScreen
from tui.screens.options import KeysScreen, SettingsScreen
from tui.screens.pick import PickScreen
from tui.screens.stats import StatsScreen
from tui.screens.verdict import VerdictScreen
from tui.settings import Settings, read_settings
from tui.statistics import statistics
from tui.store import utc_now
from tui.widgets.answer_view import AnswerView
from tui.widgets.bars import TitleBar
from tui.widgets.editor import Editor

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def answered(kept, question, verdict_of):
    """Three attempts in the history: L4, L5, and one that was never graded."""
    store = kept()
    hash_ = question.entry.content_hash
    for answer in ("the chain rule", "the chain rule is a long product"):
        verdict = verdict_of(question, answer)
        store.add_attempt(Attempt(0, question.address, hash_, "interview", NOW, 60.0, answer, verdict, verdict.level))
    store.add_attempt(Attempt(0, question.address, "0" * 16, "interview", NOW, 5.0, "the lyapunov exponent"))
    store.close()


async def open_place(pilot, until, key):
    await until(pilot, lambda: pilot.app.home.rows and pilot.app.focused)
    await pilot.press(key)


async def test_history_lists_every_answer_newest_first(make_app, answered, until, shows, drawn):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_place(pilot, until, "h")
        screen = await shows(pilot, HistoryScreen)
        assert [row.attempt.level for row in screen.rows] == [None, "L5", "L4"]
        await drawn(pilot, "The entry has changed since this answer was graded. Not graded yet")
        await pilot.press("escape")
        await shows(pilot, HomeScreen)


async def test_an_ungraded_answer_is_graded_from_the_history(make_app, answered, until, shows, kept):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_place(pilot, until, "h")
        await shows(pilot, HistoryScreen)
        await pilot.press("enter")
        screen = await shows(pilot, VerdictScreen)
        assert screen.verdict.heard("lyapunov")
        await pilot.press("escape")
        await shows(pilot, HistoryScreen)
    assert kept().attempts()[2].verdict is not None


async def test_two_answers_are_compared_side_by_side(make_app, answered, until, shows, drawn):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_place(pilot, until, "h")
        await shows(pilot, HistoryScreen)
        await pilot.press("down", "space", "down", "c")
        screen = await shows(pilot, CompareScreen)
        assert [a.level for a in screen.attempts] == ["L4", "L5"]
        await drawn(pilot, "Gained: long-product", "Lost: nothing")
        await pilot.press("down")
        await pilot.pause()
        views = list(screen.query(AnswerView))
        assert views[0].current == ()
        assert len(views[1].current) == 1


async def test_the_history_outlives_its_entry(make_app, answered, until, shows, drawn):
    app = make_app(bank=Bank({}))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.bank is not None)
        await pilot.press("h")
        await shows(pilot, HistoryScreen)
        await drawn(pilot, "The bank has no such entry any more; the answer is kept.")
        await pilot.press("enter")
        await pilot.pause()
        assert app.is_running


async def test_stats_show_levels_tells_and_calibration(make_app, answered, until, shows, text_on, kept, drawn):
    store = kept()
    store.add_self_grades((SelfGrade(1, "chain-rule", True, 90, True), SelfGrade(1, "lyapunov", True, 60, False)))
    store.add_predicted(Predicted("decay", {}, "?", "", 1.0, 1.0, True, NOW))
    store.close()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_place(pilot, until, "s")
        await shows(pilot, StatsScreen)
        await drawn(pilot, "unprompted")
        await drawn(pilot, "3 answers, 2 graded")
        assert re.search(r"L5 │     ●.*\n.*L4 │  ● ", text_on(app)), "the second answer stands one rung higher"
        await pilot.press("right")
        await pilot.pause()
        chosen = app.screen.query_one(TitleBar).right.spans[1]
        assert "$primary" in str(chosen.style), "the page that is shown is the one that stands out"
        await drawn(pilot, "2/2 gradients/chain-rule")
        await pilot.press("right")
        await pilot.pause()
        await drawn(pilot, "you and the grader agree on 50%")
        await drawn(pilot, "1 of 1 demos predicted right")


def test_statistics_of_nothing_are_zero_and_not_a_crash():
    told = statistics((), (), (), (), (), utc_now())
    assert (told.answers, told.agreement, told.tells) == (0, None, ())


def test_a_tell_is_counted_as_the_last_contest_of_its_answer_left_it(question, verdict_of):
    answer = "the chain rule"
    verdict = verdict_of(question, answer)
    attempts = [Attempt(id, question.address, "0" * 16, "interview", NOW, 1.0, answer, verdict, "L4") for id in (1, 2)]
    said = [(1, "chain-rule", False), (1, "lyapunov", False), (1, "lyapunov", True)]
    contests = [Contest(0, attempt, question.address, point, heard, answer, 0, 0, NOW) for attempt, point, heard in said]
    told = statistics(attempts, (), (), (), (), NOW, contests)
    counts = {tell.point: (tell.said, tell.asked) for tell in told.tells}
    assert counts == {"chain-rule": (1, 2), "long-product": (0, 2), "lyapunov": (1, 2)}


async def test_the_demo_of_a_missed_tell_is_one_key_away_and_so_is_the_way_back(make_app, until, shows, kept):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_place(pilot, until, "enter")
        await shows(pilot, AnswerScreen)
        await pilot.press(*"the chain rule", "ctrl+s")
        screen = await shows(pilot, VerdictScreen)
        await pilot.press("down", "d")
        demo = await shows(pilot, DemoScreen)
        await until(pilot, lambda: demo.state == "predicting")
        await pilot.press(*"0.12", "enter")
        await until(pilot, lambda: demo.state == "shown")
        await pilot.press("escape")
        assert await shows(pilot, VerdictScreen) is screen
    (made,) = kept().predictions()
    assert (made.demo, made.settings["T"], made.right) == ("decay", 20, True)


async def test_demos_are_listed_and_opened(make_app, until, shows):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_place(pilot, until, "x")
        await shows(pilot, PickScreen)
        await pilot.press("enter")
        await shows(pilot, DemoScreen)
        await pilot.press("escape")
        await shows(pilot, PickScreen)
        await pilot.press("escape")
        await shows(pilot, HomeScreen)


async def test_a_new_entry_is_checked_while_it_is_written_and_saved(make_app, until, shows, tmp_path, drawn):
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await open_place(pilot, until, "n")
        name = await shows(pilot, NameScreen)
        name.query_one(Input).value = "Not An Id"
        await pilot.press("enter")
        await pilot.pause()
        await drawn(pilot, "Use small letters")
        name.query_one(Input).value = "my-own"
        await pilot.press("enter")
        screen = await shows(pilot, AuthorScreen)
        await until(pilot, lambda: screen.problems and all(p.warning for p in screen.problems))
        editor = screen.query_one(Editor)
        editor.move_cursor(editor.document.end)
        editor.insert("\nnonsense: 1\n")
        await until(pilot, lambda: any("nonsense" in p.what or "nonsense" in p.where for p in screen.problems))
        line = next(p.line for p in screen.problems if not p.warning)
        editor.move_cursor((line - 2, 0))
        await pilot.press("f8")
        assert editor.cursor_location[0] == line - 1
        await pilot.press("ctrl+s")
        path = tmp_path / "home" / "entries" / "my-own.yaml"
        await until(pilot, path.exists)
        assert "nonsense: 1" in path.read_text()
        await pilot.press("escape")
        await shows(pilot, HomeScreen)


async def test_what_was_written_and_not_saved_is_a_draft_next_time(make_app, until, shows):
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await open_place(pilot, until, "n")
        (await shows(pilot, NameScreen)).query_one(Input).value = "my-own"
        await pilot.press("enter")
        screen = await shows(pilot, AuthorScreen)
        screen.query_one(Editor).insert("# mine\n")
        await pilot.press("escape")
        await shows(pilot, PickScreen)
        await pilot.press("down", "down", "enter")
        await shows(pilot, HomeScreen)
        await pilot.press("n")
        (await shows(pilot, NameScreen)).query_one(Input).value = "my-own"
        await pilot.press("enter")
        again = await shows(pilot, AuthorScreen)
        assert "# mine\n" in again.text


async def test_a_setting_is_felt_and_kept_at_once(make_app, until, shows, tmp_path):
    path = tmp_path / "home" / "settings.toml"
    app = make_app(settings_path=path)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_place(pilot, until, "comma")
        await shows(pilot, SettingsScreen)
        await pilot.press("right")
        await until(pilot, lambda: app.theme == "tells-light")
        await pilot.press("down", "right", "down", "enter", "down", "left", "left")
        await pilot.press("escape")
        await shows(pilot, HomeScreen)
    assert read_settings(path)[0] == Settings(theme="tells-light", mode="coach", self_grade=True, probes=1)


async def test_a_command_gets_another_key(make_app, until, shows, tmp_path):
    path = tmp_path / "home" / "settings.toml"
    app = make_app(settings_path=path)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_place(pilot, until, "comma")
        await shows(pilot, SettingsScreen)
        await pilot.press("k")
        keys = await shows(pilot, KeysScreen)
        at = list(keys.bindings).index("home.stats")
        keys.query_one("#settings").highlighted = at
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("z")
        await pilot.pause()
        await pilot.press("escape")
        await shows(pilot, SettingsScreen)
        await pilot.press("escape")
        await shows(pilot, HomeScreen)
        await pilot.press("z")
        await shows(pilot, StatsScreen)
    assert read_settings(path)[0].keymap == {"home.stats": "z"}


async def test_a_settings_file_with_problems_is_never_written_over(make_app, until, shows, tmp_path):
    path = tmp_path / "home" / "settings.toml"
    path.parent.mkdir()
    path.write_text("thme = 'x'\n")
    settings, problems = read_settings(path)
    app = make_app(settings_path=path, settings=settings, problems=problems)
    async with app.run_test(size=(80, 24)) as pilot:
        await open_place(pilot, until, "comma")
        await shows(pilot, SettingsScreen)
        await pilot.press("right")
        await until(pilot, lambda: app.theme == "tells-light")
    assert path.read_text() == "thme = 'x'\n"


async def test_an_unwritable_home_says_once_that_nothing_is_saved_and_practice_goes_on(make_app, until, shows, tmp_path, drawn):
    from tui.store import Store

    (tmp_path / "file").write_text("")
    app = make_app(open_store=lambda: Store(tmp_path / "file" / "history.sqlite"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.home.rows)
        await drawn(pilot, "Nothing is saved in this session")
        await pilot.press("enter")
        await shows(pilot, AnswerScreen)
        await pilot.press(*"the chain rule", "ctrl+s")
        await shows(pilot, VerdictScreen)
        await drawn(pilot, "Nothing is saved in this session")


async def test_the_grader_learns_of_a_contest_when_the_verdict_is_left(make_app, until, shows, worker, kept):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_place(pilot, until, "enter")
        await shows(pilot, AnswerScreen)
        await pilot.press(*"the chain rule", "ctrl+s")
        screen = await shows(pilot, VerdictScreen)
        await pilot.press("c")
        await until(pilot, lambda: screen.contests)
        assert screen.verdict.level == "below"
        await pilot.press("escape")
        await shows(pilot, HomeScreen)
        await until(pilot, lambda: worker.learned is not None)
    ((attempt,), (contest,)) = kept().attempts(), kept().contests()
    assert attempt.level == "below"
    assert (contest.point, contest.heard) == ("chain-rule", False)
    assert worker.learned == kept().corrections()
