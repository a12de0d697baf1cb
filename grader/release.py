"""What `tells train` makes: the judge that is shipped, and one for every fold of the cross-validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from bank.entry import Question
from grader import adaptation, own
from grader.calibration import Calibration
from grader.dataset import Dataset, LabelledAnswer
from grader.encoder import AdaptedEncoder, SentenceEncoder, shipped_folder
from grader.evaluate import calibration_from
from grader.folds import FOLDER, fold_path, grade_unseen, split
from grader.grade import Grader
from grader.judge import Judge
from grader.own import Own
from grader.spans import segment
from grader.stack_training import give_stacks, graded, read_folds, spread
from grader.student import WIDTH, Model
from grader.support import Phrase
from grader.training import FURTHER, Say, Settings, lessons_of, train


def train_fold(dataset: Dataset, fold: int, settings: Settings | None, folder: Path = FOLDER, say: Say = print) -> Path:
    """Train on a fold's training answers; returns the file written."""
    training = split(dataset, fold).training
    return _train(dataset, training, fold_path(fold, folder), settings, say)


def train_shipped(dataset: Dataset, settings: Settings | None, say: Say = print) -> Path:
    """Train on every answer; returns the file written, not yet calibrated."""
    return _train(dataset, dataset.answers, adaptation.SHIPPED, settings, say)


def _train(dataset: Dataset, answers: Sequence[LabelledAnswer], path: Path, settings: Settings | None, say: Say) -> Path:
    """From the encoder as it comes with these settings, then further; only further from what is there where there are none."""
    used = {answer.entry for answer in answers}
    lessons = lessons_of({address: q for address, q in dataset.questions().items() if address in used}, answers)
    if settings is not None:
        write(train(lessons, settings, say=say), path)
    write(train(lessons, FURTHER, path, say), path)
    give_own(path, entries_of(dataset), answers)
    return path


def calibrate_shipped(dataset: Dataset, folder: Path = FOLDER) -> Path:
    """Fit the last step and the calibrations to what the folds' graders make of answers they have not seen."""
    read, questions = read_folds(dataset, folder), dataset.questions()
    give_stacks(dataset, read, folder)
    known = calibration_from(graded(read, True, dataset.topics, folder), questions, "known")
    unseen = calibration_from(graded(read, False, dataset.topics, folder), questions, "unseen")
    calibrations = {"judge": unseen, "known": known, "plain": plain_calibration(dataset)}
    adaptation.recalibrate(adaptation.SHIPPED, calibrations)
    return adaptation.SHIPPED


_LEAST_QUOTED = 3  # words: a shorter quote says nothing outside its answer
_PLAIN_ANSWERS = 10  # to each question, for the calibration of other encoders


def plain_calibration(dataset: Dataset) -> Calibration:
    """For encoders that the judge was not trained with: fitted on the shipped one as it comes, a few answers to each entry."""
    grader = Grader(SentenceEncoder(str(shipped_folder())))
    answers = []
    for address, question in dataset.questions().items():
        if address not in dataset.topics and not question.follow_up:
            answers += grade_unseen(grader, 0, question, dataset.of(address)[:_PLAIN_ANSWERS])
    return calibration_from(answers, dataset.questions(), "unseen")


def entries_of(dataset: Dataset) -> dict[str, Question]:
    """The questions that are shipped, by address; what is particular to a training topic helps nobody."""
    return {address: question for address, question in dataset.questions().items() if address not in dataset.topics}


def give_own(path: Path, questions: Mapping[str, Question], answers: Sequence[LabelledAnswer]) -> None:
    """Learn from these answers what is particular to the questions that have enough of them, and put it into the file."""
    encoder = AdaptedEncoder(shipped_folder(), path)
    owns = {}
    for address, question in questions.items():
        mine = [a for a in answers if a.entry == address]
        if len(mine) >= own.ENOUGH:
            owns[address] = _own(encoder, question, mine)
    adaptation.with_own(path, owns)


def _own(encoder: AdaptedEncoder, question: Question, answers: Sequence[LabelledAnswer]) -> Own:
    ids = tuple(p.id for p in question.points)
    read = [(a, encoder.spans(segment(a.answer))[1]) for a in answers]
    rows = [(a, torch.from_numpy(vectors)) for a, vectors in read if len(vectors)]
    labels = torch.tensor(np.array([a.labels(question) for a, _ in rows]), dtype=torch.float32)
    quotes, points, wordings = [], [], []
    for j, point in enumerate(question.points):
        said = dict.fromkeys(a.quotes[point.id] for a in answers if len(a.quotes.get(point.id, "").split()) >= _LEAST_QUOTED)
        if said:
            wordings += [Phrase(text, j, 1) for text in spread(tuple(said), own.WORDINGS)]
            vectors = torch.from_numpy(encoder.phrases(tuple(said)))
            known = torch.from_numpy(encoder.phrases((point.says, *point.examples)))
            quotes.append(vectors[own.farthest(vectors, known, own.QUOTES)])
            points += [j] * len(quotes[-1])
    return Own(
        ids=ids,
        W=own.fit([v for _, v in rows], labels),
        quotes=torch.cat([torch.zeros(0, WIDTH), *quotes]),
        points=torch.tensor(points).long(),
        said=tuple(wordings),
    )


def write(model: Model, path: Path) -> None:
    """Keep what training has changed."""
    from safetensors.torch import load_file

    base = load_file(shipped_folder() / "model.safetensors")
    judges = {"judge": model.judge.state_dict(), "plain": Judge(0).state_dict()}
    adaptation.write(path, base, model.trained, judges, {"judge": Calibration(), "plain": Calibration()})
