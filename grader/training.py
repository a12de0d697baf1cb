"""Training of the encoder's upper layers and of the judge, on labelled answers to many questions.

Several runs begin alike, see the answers in different orders, and are averaged weight by weight (Wortsman et al. 2022, model
soups): one grader that errs less than any of them, and costs no more to use. From that mean a further run begins, which
stresses the pairs of answers that differ in little else than the point, and is averaged with it.

Every step takes one question. Some of its phrases are drawn as its support, from which the judge makes its heads; the rest of
its phrases, runs of them, and a batch of labelled answers are then graded as they would be in use. So the encoder and the
judge learn to hear any point from a few phrases, not these points.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from bank.entry import Question
from grader.dataset import LabelledAnswer
from grader.encoder import shipped_folder
from grader.lessons import Phrase, Reading, Tokenizer
from grader.losses import Drawing, Task, loss_of
from grader.student import Below, Model, averaged, new_model
from grader.support import phrases_of

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    Attributes:
        layers: how many upper layers of the encoder are trained.
        runs: how many runs are averaged.
        epochs: passes over the answers in a run.
        batch: answers to one question in a step.
        drawing: what is drawn of a question in a step, and how mistakes are weighed.
    """

    layers: int = 4
    runs: int = 2
    epochs: int = 4
    batch: int = 20
    learning_rate: float = 2e-4
    judge_learning_rate: float = 5e-3
    warm_up: float = 0.15
    drawing: Drawing = field(default_factory=Drawing)
    seed: int = 0


FURTHER = Settings(
    runs=1, epochs=1, batch=30, learning_rate=1e-4, judge_learning_rate=2e-3, drawing=Drawing(queries=40, pairs=1.0), seed=1
)
"""For the run that begins from a trained model."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Everything to train on, by the question's address.

    Attributes:
        points: how many points each question has.
        below: what the frozen layers make of each text, shared by all runs.
    """

    phrases: Mapping[str, Sequence[Phrase]]
    readings: Mapping[str, Sequence[Reading]]
    points: Mapping[str, int]
    below: Below


def lessons_of(questions: Mapping[str, Question], answers: Sequence[LabelledAnswer]) -> Lessons:
    """Tokenize; answers without words are left out.

    Args:
        questions: by address; every answer's entry must be among them.
    """
    tokenizer = Tokenizer(shipped_folder())
    phrases = {address: [tokenizer.phrase(p) for p in phrases_of(question)] for address, question in questions.items()}
    readings: dict[str, list[Reading]] = {address: [] for address in questions}
    for answer in answers:
        reading = tokenizer.reading(answer, questions[answer.entry])
        if reading.windows:
            readings[answer.entry].append(reading)
    points = {address: len(question.points) for address, question in questions.items()}
    return Lessons(phrases, readings, points, {})


def train(lessons: Lessons, settings: Settings, begin: Path | None = None, say: Say = lambda line: None) -> Model:
    """Runs, averaged.

    Args:
        begin: the adaptation from which every run begins, and which is averaged with them; None for the encoder as it comes.
        say: told of the progress, a line at a time.
    """
    models = [train_once(lessons, settings, run, begin, say) for run in range(settings.runs)]
    return averaged(models if begin is None else [*models, new_model(settings.layers, settings.seed, begin)])


def train_once(
    lessons: Lessons, settings: Settings, run: int, begin: Path | None = None, say: Say = lambda line: None
) -> Model:
    """One run; its number decides the order of the answers and what is drawn in each step."""
    model = new_model(settings.layers, settings.seed, begin, lessons.below)
    rng = random.Random(1000 * settings.seed + run)
    torch.manual_seed(1000 * settings.seed + run)
    plan = [batch for _ in range(settings.epochs) for batch in batches_of(lessons.readings, settings.batch, rng)]
    groups = [
        {"params": list(model.trained.values()), "lr": settings.learning_rate},
        {"params": list(model.judge.parameters()), "lr": settings.judge_learning_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    rates = [settings.learning_rate, settings.judge_learning_rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=len(plan) + 1, pct_start=settings.warm_up)
    recent: list[float] = []
    for step, (address, batch) in enumerate(plan, 1):
        task = Task(lessons.phrases[address], batch, lessons.points[address])
        loss = loss_of(model, task, settings.drawing, rng)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*model.trained.values(), *model.judge.parameters()], 1.0)
        optimizer.step()
        schedule.step()
        recent = [*recent[-49:], float(loss.detach())]
        if step % 25 == 0 or step == len(plan):
            say(f"run {run + 1}, step {step} of {len(plan)}, loss {sum(recent) / len(recent):.3f}")
    return model


def batches_of(readings: Mapping[str, Sequence[Reading]], size: int, rng: random.Random) -> Iterator[tuple[str, list[Reading]]]:
    """Answers to one question of about the same length, the sides of a pair together, in random order."""
    found: list[tuple[str, list[Reading]]] = []
    for address, rows in readings.items():
        groups: dict[str, list[Reading]] = {}
        for row in rows:
            groups.setdefault(row.group, []).append(row)
        by_length = sorted(groups.values(), key=lambda group: group[0].length + rng.random() * 80)
        batch: list[Reading] = []
        for group in by_length:
            batch.extend(group)
            if len(batch) >= size:
                found.append((address, batch))
                batch = []
        if batch:
            found.append((address, batch))
    rng.shuffle(found)
    yield from found
