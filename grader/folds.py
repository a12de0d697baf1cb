"""Cross-validation: who is trained on what, and what a fold's grader says of the answers it has not seen.

There are three folds. In each, a third of the entries is left out altogether (*unseen*: the grader has only what their authors
wrote), and of the other shipped entries a fourth of the answers (*known*: the grader was trained on other answers to the same
question). So every answer to an entry is graded as unseen, and half of them as known, by a grader that never saw it. The two
sides of a pair are never parted. Topics are trained on, but for a third of the held-out ones, from which the last step learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bank.entry import Question
from grader.dataset import DATA, Dataset, LabelledAnswer, fold_of
from grader.encoder import AdaptedEncoder, shipped_folder
from grader.grade import Grader
from grader.verdict import Evidence

FOLDS = 3
_PARTS = 4
FOLDER = DATA / "folds"


@dataclass(frozen=True, slots=True)
class Split:
    """One fold: the answers to train on, those it may be judged on, and those to topics that it leaves out."""

    training: tuple[LabelledAnswer, ...]
    known: tuple[LabelledAnswer, ...]
    unseen: tuple[LabelledAnswer, ...]
    aside: tuple[LabelledAnswer, ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """What a fold's grader made of one answer that it had not seen.

    Attributes:
        logits: of the answer, before calibration, (J,).
        evidence: for each point the words it would be heard in, whether or not they were enough.
    """

    answer: LabelledAnswer
    fold: int
    logits: NDArray[np.float64]
    evidence: tuple[tuple[Evidence, ...], ...]


def fold_of_entry(dataset: Dataset, address: str) -> int:
    """The fold in which an entry, with its follow-ups, is left out."""
    entry = address.partition("/")[0]
    peers = sorted({a.entry.partition("/")[0] for a in dataset.answers if a.entry not in dataset.topics})
    return peers.index(entry) % FOLDS


def split(dataset: Dataset, fold: int) -> Split:
    """Who is trained on what in this fold."""
    training: list[LabelledAnswer] = []
    known: list[LabelledAnswer] = []
    unseen: list[LabelledAnswer] = []
    aside: list[LabelledAnswer] = []
    for answer in dataset.answers:
        if answer.entry in dataset.topics:
            turn = answer.entry in dataset.held_out and fold_of(answer.entry, FOLDS) == fold
            (aside if turn else training).append(answer)
            continue
        left_out = fold_of_entry(dataset, answer.entry)
        if left_out == fold:
            unseen.append(answer)
        elif fold_of(answer.group, _PARTS) == (fold - left_out) % FOLDS - 1:
            known.append(answer)
        else:
            training.append(answer)
    return Split(tuple(training), tuple(known), tuple(unseen), tuple(aside))


def fold_path(fold: int, folder: Path = FOLDER) -> Path:
    """Where a fold's adaptation is kept."""
    return folder / f"fold-{fold}.safetensors"


def fold_grader(fold: int, folder: Path = FOLDER, cache: Path | None = None) -> Grader:
    """The grader that was trained on this fold's training answers alone."""
    path = fold_path(fold, folder)
    return Grader(AdaptedEncoder(shipped_folder(), path), path, cache=cache)


def grade_unseen(grader: Grader, fold: int, question: Question, answers: Sequence[LabelledAnswer]) -> list[Graded]:
    """Grade answers to one question."""
    from grader.evidence import evidence_for

    found = []
    for answer in answers:
        reading = grader.read(question, answer.answer)
        places = range(len(question.points) if reading.spans else 0)
        evidence = tuple(evidence_for(answer.answer, reading, j) for j in places)
        found.append(Graded(answer, fold, reading.answer, evidence or ((),) * len(question.points)))
    return found
