"""A step of training moves what it should, and runs that began alike can be averaged."""

from __future__ import annotations

import pytest
import torch

from bank.entry import Question
from grader.dataset import LabelledAnswer
from grader.training import Model, Settings, averaged, new_model, train_once

SETTINGS = Settings(layers=1, epochs=2, batch=2, queries=2, joined=1)


@pytest.fixture
def answers() -> list[LabelledAnswer]:
    said = [("Something else, I would say.", {"a"}), ("I do not know any of that.", set())]
    return [
        LabelledAnswer(str(n), "letters", "plain", text, frozenset(heard), {}, str(n)) for n, (text, heard) in enumerate(said)
    ]


def trained(question: Question, answers: list[LabelledAnswer], run: int) -> Model:
    return train_once({question.address: question}, answers, SETTINGS, run)


def test_only_the_upper_layers_and_the_judge_move(question: Question, answers: list[LabelledAnswer]) -> None:
    before, after = new_model(SETTINGS), trained(question, answers, 0)
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
