"""The last step: features that no order of points or spans changes, a network that learns, and a file that keeps it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader import adaptation
from grader.adaptation import SHIPPED
from grader.dataset import LabelledAnswer, load_dataset
from grader.folds import FOLDS, fold_path, split
from grader.spans import Span
from grader.stack_training import Read, fewer, fit, graded, of_fold
from grader.stacking import TOGETHER, Compared, features

OF_SPANS = ("logits", "examples", "contrasts", "shared", "lexical")
SPANS = (Span(0, 10), Span(0, 25), Span(12, 25), Span(30, 44))


def compared(J: int = 3, seed: int = 0) -> Compared:
    rng = np.random.default_rng(seed)
    S = len(SPANS)
    x, p, c, w = rng.normal(size=(4, S, J))
    shared, traits, listed = rng.uniform(size=(S, J, 2)), rng.normal(size=(J, 6)), rng.integers(0, 20, (J, 2)).astype(float)
    return Compared(SPANS, x, x.max(0), p, c, shared, w, traits, listed, None, 2, False, 9)


def test_the_order_of_spans_does_not_matter() -> None:
    x, order = compared(), [2, 0, 3, 1]
    spans = [SPANS[n] for n in order]
    moved = replace(x, spans=spans, **{k: getattr(x, k)[order] for k in OF_SPANS})
    assert np.array_equal(features(moved), features(x))


def test_the_order_of_tells_does_not_matter() -> None:
    x, order = compared(), [1, 0, 2]
    fields = {k: getattr(x, k)[:, order] for k in OF_SPANS}
    moved = replace(x, judged=x.judged[order], traits=x.traits[order], listed=x.listed[order], **fields)
    assert np.array_equal(features(moved), features(x)[order])


def test_heads_of_its_own_are_added_to_the_judge() -> None:
    x = compared()
    own = np.array([1.0, -2.0, 0.5])
    assert np.array_equal(features(x)[:, TOGETHER], x.judged)
    assert np.allclose(features(replace(x, own=own))[:, TOGETHER], x.judged + own)


def test_one_span_and_one_point_will_do() -> None:
    x = compared(1)
    one = replace(x, spans=SPANS[:1], **{k: getattr(x, k)[:1] for k in OF_SPANS})
    assert np.isfinite(features(one)).all()
    assert features(one).shape == (1, features(x).shape[1])


def read(n: int) -> Read:
    """A point is said where its words are shared, whatever the judge says."""
    x = features(compared(seed=n))
    answer = LabelledAnswer(str(n), "letters", "plain", "Some words.", frozenset(), {}, str(n))
    return Read(answer, 0, x, (x[:, 13] > 0.5).astype(float), known=False)


@pytest.fixture(scope="module")
def learned():
    return fit([read(n) for n in range(600)])


def test_it_learns_what_the_judge_makes_too_little_of(learned) -> None:
    new = [read(n) for n in range(1000, 1200)]
    said = np.concatenate([r.y for r in new]) > 0
    z = np.concatenate([learned.logits(r.x) for r in new])
    assert np.mean((z > 0) == said) > 0.9


def test_the_file_keeps_it(learned, tmp_path: Path) -> None:
    path = tmp_path / "judge.safetensors"
    path.write_bytes(SHIPPED.read_bytes())
    adaptation.with_stack(path, learned)
    found, x = adaptation.stack_of(path), read(1).x
    assert found is not None
    assert np.allclose(found.logits(x), learned.logits(x), atol=1e-4)
    assert adaptation.calibrations_of(path) == adaptation.calibrations_of(SHIPPED)


def test_a_fold_learns_from_nothing_that_it_is_judged_on() -> None:
    dataset = load_dataset()
    every = [Read(a, fold, np.zeros((1, 1)), np.zeros(1), False) for fold in range(FOLDS) for a in dataset.answers]
    aside: set[str] = set()
    for fold in range(FOLDS):
        parts = split(dataset, fold)
        judged = {a.id for a in (*parts.known, *parts.unseen)}
        used = of_fold(dataset, every, fold)
        assert not judged & {r.answer.id for r in used}
        assert {r.answer.entry for r in used} >= dataset.held_out
        assert not {a.entry for a in parts.aside} & {a.entry for a in parts.training}
        aside |= {a.entry for a in parts.aside}
    assert aside == dataset.held_out


def test_few_listed_phrases_are_spread_over_all_of_them(bank) -> None:
    question = bank.question("dropout")
    few = fewer(question, 3)
    assert few.address == question.address
    assert [p.id for p in few.points] == [p.id for p in question.points]
    for all_, some in zip(question.points, few.points, strict=True):
        assert len(some.examples) == 3
        assert len(some.contrasts) == 2
        assert set(some.examples) < set(all_.examples)
        assert some.examples[0] == all_.examples[0]
    assert few.entry.content_hash != question.entry.content_hash


def test_what_was_read_with_few_phrases_is_trained_on_and_never_judged(tmp_path: Path) -> None:
    for fold in range(FOLDS):
        path = fold_path(fold, tmp_path)
        path.write_bytes(SHIPPED.read_bytes())
    rows = [read(n) for n in range(4)]
    rows[1] = replace(rows[1], fewer=True)
    x = np.zeros((3, adaptation.stack_of(SHIPPED).mean.shape[0]))
    rows = [replace(r, x=x) for r in rows]
    assert [g.answer.id for g in graded(rows, False, frozenset(), tmp_path)] == ["0", "2", "3"]
