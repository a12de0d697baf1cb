"""What the grader makes of an entry's own texts: content that does not prove itself does not ship.

Each example and contrast is judged twice: as it stands in the entry, which must go right, and as if it were not listed, which
shows how the grader will take what candidates say. Each model answer is graded as a candidate's, from whom nothing was learned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, Protocol

from bank.entry import LEVELS, Entry, Level, Point, Question
from grader.verdict import Rank, Verdict

EXAMPLES_LOST = 0.1
"""Share of a point's examples that may go unheard although they are listed, before it is an error."""
CONTRASTS_LET_IN = 0.34
"""Share of a point's contrasts that may be heard although they are listed, before it is an error."""
TOO_ALIKE = 0.5
"""Share of a point's examples that another point may claim more loudly."""
THIN_MARGIN = 0.25
"""Least difference between the mean confidence of examples and that of contrasts."""
_FEWEST = 6  # examples from which on it is wrong that none of them would be heard: of fewer, too few are left to learn from
_FEW = 3  # texts that are quoted of one point


class Trial(Protocol):
    """One of a question's own texts, judged as if it were not listed.

    Attributes:
        point: id of the tell or misconception that it belongs to.
        kind: `example` or `contrast`.
        confidence: that the point was made.
        heard: the decision.
        loudest: id of the point of which the grader is surest, or nothing.
    """

    @property
    def point(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def heard(self) -> bool: ...
    @property
    def loudest(self) -> str | None: ...


class Judge(Protocol):
    """What a trial needs of a grader."""

    def grade(self, question: Question, text: str) -> Verdict: ...
    def unlisted(self, question: Question, answer: str) -> Verdict: ...
    def self_test(self, question: Question) -> Sequence[Trial]: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the grader makes of an entry.

    Attributes:
        question: address of the question.
        point: id of a point or name of a level; may be empty.
        what: one sentence or two.
        warning: True where it is not wrong enough to fail.
    """

    question: str
    point: str
    what: str
    warning: bool


@dataclass(frozen=True, slots=True)
class PointTrial:
    """One tell or misconception.

    Attributes:
        examples, contrasts: how many there are.
        examples_heard, contrasts_heard: how many of them are heard as this point, as they stand.
        examples_new, contrasts_new: how many of them would be heard if they were not listed.
        margin: mean confidence of the examples less that of the contrasts, as if not listed; None where one of them is empty.
    """

    question: str
    id: str
    examples: int
    examples_heard: int
    examples_new: int
    contrasts: int
    contrasts_heard: int
    contrasts_new: int
    margin: float | None


@dataclass(frozen=True, slots=True)
class AnswerTrial:
    """A model answer: the level it is for, and the one it gets."""

    level: Level
    reached: Rank


@dataclass(frozen=True, slots=True)
class EntryTrial:
    """An entry with its follow-ups, tried."""

    entry: str
    points: tuple[PointTrial, ...]
    answers: tuple[AnswerTrial, ...]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong; warnings do not count."""
        return all(finding.warning for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "passed": self.passed}


def try_entry(judge: Judge, entry: Entry, found: Sequence[Finding] = ()) -> EntryTrial:
    """Tries every text of an entry and of its follow-ups; `found` is what is known to be wrong already."""
    main = Question(address=entry.id, entry=entry)
    questions = [main, *(Question(address=f"{entry.id}/{f.id}", entry=entry, follow_up=f) for f in entry.follow_ups)]
    points: list[PointTrial] = []
    findings: list[Finding] = list(found)
    for question in questions:
        trials = judge.self_test(question)
        for point in question.points:
            own = [trial for trial in trials if trial.point == point.id]
            told = _Told(judge, question, own)
            points.append(told.summed(point))
            findings += told.findings(points[-1])
    answers, about_answers = _try_answers(judge, main)
    findings += [*about_answers, *_try_follow_up_answers(judge, questions[1:])]
    return EntryTrial(entry.id, tuple(points), answers, tuple(findings))


class _Told:
    """The texts of one point, sorted by what the grader makes of them.

    What is right although it is not listed is right as it stands; only the rest is graded again.
    """

    def __init__(self, judge: Judge, question: Question, own: Sequence[Trial]) -> None:
        self.question = question
        self.examples = [t for t in own if t.kind == "example"]
        self.contrasts = [t for t in own if t.kind == "contrast"]
        self.missed = [t for t in self.examples if not t.heard]
        self.let_in = [t for t in self.contrasts if t.heard]
        self.lost = [t for t in self.missed if not judge.grade(question, t.text).heard(t.point)]
        self.taken = [t for t in self.let_in if judge.grade(question, t.text).heard(t.point)]

    def summed(self, point: Point) -> PointTrial:
        examples, contrasts = self.examples, self.contrasts
        both = bool(examples and contrasts)
        margin = fmean(t.confidence for t in examples) - fmean(t.confidence for t in contrasts) if both else None
        return PointTrial(
            question=self.question.address,
            id=point.id,
            examples=len(examples),
            examples_heard=len(examples) - len(self.lost),
            examples_new=len(examples) - len(self.missed),
            contrasts=len(contrasts),
            contrasts_heard=len(self.taken),
            contrasts_new=len(self.let_in),
            margin=None if margin is None else round(margin, 4),
        )

    def findings(self, point: PointTrial) -> Iterator[Finding]:
        def finding(what: str, warning: bool) -> Finding:
            return Finding(point.question, point.id, what, warning)

        few = len(self.lost) <= EXAMPLES_LOST * point.examples
        never = point.examples >= _FEWEST and not point.examples_new
        if self.lost:
            what = f"{_share(self.lost, self.examples, 'example')} not heard as they stand: {_quoted(self.lost)}."
            yield finding(f"{what} Say what is meant more plainly.", few)
        if never:
            what = f"It is never heard: none of its {point.examples} examples would be, were it not listed."
            yield finding(f"{what} Let examples share words, and add more.", False)
        elif self.missed and not self.lost:
            what = f"{_share(self.missed, self.examples, 'example')} not heard if not listed: {_quoted(self.missed)}."
            yield finding(f"{what} Add examples like these.", True)
        if point.contrasts > 1 and len(self.taken) == point.contrasts:
            what = f"It is always heard: all {point.contrasts} contrasts count too."
            yield finding(f"{what} Add contrasts, and word the examples apart from them.", False)
        elif self.taken:
            what = f"{_share(self.taken, self.contrasts, 'contrast')} heard as they stand: {_quoted(self.taken)}."
            yield finding(f"{what} Add contrasts like these.", len(self.taken) <= CONTRASTS_LET_IN * point.contrasts)
        elif self.let_in:
            what = f"{_share(self.let_in, self.contrasts, 'contrast')} heard if not listed: {_quoted(self.let_in)}."
            yield finding(f"{what} Add contrasts like these.", True)
        yield from self._about_others(point)

    def _about_others(self, point: PointTrial) -> Iterator[Finding]:
        elsewhere = Counter(t.loudest for t in self.examples if t.loudest and t.loudest != point.id)
        for other, count in elsewhere.most_common(1):
            if point.examples > 1 and count > TOO_ALIKE * point.examples:
                what = f"{count} of {point.examples} examples sound more like {other!r}: the two are too alike to tell apart."
                yield Finding(point.question, point.id, f"{what} Merge them, or word them apart.", False)
        if point.margin is not None and point.margin < THIN_MARGIN and point.examples_new:
            what = f"The margin between examples and contrasts is thin ({point.margin:+.2f})."
            yield Finding(point.question, point.id, f"{what} Add both, differing in the point itself.", True)


def _share(some: Sequence[Trial], all_: Sequence[Trial], kind: str) -> str:
    return f"{len(some)} of {len(all_)} {kind}{'s' * (len(all_) != 1)}"


def _try_answers(judge: Judge, question: Question) -> tuple[tuple[AnswerTrial, ...], list[Finding]]:
    entry = question.entry
    tried: list[AnswerTrial] = []
    findings: list[Finding] = []
    for level in LEVELS:
        answer = entry.levels[level].answer
        if not answer:
            findings.append(
                Finding(entry.id, level, f"There is no model answer for {level}. Write one, so that it can be tried.", True)
            )
            continue
        verdict = judge.unlisted(question, answer)
        reached = verdict.level or "below"
        tried.append(AnswerTrial(level, reached))
        if reached != level:
            findings.append(
                Finding(entry.id, level, f"The model answer for {level} {_why(entry, level, reached, verdict)}", False)
            )
    return tuple(tried), findings


def _why(entry: Entry, level: Level, reached: Rank, verdict: Verdict) -> str:
    ranks: tuple[Rank, ...] = ("below", *LEVELS)
    if ranks.index(reached) > ranks.index(level):
        heard = [h.id for h in verdict.tells if h.heard and h.level is not None and h.level > level]
        return f"reaches {reached}: {', '.join(heard) or 'its tells'} heard. Say less in it, or ask more of {reached}."
    name = "no level" if reached == "below" else f"only {reached}"
    lacking = "; ".join(_lacking(entry, level, verdict)) or "it is lowered"
    return f"reaches {name}: {lacking}. Say it more plainly, or add examples like it."


def _lacking(entry: Entry, level: Level, verdict: Verdict) -> Iterator[str]:
    """What keeps an answer below a level."""
    for rung in LEVELS[: LEVELS.index(level) + 1]:
        rule = entry.levels[rung].requires
        unheard = [id for id in rule.all if not verdict.heard(id)]
        if unheard:
            yield f"{', '.join(unheard)} not heard"
        for choice in rule.any:
            heard = sum(verdict.heard(id) for id in choice.of)
            if heard < choice.at_least:
                yield f"{heard} of {choice.at_least} heard among {', '.join(choice.of)}"
    for lowered in verdict.lowered_by:
        yield f"{lowered.id} heard" if lowered.kind == "misconception" else f"none heard of {', '.join(lowered.none_of)}"


def _try_follow_up_answers(judge: Judge, questions: Sequence[Question]) -> Iterator[Finding]:
    for question in questions:
        answer = question.follow_up.answer if question.follow_up else ""
        if not answer:
            continue
        verdict = judge.unlisted(question, answer)
        missed = [h.id for h in verdict.tells if not h.heard]
        wrong = [h.id for h in verdict.misconceptions if h.heard]
        if missed or wrong:
            told = [*(f"{id} not heard" for id in missed), *(f"{id} heard" for id in wrong)]
            what = f"In the model answer: {', '.join(told)}. Say it more plainly, or add examples like it."
            yield Finding(question.address, "", what, len(missed) < len(verdict.tells) and not wrong)


def _quoted(trials: Sequence[Trial]) -> str:
    texts = [f'"{t.text if len(t.text) <= 70 else t.text[:69] + "…"}"' for t in trials[:_FEW]]
    return ", ".join(texts) + (f" and {len(trials) - _FEW} more" if len(trials) > _FEW else "")
