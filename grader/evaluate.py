"""The grader against labelled answers that it has not seen: figures, baselines beside them, and the worst mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bank.entry import Question
from grader import calibration, measures
from grader.baselines import cosine_scores, length_scores, overlap_scores
from grader.calibration import Calibration, calibrate
from grader.dataset import DataError, Dataset
from grader.encoder import PlainEncoder, shipped_folder
from grader.folds import FOLDER, FOLDS, Graded, fold_grader, fold_path, grade_unseen, split
from grader.hardcases import SENTENCES, group_of, groups, hard_figures
from grader.level import RANKS, level_of
from grader.verdict import Evidence

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PointFigures:
    """Of one tell or misconception."""

    id: str
    answers: int
    said: int
    precision: float
    recall: float
    f1: float
    kappa: float


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """Of one question; `interval` is a 95 % bootstrap interval of macro-F1 over answers."""

    address: str
    answers: int
    macro_f1: float
    interval: tuple[float, float]
    baselines: Mapping[str, float]
    base_rate: float
    brier: float
    calibration_error: float
    levels: Mapping[str, float]
    points: tuple[PointFigures, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A decision that was far from the label."""

    answer: str
    entry: str
    point: str
    said: bool
    confidence: float
    style: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything `tells evaluate` says.

    Attributes:
        mode: `known` (other answers to the question were trained on) or `unseen` (only what the entry's author wrote).
        summary: figures over all questions.
        groups: share of right decisions and of answers without a mistake, by kind of answer.
    """

    mode: str
    answers: int
    questions: tuple[QuestionFigures, ...]
    summary: Mapping[str, float]
    groups: Mapping[str, Mapping[str, float]]
    mistakes: tuple[Mistake, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Scored:
    """All graded answers of one question: labels, probabilities, decisions, (A, J)."""

    question: Question
    graded: tuple[Graded, ...]
    Y: Array
    P: Array
    D: NDArray[np.bool_]

    def answers(self) -> Scored:
        """Without single sentences."""
        rows = [n for n, g in enumerate(self.graded) if _is_answer(g)]
        return Scored(self.question, tuple(self.graded[n] for n in rows), self.Y[rows], self.P[rows], self.D[rows])


def _is_answer(graded: Graded) -> bool:
    return group_of(graded.answer.style) not in SENTENCES


def grade_folds(
    dataset: Dataset, mode: str, entries: Sequence[str] = (), folder: Path = FOLDER,
    cache: Path | None = None, say: Callable[[str], None] = lambda line: None,
) -> list[Graded]:  # fmt: skip
    """Let every fold's grader read the answers that it has not seen.

    Args:
        mode: `known` or `unseen`.
        entries: only these entries, with their follow-ups; all where empty.

    Raises:
        DataError: the folds have not been trained.
    """
    questions = dataset.questions()
    found: list[Graded] = []
    for fold in range(FOLDS):
        if not fold_path(fold, folder).is_file():
            raise DataError(
                f"{fold_path(fold, folder)} is missing. `tells train --folds` makes it, in some three hours a fold."
            )
        grader = fold_grader(fold, folder, cache)
        rows = getattr(split(dataset, fold), mode)
        for address, question in questions.items():
            name = address.partition("/")[0]
            if name in dataset.topics or (entries and name not in entries and address not in entries):
                continue
            chosen = [row for row in rows if row.entry == address]
            found.extend(grade_unseen(grader, fold, question, chosen))
        say(f"fold {fold + 1} of {FOLDS} graded")
    return found


def score(dataset: Dataset, graded: Sequence[Graded], mode: str) -> list[Scored]:
    """Logits -> probabilities and decisions, each fold's calibrated on the other folds' answers."""
    questions = dataset.questions()
    calibrations = {fold: calibration_from([g for g in graded if g.fold != fold], questions, mode) for fold in range(FOLDS)}
    found = []
    for address, rows in _by_question(graded).items():
        question = questions[address]
        Y = np.array([g.answer.labels(question) for g in rows])
        P = np.array([calibrations[g.fold].probability(question, g.logits) for g in rows])
        D = np.array([calibrations[g.fold].decisions(question, p) for g, p in zip(rows, P, strict=True)])
        found.append(Scored(question, tuple(rows), Y, P, D))
    return found


def calibration_from(graded: Sequence[Graded], questions: Mapping[str, Question], mode: str) -> Calibration:
    """Fitted on these answers, single sentences left out; with shifts of points where the mode is `known`."""
    evidence = [
        calibration.Evidence(
            questions[address],
            np.array([g.logits for g in rows]),
            np.array([g.answer.labels(questions[address]) for g in rows]),
        )
        for address, rows in _by_question(filter(_is_answer, graded)).items()
    ]
    return calibrate(evidence, of_points=mode == "known")


def _by_question(graded: Iterable[Graded]) -> dict[str, list[Graded]]:
    found: dict[str, list[Graded]] = {}
    for g in graded:
        found.setdefault(g.answer.entry, []).append(g)
    return dict(sorted(found.items()))


def report(scored: Sequence[Scored], mode: str, baselines: bool = True) -> Report:
    """All figures; of single sentences only those of their kinds."""
    answers = [found for s in scored if (found := s.answers()).graded]
    questions = tuple(_question_figures(s, baselines) for s in answers)
    return Report(
        mode=mode,
        answers=sum(len(s.graded) for s in answers),
        questions=questions,
        summary=_summary(answers, questions) | hard_figures(scored),
        groups=groups(scored),
        mistakes=_mistakes(scored),
    )


def _question_figures(s: Scored, baselines: bool) -> QuestionFigures:
    points = []
    for j, point in enumerate(s.question.points):
        precision, recall, f1 = measures.precision_recall_f1(s.Y[:, j], s.D[:, j])
        kappa = measures.cohen_kappa(s.Y[:, j], s.D[:, j].astype(float))
        points.append(PointFigures(point.id, len(s.Y), int(s.Y[:, j].sum()), precision, recall, f1, kappa))
    return QuestionFigures(
        address=s.question.address,
        answers=len(s.Y),
        macro_f1=measures.macro_f1(s.Y, s.D),
        interval=measures.bootstrap(len(s.Y), lambda rows: measures.macro_f1(s.Y[rows], s.D[rows])),
        baselines=_baselines(s) if baselines else {},
        base_rate=float(s.Y.mean()),
        brier=measures.brier(s.Y, s.P),
        calibration_error=measures.calibration_error(s.Y.ravel(), s.P.ravel()),
        levels=_levels([s]),
        points=tuple(points),
    )


def _baselines(s: Scored) -> dict[str, float]:
    """Macro-F1 of simple rules, each at the threshold that suits it best on these very answers."""
    answers = [g.answer.answer for g in s.graded]
    scores = {
        "cosine": cosine_scores(_plain_encoder(), s.question, answers),
        "word overlap": overlap_scores(s.question, answers),
        "length": length_scores(s.question, answers),
    }
    found = {name: measures.macro_f1(s.Y, measures.best_threshold(s.Y, S) <= S) for name, S in scores.items()}
    return found | {"all present": measures.macro_f1(s.Y, np.ones_like(s.Y, bool))}


@cache
def _plain_encoder() -> PlainEncoder:
    """The encoder without its adaptation, loaded once."""
    return PlainEncoder(shipped_folder())


def _levels(scored: Sequence[Scored]) -> dict[str, float]:
    """Exact and within-one agreement and quadratic-weighted kappa of the level; empty for follow-ups."""
    given, got = [], []
    for s in scored:
        if s.question.follow_up:
            continue
        ids = [p.id for p in s.question.points]
        for g, d in zip(s.graded, s.D, strict=True):
            given.append(RANKS.index(level_of(s.question.entry, g.answer.heard)[0]))
            got.append(RANKS.index(level_of(s.question.entry, {id for id, x in zip(ids, d, strict=True) if x})[0]))
    if not given:
        return {}
    apart = np.abs(np.array(given) - np.array(got))
    return {
        "exact": float((apart == 0).mean()),
        "within_one": float((apart <= 1).mean()),
        "quadratic_kappa": measures.quadratic_kappa(given, got, len(RANKS)),
        "commonest": float(np.bincount(given).max() / len(given)),
    }


def _summary(scored: Sequence[Scored], questions: Sequence[QuestionFigures]) -> dict[str, float]:
    y = np.concatenate([s.Y.ravel() for s in scored])
    p = np.concatenate([s.P.ravel() for s in scored])
    d = np.concatenate([s.D.ravel() for s in scored])
    wrong = [_of_misconceptions(s) for s in scored]
    my, md = np.concatenate([a for a, _ in wrong]), np.concatenate([b for _, b in wrong])
    main = [q.macro_f1 for q in questions if "/" not in q.address]
    inside, quoted = _evidence(scored)
    return {
        "macro_f1": float(np.mean([q.macro_f1 for q in questions])),
        "macro_f1_entries": float(np.mean(main)) if main else 0.0,
        "micro_f1": measures.precision_recall_f1(y, d)[2],
        "misconception_f1": measures.precision_recall_f1(my, md)[2],
        "misconception_false_alarms": float(md[my == 0].mean()) if (my == 0).any() else 0.0,
        "brier": measures.brier(y, p),
        "calibration_error": measures.calibration_error(y, p),
        "evidence_touches_quote": inside / quoted if quoted else 0.0,
        **{f"level_{name}": value for name, value in _levels(scored).items()},
    }


def _of_misconceptions(s: Scored) -> tuple[Array, NDArray[np.bool_]]:
    first = len(s.question.tells)
    return s.Y[:, first:].ravel(), s.D[:, first:].ravel()


def _evidence(scored: Sequence[Scored]) -> tuple[int, int]:
    """Of the points rightly heard whose words a reader marked: how often the evidence shares most of its words with them."""
    inside = quoted = 0
    for s in scored:
        for g, y, d in zip(s.graded, s.Y, s.D, strict=True):
            for j, point in enumerate(s.question.points):
                quote, found = g.answer.quotes.get(point.id), g.evidence[j]
                if not (y[j] and d[j] and quote and found):
                    continue
                begin = g.answer.answer.find(quote)
                quoted += 1
                inside += any(_touches(piece, begin, begin + len(quote)) for piece in found)
    return inside, quoted


def _touches(piece: Evidence, begin: int, end: int) -> bool:
    """Whether the evidence shares half of its words with these, or half of these with it."""
    return min(piece.end, end) - max(piece.start, begin) >= 0.5 * min(end - begin, piece.end - piece.start)


def _mistakes(scored: Sequence[Scored], most: int = 40) -> tuple[Mistake, ...]:
    found = []
    for s in scored:
        for n, j in zip(*np.nonzero(s.Y != s.D), strict=True):
            g, p = s.graded[n], float(s.P[n, j])
            a, id = g.answer, s.question.points[j].id
            found.append(Mistake(a.id, a.entry, id, bool(s.Y[n, j]), round(p, 3), a.style, a.answer))
    return tuple(sorted(found, key=lambda m: (-abs(m.confidence - m.said), m.answer, m.point))[:most])
