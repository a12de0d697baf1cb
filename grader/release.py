"""What `tells train` makes: the judge that is shipped, and one for every fold of the cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader import adaptation
from grader.dataset import Dataset
from grader.encoder import shipped_folder
from grader.folds import FOLDER, fold_path, split
from grader.judge import Judge
from grader.training import Model, Settings, train

FOLD_RANK = 32
"""A fold's changes are kept as products of two factors, since there are five of them."""

Say = Callable[[str], None]


def train_fold(dataset: Dataset, fold: int, settings: Settings, folder: Path = FOLDER, say: Say = print) -> Path:
    """Train on a fold's training answers; returns the file written."""
    part = split(dataset, fold)
    used = {answer.entry for answer in part.training}
    questions = {address: question for address, question in dataset.questions().items() if address in used}
    model = train(questions, part.training, settings, say)
    path = fold_path(fold, folder)
    write(model, path, {"judge": UNCALIBRATED}, FOLD_RANK)
    return path


def train_shipped(dataset: Dataset, settings: Settings, calibration: Mapping[str, Any], say: Say = print) -> Path:
    """Train on every answer; returns the file written."""
    model = train(dataset.questions(), dataset.answers, settings, say)
    write(model, adaptation.SHIPPED, calibration, None)
    return adaptation.SHIPPED


UNCALIBRATED: Mapping[str, Any] = {"scale": 1.0, "shift": 0.0, "threshold": 0.5, "version": "0"}


def write(model: Model, path: Path, calibration: Mapping[str, Any], rank: int | None) -> None:
    """Keep what training has changed."""
    from safetensors.torch import load_file

    base = load_file(shipped_folder() / "model.safetensors")
    judges = {"judge": model.judge.state_dict(), "plain": Judge(0).state_dict()}
    adaptation.write(path, base, model.trained, judges, calibration, rank)
