"""What must hold between the parts of an entry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bank.load import parse_entry
from bank.rules import MOST_BREACHES

CLAIM = "claims:\n  - {id: c, says: It holds., tells: [first], demo: spectral-radius, args: {}}\n"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "{all: [second]}",
            "{all: [secnd]}",
            "7: levels.L5.requires: 'all[0]' names a tell 'secnd' that is not there. Did you mean 'second'?",
        ),
        (
            "{all: [second]}",
            "{all: [wrong]}",
            "7: levels.L5.requires: 'all[0]' names the misconception 'wrong'. Name a tell.",
        ),
        (
            "{all: [second]}",
            "{all: [then]}",
            "7: levels.L5.requires: 'all[0]' names 'then', a follow-up's tell. Name a tell of the entry itself.",
        ),
        ("none_of: [first", "none_of: [frist", "37: missing[0]: 'none_of[0]' names a tell 'frist' that is not there."),
        (
            "  - id: third",
            "  - id: first",
            "22: tells[2] \"first\": 'id' 'first' is taken by 'tells[0]'. Give every tell or misconception an id of its own.",
        ),
        ("{id: wrong,", "{id: second,", "35: misconceptions[0] \"second\": 'id' 'second' is taken by 'tells[1]'."),
        (
            "at_least: 1",
            "at_least: 3",
            "8: levels.L6.requires.any[0]: 'at_least' asks for 3 of 2 tells, so L6 can never be reached.",
        ),
        ("of: [third, fourth]", "of: [third, third]", None),
        ("at_least: 1, of: [third, fourth]", "at_least: 2, of: [third, third]", "asks for 2 of 1 tells"),
        (
            "contrasts: [another miss]",
            "contrasts: [Another way!]",
            "20: tells[1] \"second\": 'contrasts[0]' is also an example, 'examples[0]'. It can be only one of them.",
        ),
        ("id: sample", "id: other", "2: 'id' is 'other', but the file is called 'sample.yaml'. Make the two agree."),
    ],
)
def test_a_breach_is_an_error(old: str, new: str, told: str | None, changed: Callable[..., list[str]]) -> None:
    found = changed(old, new)
    assert not any("warning" in line for line in found)
    assert (not found) if told is None else any(told in line for line in found)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{all: [first]}", "{}", "6: warning: levels.L4: 'requires' asks for nothing, so any answer reaches it."),
        (
            "{all: [second]}",
            "{all: [first]}",
            "7: warning: levels.L5: 'requires' asks for nothing that the levels below do not, so no answer stays below L5.",
        ),
        (
            "level: L5",
            "level: L6",
            "7: warning: levels.L5.requires: 'all[0]': L5 needs 'second', which is a tell of L6.",
        ),
        ("    contrasts: [another miss]\n", "", 'warning: tells[1] "second": There are no contrasts.'),
        ("    examples: [another way]\n", "", '16: warning: tells[1] "second": There are no examples.'),
        ("    probe: What is second?\n", "", 'warning: tells[1] "second": There is no probe.'),
        ("examples: [another way]", "examples: [another way, Another way.]", "'examples[1]' repeats 'examples[0]'."),
        ("examples: [another way]", "examples: [one way to put it]", "'examples[0]' is also 'examples[0]' of 'first'."),
        ("title: A sample", "title: A sample\nrelated: [sample]", "4: warning: 'related[0]' is the entry itself. Take it out."),
    ],
)
def test_an_oddity_is_a_warning_and_the_entry_stays(old: str, new: str, told: str, changed: Callable[..., list[str]]) -> None:
    found = changed(old, new)
    assert len(found) == 1
    assert told in found[0]
    assert "warning: " in found[0]


def test_a_wrong_type_does_not_also_lack(changed: Callable[..., list[str]]) -> None:
    assert len(changed("examples: [another way]", "examples: another way")) == 1


def test_a_tell_without_an_id_does_not_make_every_reference_wrong(changed: Callable[..., list[str]]) -> None:
    assert changed("  - id: second\n    level", "  - level") == ["16: tells[1]: 'id' is missing. Add it."]


def test_follow_ups_and_claims_have_ids_of_their_own(changed: Callable[..., list[str]]) -> None:
    again = "  - {id: more, prompt: Or?, tells: [{id: then, says: S., examples: [e], contrasts: [c], probe: P?}]}\n"
    (told,) = changed("follow_ups:\n", "follow_ups:\n" + again)
    assert "'id' 'more' is taken by 'follow_ups[0]'" in told
    (told,) = changed("follow_ups:", CLAIM + CLAIM.partition("\n")[2] + "follow_ups:")
    assert "'id' 'c' is taken by 'claims[0]'" in told


def test_a_claim_names_tells_and_a_demo_that_are_there(changed: Callable[..., list[str]]) -> None:
    assert changed("follow_ups:", CLAIM + "follow_ups:") == []
    (told,) = changed("follow_ups:", CLAIM.replace("spectral-radius", "spectral-radios") + "follow_ups:")
    assert (
        told == "39: claims[0] \"c\": 'demo' names a demo 'spectral-radios' that is not there. Did you mean 'spectral-radius'?"
    )
    (told,) = changed("follow_ups:", CLAIM.replace("[first]", "[fisrt]") + "follow_ups:")
    assert "'tells[0]' names a tell 'fisrt' that is not there. Did you mean 'first'?" in told


@pytest.mark.parametrize(
    "text",
    [
        "tells: [" + ",".join(f"{{id: a{n}}}" for n in range(3000)) + "]\nlevels: {L4: {requires: {all: ["
        + ",".join(f"b{n}" for n in range(9000)) + "]}}}",
        "related: [" + ",".join(f"r{n}" for n in range(15000)) + "]",
        "claims: [" + ",".join(f"{{id: a, demo: z{n}}}" for n in range(3000)) + "]",
    ],
)  # fmt: skip
def test_no_more_is_told_than_anybody_reads(text: str) -> None:
    file = parse_entry(text, Path("sample.yaml"))
    file.relate(["other"])
    assert len(file.problems) <= 2 * MOST_BREACHES + 1


def test_a_level_of_many_choices_that_asks_for_more_is_not_implied(changed: Callable[..., list[str]]) -> None:
    many = ", ".join("{at_least: 1, of: [first]}" for _ in range(150))
    assert changed("{all: [first]}", f"{{any: [{many}]}}") == []
