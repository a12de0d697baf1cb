from __future__ import annotations

import pytest

from tui.app import TellsApp
from tui.commands import practice


def test_without_a_terminal_one_line_says_so_and_a_sample_answer_is_graded(run, fake_grader):
    done = run("practice")
    assert done.exit_code == 0
    assert done.stdout.startswith(
        "The practice UI needs a terminal; here is what it says of a sample answer to 'bptt' instead.\n"
    )
    (answer,) = fake_grader.asked
    assert "activations" in answer


def test_the_sample_is_of_the_entry_that_was_named(run, fake_grader):
    assert "'dropout'" in run("practice", "dropout").stdout


def test_bare_tells_without_a_terminal_does_the_same(run):
    assert run().stdout.startswith("The practice UI needs a terminal;")


def test_an_unknown_entry_is_refused_before_anything_is_drawn(run, monkeypatch):
    monkeypatch.setattr(practice, "has_terminal", lambda: True)
    done = run("practice", "bptx")
    assert done.exit_code == 2
    assert "Did you mean 'bptt'?" in done.stderr


def test_the_drill_without_a_terminal_is_refused_in_one_sentence(run):
    done = run("drill")
    assert (done.exit_code, done.stderr) == (2, "Error: The drill needs a terminal. Run `tells drill` in one.\n")


@pytest.mark.parametrize(("words", "place"), [(("practice", "bptt"), "bptt"), (("practice",), ""), (("drill",), "#drill")])
def test_with_a_terminal_the_ui_opens_where_it_was_asked_to(run, monkeypatch, words, place):
    opened = []
    monkeypatch.setattr(practice, "has_terminal", lambda: True)
    monkeypatch.setattr(TellsApp, "run", lambda self: opened.append(self._start_at))
    assert run(*words).exit_code == 0
    assert opened == [place]


def test_a_browser_counts_as_a_terminal(monkeypatch):
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    assert practice.has_terminal()
