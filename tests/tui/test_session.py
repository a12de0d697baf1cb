from __future__ import annotations

import asyncio

from textual import events
from textual.widgets import Input, OptionList

from bank import Bank
from bank.errors import Problem
from tui.screens.answer import AnswerScreen
from tui.screens.final import FinalScreen
from tui.screens.home import HomeScreen
from tui.screens.probe import ProbeScreen
from tui.screens.selfgrade import SelfGradeScreen
from tui.screens.verdict import VerdictScreen
from tui.screens.wait import WaitScreen
from tui.settings import Settings
from tui.widgets.editor import Editor


async def ready(pilot, until):
    await until(pilot, lambda: pilot.app.home.rows and pilot.app.focused)


async def answer(pilot, shows, words, entry="gradients"):
    pilot.app.go_to(entry)
    await shows(pilot, AnswerScreen)
    pilot.app.screen.query_one(Editor).insert(words)
    await pilot.press("ctrl+s")


async def test_home_lists_the_questions_and_search_narrows_them(make_app, until):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        assert [row.id for row in app.home.shown] == ["gradients", "attention"]
        await pilot.press("slash", *"attent")
        await until(pilot, lambda: [row.id for row in app.home.shown] == ["attention"])
        await pilot.press("enter", "escape")
        assert len(app.home.shown) == 2
        assert not app.home.query_one("#search", Input).display


async def test_a_topic_filters_the_questions(make_app, until):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await pilot.press("t", "down", "enter")
        await until(pilot, lambda: app.home.topic == "attention")
        assert [row.id for row in app.home.shown] == ["attention"]


async def test_a_whole_interview_is_played_by_keyboard_alone(make_app, until, shows, kept, drawn):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await pilot.press("enter")
        await shows(pilot, AnswerScreen)
        await pilot.press(*"it is the chain rule")
        await pilot.press("ctrl+s")
        screen = await shows(pilot, VerdictScreen)
        assert screen.verdict.level == "L4"
        await drawn(pilot, "One tell from L5: long-product")
        await pilot.press("p")
        probe = await shows(pilot, ProbeScreen)
        assert probe.point == "long-product"
        await pilot.press(*"a long product of factors")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: probe.state == "graded")
        await pilot.press("enter")
        await until(pilot, lambda: getattr(app.screen, "point", "") == "lyapunov")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: getattr(app.screen, "point", None) == "")
        await pilot.press(*"the gate near one")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen.state == "graded")
        await pilot.press("enter")
        final = await shows(pilot, FinalScreen)
        assert final.drawn_out == ("long-product",)
        assert (final.attempt.level, final.attempt.final) == ("L4", "L5")
        await pilot.press("enter")
        await shows(pilot, HomeScreen)
        await until(pilot, lambda: app.home.rows[0].progress.best == "L4")
    store = kept()
    (attempt,) = store.attempts()
    assert (attempt.answer, attempt.level, attempt.final) == ("it is the chain rule", "L4", "L5")
    assert [(p.point, p.heard) for p in store.probes()] == [("long-product", ("long-product",)), ("", ("gate-near-one",))]
    ratings = {r.point: (r.evidence, r.rating) for r in store.cards()}
    assert ratings == {"chain-rule": ("unprompted", 3), "long-product": ("after-probe", 2), "lyapunov": ("missed", 1)}


async def test_an_answer_is_saved_before_it_is_graded(make_app, until, shows, kept, worker):
    release = asyncio.Event()
    worker.gate = release.wait
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await answer(pilot, shows, "the chain rule")
        await shows(pilot, WaitScreen)
        (attempt,) = kept().attempts()
        assert (attempt.answer, attempt.verdict) == ("the chain rule", None)
        release.set()
        await shows(pilot, VerdictScreen)


async def test_leaving_while_the_grader_reads_keeps_the_answer_ungraded(make_app, until, shows, kept, worker):
    worker.gate = asyncio.Event().wait
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await answer(pilot, shows, "the chain rule")
        await shows(pilot, WaitScreen)
        await pilot.press("escape")
        await shows(pilot, HomeScreen)
    (attempt,) = kept().attempts()
    assert (attempt.answer, attempt.verdict) == ("the chain rule", None)
    assert worker.is_closed


async def test_quitting_while_the_grader_reads_loses_nothing(make_app, until, shows, kept, worker):
    worker.gate = asyncio.Event().wait
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await answer(pilot, shows, "the chain rule")
        await shows(pilot, WaitScreen)
        await pilot.press("ctrl+q")
    assert [a.answer for a in kept().attempts()] == ["the chain rule"]
    assert worker.is_closed


async def test_a_grader_that_fails_says_so_and_is_asked_again(make_app, until, shows, worker, drawn):
    worker.trouble = "The grader stopped unexpectedly."
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await answer(pilot, shows, "the chain rule")
        waiting = await shows(pilot, WaitScreen)
        await until(pilot, lambda: waiting.trouble)
        await drawn(pilot, "The grader stopped unexpectedly.")
        worker.trouble = ""
        await pilot.press("r")
        await shows(pilot, VerdictScreen)


async def test_a_draft_goes_on_where_it_was_left(make_app, until, shows, kept):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await pilot.press("enter")
        await shows(pilot, AnswerScreen)
        await pilot.press(*"half an ans")
        await pilot.press("escape")
        await until(pilot, lambda: app.home.rows[0].progress.has_draft)
        await pilot.press("enter")
        screen = await shows(pilot, AnswerScreen)
        assert screen.answer == "half an ans"
        await pilot.press("ctrl+s")
        await shows(pilot, VerdictScreen)
    assert kept().draft("gradients") is None


async def test_quitting_in_the_middle_of_a_word_keeps_the_draft(make_app, until, shows, kept):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await pilot.press("enter")
        await shows(pilot, AnswerScreen)
        await pilot.press(*"half a wo")
        await pilot.press("ctrl+q")
    assert kept().draft("gradients").answer == "half a wo"


async def test_the_question_is_studied_while_the_answer_is_being_written(make_app, until, shows, worker):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        worker.trouble = "It was said where the answer is graded."
        app.go_to("gradients")
        await until(pilot, lambda: worker.studied == ["gradients"])
        await shows(pilot, AnswerScreen)
        assert worker.asked == []


async def test_an_empty_answer_is_not_handed_in(make_app, until, shows, worker):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await answer(pilot, shows, "   ")
        await pilot.pause()
        assert isinstance(app.screen, AnswerScreen)
        assert worker.asked == []


async def test_self_grades_are_kept_beside_the_graders(make_app, until, shows, kept, drawn):
    app = make_app(settings=Settings(self_grade=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await answer(pilot, shows, "the chain rule")
        await shows(pilot, SelfGradeScreen)
        await pilot.press("space", "right", "right", "down", "space", "ctrl+s")
        await shows(pilot, VerdictScreen)
        await drawn(pilot, "agree on 2 of 3")
    grades = {g.point: (g.said, g.sure, g.heard) for g in kept().self_grades()}
    assert grades == {"chain-rule": (True, 90, True), "long-product": (True, 70, False), "lyapunov": (False, 70, False)}


async def test_coach_mode_lights_up_what_was_said(make_app, until, shows, text_on, drawn):
    app = make_app(settings=Settings(mode="coach"))
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot, until)
        await pilot.press("enter")
        screen = await shows(pilot, AnswerScreen)
        await pilot.press(*"the chain rule")
        await until(pilot, lambda: "chain-rule" in screen.heard)
        await pilot.pause()
        await drawn(pilot, "● chain-rule")
        assert "lyapunov" not in text_on(app), "a tell that was not said yet is not given away"


async def test_interview_mode_asks_the_grader_nothing_before_submitting(make_app, until, shows, worker):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await pilot.press("enter")
        await shows(pilot, AnswerScreen)
        await pilot.press(*"the chain rule")
        await pilot.pause(0.5)
        assert worker.asked == []


async def test_answering_again_starts_on_an_empty_sheet(make_app, until, shows):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await answer(pilot, shows, "the chain rule")
        await shows(pilot, VerdictScreen)
        await pilot.press("a")
        screen = await shows(pilot, AnswerScreen)
        assert screen.answer == ""


async def test_an_empty_bank_opens_and_says_so(make_app, until, drawn):
    app = make_app(bank=Bank({}))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "There are no questions" in app.home.notice)
        await pilot.pause()
        await drawn(pilot, "There are no questions")
        await pilot.press("enter", "e", "t", "d")
        assert app.is_running


async def test_a_broken_bank_opens_and_names_the_problem(make_app, until, tmp_path, drawn):
    problem = Problem(tmp_path / "x.yaml", 3, "tells[0]", "[red]'saiys' is not a key.")
    app = make_app(bank=Bank({}, (problem,)))
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: "is not a key" in app.home.notice)
        await pilot.press("p")
        await until(pilot, lambda: app.screen.query(OptionList))
        await drawn(pilot, "[red]'saiys' is not a key.")


async def test_resizing_to_60x20_and_back_keeps_the_verdict_usable(make_app, until, shows, drawn):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        await answer(pilot, shows, "the chain rule")
        await shows(pilot, VerdictScreen)
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        await drawn(pilot, "chain-rule")
        await drawn(pilot, "One tell from L5")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        await drawn(pilot, "chain-rule")


async def test_practice_starts_straight_in_the_question_that_was_named(make_app, shows):
    app = make_app(start_at="attention")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await shows(pilot, AnswerScreen)
        assert screen.question.address == "attention"


async def test_a_key_pressed_too_often_begins_nothing_else(make_app, until, shows, kept):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        app.go_to("gradients")
        app.open_place("history")
        app.go_to("attention")
        screen = await shows(pilot, AnswerScreen)
        assert screen.question.address == "gradients"
        await pilot.press(*"the chain rule", "ctrl+s")
        await shows(pilot, VerdictScreen)
    assert [a.answer for a in kept().attempts()] == ["the chain rule"]


async def test_what_is_typed_before_the_named_question_is_there_goes_into_its_answer(make_app, until, shows, text_on, drawn):
    app = make_app(start_at="attention")
    async with app.run_test(size=(80, 24)) as pilot:
        assert "questions" not in text_on(app), "the list is not drawn first"
        for key in "shared keys":
            app.post_message(events.Key("space" if key == " " else key, key))
        screen = await shows(pilot, AnswerScreen)
        assert screen.question.address == "attention"
        await until(pilot, lambda: screen.answer == "shared keys")
        await pilot.press("!", "escape")
        await shows(pilot, HomeScreen)
        await drawn(pilot, "2 questions")


async def test_the_question_is_shown_below_the_list_or_beside_it_as_the_width_allows(make_app, until):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, until)
        questions, preview = app.home.query_one("#questions"), app.home.query_one("#preview")
        assert questions.region.width == preview.region.width == 80
        assert questions.region.bottom == preview.region.y
        await pilot.resize_terminal(160, 50)
        await until(pilot, lambda: preview.region.x == questions.region.right)
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: preview.region.x == 0)
