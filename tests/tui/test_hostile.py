from __future__ import annotations

import pytest
from textual.events import Paste

from bank import Bank, Question
from bank.entry import Entry
from tui.screens.answer import AnswerScreen
from tui.screens.probe import ProbeScreen
from tui.screens.verdict import VerdictScreen
from tui.widgets.answer_view import AnswerView
from tui.widgets.editor import MOST_CHARACTERS

NASTY = "[red]x[/] [@click=app.quit]y[/] $primary \x1b]0;owned\x07 \u202e"


@pytest.fixture
def nasty_bank(entry: Entry) -> Bank:
    """An entry with something nasty wherever text may stand."""
    value = entry.model_dump(mode="json", by_alias=True)
    value |= {"title": f"Title {NASTY}", "prompt": f"Prompt {NASTY}", "topics": [f"Topic {NASTY}"]}
    for tell in value["tells"]:
        tell |= {"says": f"Says {NASTY}", "probe": f"Probe {NASTY}"}
    value["misconceptions"][0] |= {"says": f"Says {NASTY}", "contrasts": [f"Contrast {NASTY}"]}
    for level in value["levels"].values():
        level |= {"answer": f"Model {NASTY}", "summary": f"Summary {NASTY}"}
    return Bank({entry.id: Entry.model_validate(value)})


def assert_harmless(text: str) -> None:
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text


async def test_nothing_that_stands_in_an_entry_is_markup_or_steers_the_terminal(
    make_app, nasty_bank, until, shows, text_on, drawn
):
    app = make_app(bank=nasty_bank)
    async with app.run_test(size=(160, 50)) as pilot:
        await until(pilot, lambda: app.home.rows and app.focused)
        await pilot.pause()
        await drawn(pilot, "Prompt [red]x[/]")
        await drawn(pilot, "␛]0;owned␇")
        assert_harmless(text_on(app))
        await pilot.press("enter")
        await shows(pilot, AnswerScreen)
        await drawn(pilot, "Prompt [red]x[/]")
        assert_harmless(text_on(app))
        await pilot.press(*"the learning rate", "ctrl+s")
        await shows(pilot, VerdictScreen)
        await drawn(pilot, "Says [red]x[/]")
        await drawn(pilot, "Contrast [red]x[/]")
        await pilot.press("m")
        await pilot.pause()
        await drawn(pilot, "Model [red]x[/]")
        assert_harmless(text_on(app))
        await pilot.press("escape", "p")
        await shows(pilot, ProbeScreen)
        await drawn(pilot, "Probe [red]x[/]")
        assert_harmless(text_on(app))


async def test_what_is_pasted_is_text_and_nothing_else(make_app, until, shows, drawn):
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.home.rows and app.focused)
        await pilot.press("enter")
        screen = await shows(pilot, AnswerScreen)
        app.post_message(Paste("one\r\ntwo\rthree\x1b[31m\x00 [b]four[/b]\ttab 🙂 \u202e"))
        await until(pilot, lambda: "three" in screen.answer)
        assert screen.answer == "one\ntwo\nthree[31m [b]four[/b]    tab 🙂 "
        await pilot.press("ctrl+s")
        verdict = await shows(pilot, VerdictScreen)
        await drawn(pilot, "[b]four[/b]    tab 🙂")
        assert verdict.query_one(AnswerView).text == verdict.attempt.answer


async def test_a_huge_paste_is_cut_with_a_word_about_it(make_app, until, shows):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.home.rows and app.focused)
        await pilot.press("enter")
        screen = await shows(pilot, AnswerScreen)
        app.post_message(Paste("word " * 200_000))
        await until(pilot, lambda: screen.answer)
        assert len(screen.answer) == MOST_CHARACTERS


async def test_an_old_answer_full_of_control_characters_is_shown_with_its_offsets_true(
    make_app, question: Question, verdict_of, kept, until, shows, text_on
):
    from tui.records import Attempt
    from tui.store import utc_now

    answer = "a\x1b[2J\r\n\u2028é the chain rule 👩‍💻 \x9b done"
    verdict = verdict_of(question, answer)
    store = kept()
    hash_ = question.entry.content_hash
    store.add_attempt(Attempt(0, question.address, hash_, "interview", utc_now(), 1.0, answer, verdict, "L4"))
    store.close()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.home.rows and app.focused)
        await pilot.press("h")
        await until(pilot, lambda: app.screen is not app.home)
        await pilot.press("enter")
        screen = await shows(pilot, VerdictScreen)
        assert_harmless(text_on(app))
        (mark,) = screen.query_one(AnswerView).current
        assert answer[mark.start : mark.end] == "chain rule"
        view = screen.query_one(AnswerView)
        row, column = view.location_of(mark.start)
        assert view.document.get_line(row)[column:].startswith("chain rule")
