"""Labelled answers: what somebody said, and which points a careful reader heard in it.

Read by training, evaluation and tests, never while grading.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bank.entry import Question
from bank.load import Bank, load_bank

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """One row of `data/`.

    Attributes:
        entry: the address of the question.
        style: how it is spoken; hard cases begin with `pair`, `negation`, `double-turn` and so on.
        heard: ids of the tells and misconceptions that it asserts.
        quotes: for each of those the words that assert it.
        group: rows of one group (the two sides of a pair) are never parted between training and test.
    """

    id: str
    entry: str
    style: str
    answer: str
    heard: frozenset[str]
    quotes: Mapping[str, str]
    group: str

    def labels(self, question: Question) -> NDArray[np.float64]:
        """1 where a point of the question is asserted, (J,)."""
        return np.array([float(point.id in self.heard) for point in question.points])


class DataError(Exception):
    """The labelled answers cannot be read; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled answers with the questions they answer.

    Attributes:
        bank: the shipped entries and the training topics.
        answers: in the order of the files.
        topics: ids of the entries that exist for training only.
        held_out: those of them that each fold leaves out a third of, for the last step, which believes or doubts the judge.
    """

    bank: Bank
    answers: tuple[LabelledAnswer, ...]
    topics: frozenset[str]
    held_out: frozenset[str]

    def questions(self) -> dict[str, Question]:
        """Every question that has answers, by address, sorted."""
        return {address: self.bank.question(address) for address in sorted({a.entry for a in self.answers})}

    def of(self, address: str) -> tuple[LabelledAnswer, ...]:
        """The answers to one question."""
        return tuple(a for a in self.answers if a.entry == address)


def load_dataset(folder: Path = DATA) -> Dataset:
    """Read `answers/*.jsonl`, and `topics/*.{yaml,jsonl}` and `held-out/*.{yaml,jsonl}` where there are any.

    Raises:
        DataError: no such folder, a row that is not a labelled answer, or a label that its question does not have.
    """
    if not (folder / "answers").is_dir():
        raise DataError(f"{folder} holds no labelled answers. Run this in a checkout of Tells, or name its data folder.")
    topics, held_out = folder / "topics", folder / "held-out"
    bank = load_bank([path for path in (topics, held_out) if path.is_dir()])
    files = [file for path in (folder / "answers", topics, held_out) for file in sorted(path.glob("*.jsonl"))]
    answers = [answer for file in files for answer in _rows(file, bank)]
    ids, held = (frozenset(path.stem for path in place.glob("*.yaml")) for place in (topics, held_out))
    return Dataset(bank, tuple(answers), ids | held, held)


def _rows(file: Path, bank: Bank) -> Iterable[LabelledAnswer]:
    pair = ""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            heard = frozenset(row["tells"]) | frozenset(row["misconceptions"])
            known = {point.id for point in bank.question(row["entry"]).points}
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{file}:{number}: not a labelled answer: {error}") from None
        if unknown := sorted(heard - known):
            raise DataError(f"{file}:{number}: {row['entry']!r} has no point {unknown[0]!r}.")
        pair = _group(row, pair)
        quotes = {id: words for id, words in row.get("quotes", {}).items() if id in heard and words in row["answer"]}
        yield LabelledAnswer(row["id"], row["entry"], row["style"], row["answer"], heard, quotes, f"{file.stem}:{pair}")


def _group(row: Mapping[str, Any], previous: str) -> str:
    """Rows of the same numbered pair share a group; pairs without a number are two rows with neighbouring odd and even ids."""
    style = str(row["style"])
    if not style.startswith("pair"):
        return str(row["id"])
    if ":" in style:
        return style
    digits = int(re.sub(r"\D", "", str(row["id"])) or 0)
    return f"{style}:{(digits - 1) // 2}"


def fold_of(key: str, folds: int) -> int:
    """A fixed, evenly spread fold for a group or an entry."""
    return zlib.crc32(key.encode()) % folds
