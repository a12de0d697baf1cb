"""The level rule, its deductions, and the shortest way up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bank.entry import Entry, Question
from bank.load import Bank
from grader.correction import Correction
from grader.level import level_of, next_step, reconsider
from grader.verdict import GraderStamp, Heard, Verdict


@pytest.mark.parametrize(
    ("heard", "level", "earned"),
    [
        ("", "below", "below"),
        ("b", "L4", "L4"),
        ("c", "below", "below"),
        ("acf", "L5", "L5"),
        ("ac", "L4", "L5"),
        ("ace", "L5", "L6"),
        ("acef", "L6", "L6"),
        ("ae", "L4", "L4"),
        ("acefx", "L4", "L6"),
        ("acx", "below", "L5"),
        ("bx", "below", "L4"),
    ],
)
def test_the_level_follows_from_what_was_heard(entry: Entry, heard: str, level: str, earned: str) -> None:
    assert level_of(entry, set(heard))[:2] == (level, earned)


def test_a_missing_group_never_lowers_below_l4(entry: Entry) -> None:
    heavy = entry.model_copy(update={"missing": (entry.missing[0].model_copy(update={"lowers": 3}),)})
    assert level_of(heavy, {"a", "c"})[0] == "L4"
    assert level_of(heavy, {"b"}) == ("L4", "L4", ())


def test_what_lowered_the_level_is_named(entry: Entry) -> None:
    lowered = level_of(entry, set("acex"))[2]
    assert [(x.kind, x.none_of, x.id, x.lowers) for x in lowered] == [("missing", ("f",), "", 1), ("misconception", (), "x", 2)]


@pytest.mark.parametrize(
    ("heard", "level", "tells"),
    [("", "L4", "a"), ("b", "L5", "acf"), ("ac", "L5", "f"), ("acf", "L6", "e"), ("ace", "L6", "f"), ("ae", "L5", "c")],
)
def test_the_shortest_way_up_names_the_fewest_tells(entry: Entry, heard: str, level: str, tells: str) -> None:
    step = next_step(entry, set(heard))
    assert step is not None
    assert (step.level, "".join(step.tells), step.drop) == (level, tells, ())
    assert level_of(entry, set(heard) | set(tells))[0] >= level


def test_a_misconception_in_the_way_is_named_to_be_dropped(entry: Entry) -> None:
    step = next_step(entry, set("acefx"))
    assert step is not None
    assert (step.level, step.tells, step.drop) == ("L5", (), ("x",))


def test_at_the_top_there_is_no_way_up(entry: Entry) -> None:
    assert next_step(entry, set("acef")) is None


def test_the_rule_gives_the_levels_that_readers_gave(bank: Bank, checkout: Path) -> None:
    """Answers whose labels carry a level by hand are few; the rule must still reach every level on labelled answers."""
    rows = [json.loads(line) for line in (checkout / "data/answers/bptt.jsonl").read_text(encoding="utf-8").splitlines()]
    reached = {level_of(bank.entries["bptt"], {*r["tells"], *r["misconceptions"]})[0] for r in rows if r["entry"] == "bptt"}
    assert reached == {"below", "L4", "L5", "L6"}


def _verdict(question: Question, heard: str) -> Verdict:
    points = tuple(Heard(p.id, p.id in heard, 0.9 if p.id in heard else 0.1) for p in question.points)
    count = len(question.tells)
    level, earned, lowered = level_of(question.entry, set(heard))
    step = next_step(question.entry, set(heard))
    return Verdict(question.address, level, earned, lowered, points[:count], points[count:], step, GraderStamp("m", "h", "1"))


def test_a_contested_tell_changes_the_level(question: Question) -> None:
    answer = "I said c here."
    verdict = reconsider(question, _verdict(question, "af"), [Correction("letters", "c", True, answer, 2, 8)])
    assert verdict.level == "L5"
    assert verdict.heard("c")
    evidence = next(h for h in verdict.tells if h.id == "c").evidence
    assert [(e.start, e.end, e.text) for e in evidence] == [(2, 8, "said c")]


def test_the_last_correction_of_a_point_wins_and_others_questions_do_not_count(question: Question) -> None:
    corrections = [
        Correction("letters", "x", False, "", 0, 0),
        Correction("letters", "c", True, "", 0, 0),
        Correction("letters", "c", False, "", 0, 0),
        Correction("numbers", "e", True, "", 0, 0),
    ]
    verdict = reconsider(question, _verdict(question, "acfx"), corrections)
    assert [h.id for h in (*verdict.tells, *verdict.misconceptions) if h.heard] == ["a", "f"]
