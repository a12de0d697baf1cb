"""The judge's head solves the ridge problem it says it solves, and one span is enough to be heard."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from grader.judge import Judge, Phrases, pooled


@pytest.fixture
def phrases() -> Phrases:
    """Three points with three examples and two contrasts each."""
    torch.manual_seed(0)
    vectors = F.normalize(torch.randn(15, 16), dim=1)
    return Phrases(vectors, torch.tensor([1, 1, 1, -1, -1] * 3), torch.arange(3).repeat_interleave(5), 3)


def test_the_head_solves_the_normal_equations(phrases: Phrases) -> None:
    judge = Judge(0)
    W = judge.head(phrases).W
    X = torch.cat([phrases.vectors, torch.ones(15, 1)], 1)
    Y = torch.zeros(15, 3)
    Y[torch.arange(15), phrases.points] = phrases.kinds.float()
    left = (X.T @ X + judge.log_ridge.exp() * torch.eye(17)) @ W
    assert torch.allclose(left, X.T @ Y, atol=1e-4)


def test_an_example_scores_above_a_contrast_before_any_training(phrases: Phrases) -> None:
    judge = Judge(0)
    logits = judge(phrases.vectors, judge.head(phrases)).logits.detach()
    own = logits[torch.arange(15), phrases.points]
    assert own[phrases.kinds > 0].min() > own[phrases.kinds < 0].max()


def test_a_point_without_contrasts_is_judged_all_the_same() -> None:
    torch.manual_seed(1)
    alone = Phrases(F.normalize(torch.randn(2, 8), dim=1), torch.tensor([1, 1]), torch.zeros(2, dtype=torch.long), 1)
    judge = Judge(8)
    assert torch.isfinite(judge(F.normalize(torch.randn(4, 8), dim=1), judge.head(alone)).logits).all()


def test_one_span_that_says_it_is_enough() -> None:
    quiet = torch.full((20, 1), -6.0)
    loud = torch.cat([quiet, torch.tensor([[2.0]])])
    assert pooled(loud) > 1.9
    assert pooled(quiet) < -4
