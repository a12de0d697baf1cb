from __future__ import annotations

import pytest
from textual.app import App

from tui.keys import bindings_of, known_bindings, places
from tui.screens.help import HelpScreen

PLACES = places()


@pytest.mark.parametrize("place", PLACES, ids=lambda p: p.__name__)
def test_every_binding_has_an_id_a_name_and_a_tooltip(place):
    for binding in bindings_of(place):
        assert binding.id, binding
        assert binding.description, binding
        assert binding.tooltip, binding


def test_no_two_bindings_share_an_id():
    ids = [b.id for place in PLACES for b in bindings_of(place)]
    assert len(ids) == len(set(ids))


def test_the_keymap_knows_every_binding():
    assert {b.id for place in PLACES for b in bindings_of(place)} <= set(known_bindings())


async def test_help_lists_the_keys_of_the_screen_beneath(make_app, until, drawn):
    app: App = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.home.rows)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        ids = {row[0] for row in app.screen.rows}
        assert {"home.start", "home.search", "home.drill", "app.quit"} <= ids
        await pilot.pause()
        await drawn(pilot, "Narrow the list to some words")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.home)


async def test_the_palette_offers_the_questions_and_the_places(make_app, until):
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.home.rows)
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert {"Answer: Gradients", "Drill", "History", "Theme", "Quit"} <= set(titles)
