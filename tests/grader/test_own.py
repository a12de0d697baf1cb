"""What labelled answers add: heads that find the span which says it, quotes that differ, and a file that keeps both."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from grader import adaptation, own
from grader.adaptation import SHIPPED
from grader.judge import pooled
from grader.own import Own
from grader.support import Phrase


@pytest.fixture
def answers() -> tuple[list[torch.Tensor], torch.Tensor]:
    """Sixty answers of four spans; the first point is said where a span points along the first axis."""
    torch.manual_seed(0)
    labels = torch.zeros(60, 2)
    spans = [F.normalize(torch.randn(4, 32), dim=1) for _ in range(60)]
    for n in range(0, 60, 2):
        labels[n, 0] = 1
        spans[n][n % 4] = F.normalize(torch.eye(32)[0] + 0.1 * torch.randn(32), dim=0)
    return spans, labels


def test_a_head_finds_the_span_that_says_it(answers: tuple[list[torch.Tensor], torch.Tensor]) -> None:
    spans, labels = answers
    W = own.fit(spans, labels)
    logits = [F.linear(s, W[:, :-1], W[:, -1]) for s in spans]
    said = torch.stack([pooled(z)[0] for z in logits])
    assert said[labels[:, 0] == 1].min() > said[labels[:, 0] == 0].max()
    assert all(int(logits[n][:, 0].argmax()) == n % 4 for n in range(0, 60, 2))


def test_few_answers_count_less(answers: tuple[list[torch.Tensor], torch.Tensor]) -> None:
    spans, labels = answers
    assert own.fit(spans[:20], labels[:20]).norm() < own.fit(spans * 4, labels.repeat(4, 1)).norm()


def test_the_farthest_are_chosen_first_and_none_twice() -> None:
    known = torch.tensor([[1.0, 0.0]])
    candidates = F.normalize(torch.tensor([[1.0, 0.01], [0.0, 1.0], [-1.0, 0.0], [0.02, 1.0]]), dim=1)
    assert own.farthest(candidates, known, 3) == [2, 1, 3]
    assert sorted(own.farthest(candidates, known, 9)) == [0, 1, 2, 3]
    assert own.farthest(torch.zeros(0, 2), known, 3) == []


def test_the_file_keeps_them(tmp_path: Path) -> None:
    path = tmp_path / "judge.safetensors"
    path.write_bytes(SHIPPED.read_bytes())
    before = adaptation.judge_state(path, "judge")
    quotes = F.normalize(torch.randn(5, 384), dim=1)
    said = (Phrase("the first letter", 0, 1), Phrase("“ß”, not the first", 1, 1))
    made = Own(("a", "b"), torch.randn(2, 385), quotes, torch.tensor([0, 0, 1, 1, 1]), said)
    adaptation.with_own(path, {"letters": made})
    (kept,) = adaptation.own_of(path).values()
    assert kept.ids == made.ids
    assert torch.allclose(kept.W, made.W, atol=0.01)
    assert torch.equal(kept.points, made.points)
    assert kept.said == said
    assert (kept.quotes * quotes).sum(1).min() > 0.9995
    assert all(torch.equal(tensor, before[name]) for name, tensor in adaptation.judge_state(path, "judge").items())
