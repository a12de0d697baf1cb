"""A grader that hears a point where its id stands in the answer. Run as a program, it is `tells` with that grader."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator

from bank.entry import Point, Question
from grader.level import level_of, next_step
from grader.verdict import Evidence, GraderStamp, Heard, Nearest, Next, Verdict

STAMP = GraderStamp("fake", "0" * 64, "1")


class FakeGrader:
    """Grades at once.

    Attributes:
        asked: the latest answers, in order.
        fails_on: an answer that holds this raises.
        seconds: taken for each answer.
    """

    def __init__(self, fails_on: str = "", seconds: float = 0.0) -> None:
        self.asked: deque[str] = deque(maxlen=1000)
        self._steps: dict[tuple[str, frozenset[str]], Next | None] = {}
        self.fails_on = fails_on
        self.seconds = seconds

    def grade(self, question: Question, answer: str) -> Verdict:
        self.asked.append(answer)
        if self.fails_on and self.fails_on in answer:
            raise ValueError("no such luck")
        time.sleep(self.seconds)
        tells = tuple(_heard(tell, answer) for tell in question.tells)
        wrong = tuple(_heard(m, answer) for m in question.misconceptions)
        ids = {h.id for h in (*tells, *wrong) if h.heard}
        level, earned, lowered = (None, None, ()) if question.follow_up else level_of(question.entry, ids)
        step = None if question.follow_up else self._step(question, frozenset(ids))
        little = len(answer.split()) < 3
        return Verdict(question.address, level, earned, lowered, tells, wrong, step, STAMP, little)

    def _step(self, question: Question, heard: frozenset[str]) -> Next | None:
        key = question.address, heard
        if key not in self._steps:
            self._steps[key] = next_step(question.entry, heard)
        return self._steps[key]

    def grade_many(self, items: Iterable[tuple[Question, str]]) -> Iterator[Verdict]:
        for question, answer in items:
            yield self.grade(question, answer)


def _heard(point: Point, answer: str) -> Heard:
    at = answer.find(point.id)
    end = min(at + len(point.id) + 12, len(answer))
    words = (Evidence(at, end, answer[at:end]),) if at >= 0 else ()
    near = Nearest(0, min(30, len(answer)), answer[:30], "only-named") if not words and answer else None
    level, strong = getattr(point, "level", None), getattr(point, "strong_hire", False)
    return Heard(point.id, bool(words), 0.9 if words else 0.1, words, level, strong, near)


if __name__ == "__main__":
    import tui.grading
    from tui.cli import main

    grader = FakeGrader(seconds=float(sys.argv.pop(1)))
    tui.grading.load_grader = lambda call: grader
    main()
