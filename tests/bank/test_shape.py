"""What can be wrong with the keys and types of an entry."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def test_a_misspelt_key_is_one_problem(changed: Callable[..., list[str]]) -> None:
    assert changed("prompt: What is", "promt: What is") == ["4: 'promt' is not a key of an entry. Did you mean 'prompt'?"]
    assert changed("    contrasts: [another miss]", "    contrast: [another miss]") == [
        "20: tells[1] \"second\": 'contrast' is not a key of a tell. Did you mean 'contrasts'?"
    ]
    assert changed("follow_ups:", "followUps:") == ["38: 'followUps' is not a key of an entry. Did you mean 'follow_ups'?"]


def test_a_key_under_another_name_is_one_problem_too(changed: Callable[..., list[str]]) -> None:
    assert changed("prompt: What is", "question: What is") == ["4: 'question' is not a key of an entry. Did you mean 'prompt'?"]


def test_what_a_misspelt_key_holds_is_checked_too(changed: Callable[..., list[str]]) -> None:
    told = changed("tells:\n", "tels:\n", "level: L5", "level: L7")
    assert told == [
        "9: 'tels' is not a key of an entry. Did you mean 'tells'?",
        "17: tells[1] \"second\": 'level' must be L4, L5 or L6, not 'L7'. Choose one of them.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: A sample\n", "", "1: 'title' is missing. Add it."),
        ("schema: 1", "schema: 2", "1: 'schema' must be 1, not the number 2. Write `schema: 1`."),
        ("schema: 1", "schema: true", "1: 'schema' must be 1, not 'True'. Write `schema: 1`."),
        ("title: A sample", "title:", "3: 'title' is empty. Give it a value, or leave the key out if it is not needed."),
        ("title: A sample", "title: ' '", "3: 'title' must be text that is not blank, not blank. Write it, or take it out."),
        ("title: A sample", "title: 42", "3: 'title' must be text, not the number 42. Put it in quotes."),
        ("title: A sample", "title: [a]", "3: 'title' must be text, not a list. Write one text."),
        (
            "examples: [another way]",
            "examples: another way",
            "19: tells[1] \"second\": 'examples' must be a list, not 'another way'. Put '- ' before each of its items.",
        ),
        (
            "examples: [another way]",
            "examples: [note: it is]",
            "19: tells[1] \"second\": 'examples[0]' must be text, not a mapping. "
            "If a colon makes a key of it, put the whole text in quotes.",
        ),
        (
            "says: The second point.",
            "says: The second point.\n    strong_hire: 'true'",
            "19: tells[1] \"second\": 'strong_hire' must be true or false, not 'true'. Write true or false, without quotes.",
        ),
        (
            "lowers: 1}\nmissing",
            "lowers: 9}\nmissing",
            "35: misconceptions[0] \"wrong\": 'lowers' must be 3 or less, not the number 9. Change it.",
        ),
        (
            "lowers: 1}\nmissing",
            "lowers: one}\nmissing",
            "35: misconceptions[0] \"wrong\": 'lowers' must be a whole number, not 'one'. Write it in digits, without quotes.",
        ),
        (
            "tells:\n      - {id: then",
            "tells: []\n    misconceptions:\n      - {id: then",
            "41: follow_ups[0] \"more\": 'tells' must be a list of one or more, not an empty list. Add one.",
        ),
        (
            "  - id: second",
            "  - id: Second_One",
            "16: tells[1] \"Second_One\": 'id' must be kebab-case, not 'Second_One'. "
            "Use small letters, digits and single hyphens, such as `vanishing-gradient`.",
        ),
        (
            "L4: {requires: {all: [first]}}",
            "L4: [first]",
            "6: levels: 'L4' must be a mapping, not a list. Write its keys, each on a line of its own.",
        ),
    ],
)
def test_a_wrong_value_is_told_in_plain_words(old: str, new: str, told: str, changed: Callable[..., list[str]]) -> None:
    assert told in changed(old, new)


def test_an_unknown_key_that_is_like_none_lists_the_keys(changed: Callable[..., list[str]]) -> None:
    (told,) = changed("title: A sample", "title: A sample\nxyzzy: 1")
    assert told.startswith("4: 'xyzzy' is not a key of an entry. It has schema, id, title, prompt")


def test_args_take_plain_values_only(changed: Callable[..., list[str]]) -> None:
    claim = "claims:\n  - {id: c, says: It holds., tells: [first], demo: spectral-radius, args: {rho: [1]}}\n"
    (told,) = changed("follow_ups:", claim + "follow_ups:")
    assert "claims[0] \"c\".args: 'rho' must be text, a number, true or false, not a list" in told


def test_five_mistakes_are_told_at_once_with_their_lines(changed: Callable[..., list[str]]) -> None:
    told = changed(
        "prompt: What is", "promt: What is",
        "{all: [second]}", "{all: [secnd]}",
        "examples: [another way]", "examples: [no]",
        "  - id: third", "  - id: first",
        "level: L6", "level: L8",
    )  # fmt: skip
    assert [line.partition(":")[0] for line in told if "warning" not in line] == ["4", "7", "8", "19", "22", "23"]


def test_a_file_full_of_mistakes_tells_the_first_fifty(problems: Callable[[str], list[str]]) -> None:
    told = problems("\n".join(f"k{n}: 1" for n in range(300)))
    assert len(told) == 51
    assert any("256 more problems" in line for line in told)
