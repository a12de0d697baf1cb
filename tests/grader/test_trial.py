"""What is said of an entry whose own texts do or do not prove it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bank.entry import Entry, Question
from grader.level import level_of, next_step
from grader.trial import EntryTrial, try_entry
from grader.verdict import GraderStamp, Heard, Verdict


def an_entry(examples: int = 4) -> Entry:
    def tell(id: str, level: str) -> dict[str, object]:
        return {
            "id": id,
            "level": level,
            "says": f"{id} says",
            "examples": [f"{id} {n}" for n in range(examples)],
            "contrasts": [f"not {id} {n}" for n in range(3)],
        }

    delta = {key: value for key, value in tell("delta", "L4").items() if key != "level"}
    levels = {"L4": ("alpha", "alpha"), "L5": ("beta", "alpha beta"), "L6": ("gamma", "alpha beta gamma")}
    return Entry.model_validate(
        {
            "schema": 1,
            "id": "sample",
            "title": "Sample",
            "prompt": "What?",
            "levels": {level: {"answer": answer, "requires": {"all": [id]}} for level, (id, answer) in levels.items()},
            "tells": [tell("alpha", "L4"), tell("beta", "L5"), tell("gamma", "L6")],
            "misconceptions": [{"id": "wrong", "says": "wrong says", "examples": ["wrong 0"], "contrasts": ["not wrong 0"]}],
            "follow_ups": [{"id": "more", "prompt": "And?", "answer": "delta", "tells": [delta]}],
        }
    )


@dataclass
class Trialled:
    point: str
    text: str
    kind: str
    confidence: float
    heard: bool
    loudest: str


class NameJudge:
    """Hears a point where its name stands in the text, unless `not` does.

    `deaf` and `gullible` are texts that it gets wrong as they stand, `slow` and `hasty` those that it gets wrong if not listed.
    """

    def __init__(
        self,
        deaf: tuple[str, ...] = (),
        gullible: tuple[str, ...] = (),
        slow: tuple[str, ...] = (),
        hasty: tuple[str, ...] = (),
        louder: dict[str, str] | None = None,
    ) -> None:
        self.deaf, self.gullible, self.slow, self.hasty, self.louder = deaf, gullible, slow, hasty, louder or {}
        self.graded: list[str] = []

    def hears(self, id: str, text: str) -> bool:
        if text in self.deaf:
            return False
        return id in text.split() and ("not" not in text.split() or text in self.gullible)

    def hears_new(self, id: str, text: str) -> bool:
        if text in self.slow:
            return False
        return self.hears(id, text) or (id in text.split() and text in self.hasty)

    def grade(self, question: Question, text: str) -> Verdict:
        self.graded.append(text)

        def heard(id: str, level: str | None) -> Heard:
            return Heard(id, self.hears(id, text), 0.9, level=level)  # type: ignore[arg-type]

        tells = tuple(heard(t.id, getattr(t, "level", None)) for t in question.tells)
        wrong = tuple(heard(m.id, None) for m in question.misconceptions)
        ids = {h.id for h in (*tells, *wrong) if h.heard}
        level, earned, lowered = (None, None, ()) if question.follow_up else level_of(question.entry, ids)
        way_up = None if question.follow_up else next_step(question.entry, ids)
        return Verdict(question.address, level, earned, lowered, tells, wrong, way_up, GraderStamp("fake", "0", "1"))

    def unlisted(self, question: Question, answer: str) -> Verdict:
        return self.grade(question, answer)

    def self_test(self, question: Question) -> list[Trialled]:
        found = []
        for point in question.points:
            for kind, texts in (("example", point.examples), ("contrast", point.contrasts)):
                for text in texts:
                    heard = self.hears_new(point.id, text)
                    loudest = self.louder.get(text, point.id if heard else "")
                    found.append(Trialled(point.id, text, kind, 0.9 if heard else 0.1, heard, loudest))
        return found


def told(trial: EntryTrial) -> list[str]:
    return [f"{'note' if f.warning else 'WRONG'} {f.question} {f.point}: {f.what}" for f in trial.findings]


def test_an_entry_that_proves_itself_passes_without_a_word() -> None:
    trial = try_entry(NameJudge(), an_entry())
    assert trial.passed
    assert trial.findings == ()
    first = trial.points[0]
    assert (first.id, first.examples_heard, first.contrasts_heard, first.margin) == ("alpha", 4, 0, 0.8)
    assert [p.question for p in trial.points] == ["sample"] * 4 + ["sample/more"]
    assert [(a.level, a.reached) for a in trial.answers] == [("L4", "L4"), ("L5", "L5"), ("L6", "L6")]


def test_what_would_not_be_heard_if_it_were_not_listed_is_a_note_with_its_words() -> None:
    trial = try_entry(NameJudge(slow=("beta 1",)), an_entry())
    assert trial.passed
    assert told(trial) == ['note sample beta: 1 of 4 examples not heard if not listed: "beta 1". Add examples like these.']
    assert (trial.points[1].examples_heard, trial.points[1].examples_new) == (4, 3)


def test_an_example_that_is_not_heard_as_it_stands_is_wrong() -> None:
    trial = try_entry(NameJudge(deaf=("beta 1",)), an_entry())
    assert not trial.passed
    assert told(trial) == [
        'WRONG sample beta: 1 of 4 examples not heard as they stand: "beta 1". Say what is meant more plainly.'
    ]


def test_a_tell_that_is_never_heard_is_wrong() -> None:
    trial = try_entry(NameJudge(slow=tuple(f"beta {n}" for n in range(6))), an_entry(6))
    (line,) = told(trial)
    assert line.startswith("WRONG sample beta: It is never heard: none of its 6 examples would be, were it not listed.")


def test_of_a_few_examples_none_need_be_heard_by_the_others() -> None:
    trial = try_entry(NameJudge(slow=tuple(f"beta {n}" for n in range(4))), an_entry())
    (line,) = told(trial)
    assert line.startswith("note sample beta: 4 of 4 examples not heard if not listed:")


@pytest.mark.parametrize(("count", "word"), [(1, "note"), (2, "WRONG")])
def test_contrasts_that_are_heard_as_they_stand_are_told(count: int, word: str) -> None:
    trial = try_entry(NameJudge(gullible=tuple(f"not beta {n}" for n in range(count))), an_entry())
    assert told(trial)[0].startswith(f'{word} sample beta: {count} of 3 contrasts heard as they stand: "not beta 0"')


def test_contrasts_that_would_be_heard_if_not_listed_are_a_note() -> None:
    trial = try_entry(NameJudge(hasty=("not beta 0", "not beta 1")), an_entry())
    assert trial.passed
    assert told(trial)[0].startswith('note sample beta: 2 of 3 contrasts heard if not listed: "not beta 0", "not beta 1".')


def test_a_tell_that_is_always_heard_is_wrong() -> None:
    trial = try_entry(NameJudge(gullible=tuple(f"not beta {n}" for n in range(3))), an_entry())
    assert any("WRONG sample beta: It is always heard: all 3 contrasts count too." in line for line in told(trial))
    assert any("note sample beta: The margin between examples and contrasts is thin (+0.00)." in line for line in told(trial))


def test_only_what_goes_wrong_unlisted_is_graded_again() -> None:
    judge = NameJudge(slow=("beta 1",))
    try_entry(judge, an_entry())
    assert judge.graded == ["beta 1", "alpha", "alpha beta", "alpha beta gamma", "delta"]


def test_two_tells_too_alike_are_named() -> None:
    trial = try_entry(NameJudge(louder={f"beta {n}": "gamma" for n in range(3)}), an_entry())
    assert told(trial) == [
        "WRONG sample beta: 3 of 4 examples sound more like 'gamma': the two are too alike to tell apart. "
        "Merge them, or word them apart."
    ]


def test_a_model_answer_that_falls_short_names_what_is_lacking() -> None:
    entry = an_entry()
    levels = entry.levels.model_copy(update={"L5": entry.levels.L5.model_copy(update={"answer": "alpha only"})})
    trial = try_entry(NameJudge(), entry.model_copy(update={"levels": levels}))
    (line,) = told(trial)
    assert line.startswith("WRONG sample L5: The model answer for L5 reaches only L4: beta not heard.")
    assert [(a.level, a.reached) for a in trial.answers][1] == ("L5", "L4")


def test_a_model_answer_that_says_too_much_names_what_it_says() -> None:
    entry = an_entry()
    levels = entry.levels.model_copy(update={"L4": entry.levels.L4.model_copy(update={"answer": "alpha beta gamma wrong"})})
    trial = try_entry(NameJudge(), entry.model_copy(update={"levels": levels}))
    (line,) = told(trial)
    assert line.startswith("WRONG sample L4: The model answer for L4 reaches L5: beta, gamma heard.")


def test_a_missing_model_answer_is_a_note() -> None:
    entry = an_entry()
    levels = entry.levels.model_copy(update={"L6": entry.levels.L6.model_copy(update={"answer": ""})})
    trial = try_entry(NameJudge(), entry.model_copy(update={"levels": levels}))
    assert trial.passed
    assert told(trial)[0].startswith("note sample L6: There is no model answer for L6.")


def test_a_follow_up_whose_answer_makes_none_of_its_points_is_wrong() -> None:
    entry = an_entry()
    follow_up = entry.follow_ups[0].model_copy(update={"answer": "nothing of it"})
    trial = try_entry(NameJudge(), entry.model_copy(update={"follow_ups": (follow_up,)}))
    assert told(trial)[0].startswith("WRONG sample/more : In the model answer: delta not heard.")


def test_points_without_texts_are_no_findings_of_the_grader() -> None:
    entry = an_entry()
    bare = tuple(t.model_copy(update={"examples": (), "contrasts": ()}) for t in entry.tells)
    trial = try_entry(NameJudge(), entry.model_copy(update={"tells": bare}))
    assert trial.passed
    assert trial.points[0].margin is None


def test_the_json_has_every_number() -> None:
    plain = try_entry(NameJudge(), an_entry()).to_json()
    assert plain["passed"] is True
    point = plain["points"][0]
    assert point["question"] == "sample"
    assert (point["examples"], point["examples_heard"], point["contrasts"], point["contrasts_heard"]) == (4, 4, 3, 0)
