"""A step of training moves what it should, and runs that began alike can be averaged."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from bank.entry import Question
from grader.dataset import LabelledAnswer
from grader.encoder import AdaptedEncoder, shipped_folder
from grader.losses import Drawing, pairs_loss
from grader.reading import mean_of
from grader.release import write
from grader.student import Model, averaged, new_model
from grader.training import Settings, batches_of, lessons_of, train_once

SETTINGS = Settings(layers=1, epochs=2, batch=2, drawing=Drawing(queries=2, joined=1, pairs=1.0))


@pytest.fixture
def answers() -> list[LabelledAnswer]:
    said = [("Something else, I would say.", {"a"}), ("I do not know any of that.", set())]
    return [
        LabelledAnswer(str(n), "letters", "plain", text, frozenset(heard), {}, str(n)) for n, (text, heard) in enumerate(said)
    ]


def trained(question: Question, answers: list[LabelledAnswer], run: int) -> Model:
    return train_once(lessons_of({question.address: question}, answers), SETTINGS, run)


def test_only_the_upper_layers_and_the_judge_move(question: Question, answers: list[LabelledAnswer]) -> None:
    before, after = new_model(1, 0), trained(question, answers, 0)
    moved = {name for name, tensor in after.weights.items() if not torch.equal(tensor, before.weights[name])}
    assert moved
    assert all(name.startswith("encoder.layer.5.") for name in moved)
    assert any(not torch.equal(tensor, before.judge.state_dict()[name]) for name, tensor in after.judge.state_dict().items())


def test_runs_differ_and_their_average_lies_between(question: Question, answers: list[LabelledAnswer]) -> None:
    models = [trained(question, answers, run) for run in (0, 1)]
    name = "encoder.layer.5.output.dense.weight"
    one, other = (model.trained[name].detach().clone() for model in models)
    assert not torch.equal(one, other)
    mean = averaged(models)
    assert torch.allclose(mean.trained[name], (one + other) / 2)
    assert torch.equal(mean.weights[name], mean.trained[name])


def test_the_same_run_gives_the_same_weights(question: Question, answers: list[LabelledAnswer]) -> None:
    one, other = (trained(question, answers, 0) for _ in range(2))
    assert all(torch.equal(one.trained[name], other.trained[name]) for name in one.trained)


def test_further_runs_begin_where_the_file_ends(tmp_path: Path, question: Question, answers: list[LabelledAnswer]) -> None:
    before = trained(question, answers, 0)
    path = tmp_path / "trained.safetensors"
    write(before, path)
    after = new_model(1, 0, path)
    name = "encoder.layer.5.output.dense.weight"
    untrained = new_model(1, 0).weights[name]
    assert (after.weights[name] - before.weights[name]).norm() < 0.2 * (before.weights[name] - untrained).norm()
    assert after.trained[name] is after.weights[name]
    for key, tensor in before.judge.state_dict().items():
        assert torch.allclose(after.judge.state_dict()[key], tensor, atol=1e-2)


def test_the_frozen_layers_are_read_once_and_change_nothing(question: Question, answers: list[LabelledAnswer]) -> None:
    model = new_model(2, 0)
    ids = tuple(range(2000, 2009))
    vectors = [model.phrases([ids], 0.0).detach() for _ in range(2)]
    assert list(model.below) == [ids]
    assert torch.equal(*vectors)
    encoder = AdaptedEncoder(shipped_folder())
    encoder.weights, encoder.salience = model.weights, model.salience
    with torch.inference_mode():
        alone = mean_of(encoder._read(ids), model.salience)
    assert torch.allclose(vectors[0][0], alone, atol=1e-5)


def test_a_pair_costs_until_its_sides_are_a_margin_apart() -> None:
    Y, groups = torch.tensor([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]), ["pair", "pair", "alone"]
    close, far, wrong = (
        pairs_loss(torch.tensor([[z, 0.0], [0.0, 9.0], [5.0, 5.0]]), Y, groups, 4.0) for z in (1.0, 20.0, -3.0)
    )
    assert far < 1e-3 < close < wrong


def test_the_sides_of_a_pair_are_never_parted_between_batches(question: Question) -> None:
    rows = [
        LabelledAnswer(f"{n}", "letters", "pair", f"Something like this, the {n}th.", frozenset(), {}, f"group {n // 2}")
        for n in range(20)
    ]
    readings = lessons_of({question.address: question}, rows).readings
    batches = [batch for _, batch in batches_of(readings, 3, random.Random(0))]
    assert sorted(r.group for batch in batches for r in batch) == sorted(r.group for r in rows)
    for batch in batches:
        assert all(len([r for r in batch if r.group == row.group]) == 2 for row in batch)
