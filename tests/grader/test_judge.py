"""The judge's head solves the ridge problem it says it solves, and one span is enough to be heard."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from grader.judge import Judge, Judged, Phrases, pooled


@pytest.fixture
def phrases() -> Phrases:
    """Three points with three examples and two contrasts each."""
    torch.manual_seed(0)
    vectors = F.normalize(torch.randn(15, 16), dim=1)
    return Phrases(vectors, torch.tensor([1, 1, 1, -1, -1] * 3), torch.arange(3).repeat_interleave(5), 3)


def judged(judge: Judge, spans: torch.Tensor, phrases: Phrases) -> Judged:
    """Spans that share no word with any phrase."""
    found: Judged = judge(spans, judge.head(phrases), torch.zeros(len(spans), phrases.count, 2))
    return found


def test_the_head_solves_the_normal_equations(phrases: Phrases) -> None:
    judge = Judge(0)
    W = judge.head(phrases).W
    X = torch.cat([phrases.vectors, torch.ones(15, 1)], 1)
    Y = torch.zeros(15, 3)
    Y[torch.arange(15), phrases.points] = phrases.kinds.float()
    left = (X.T @ X + judge.log_ridge.exp() * torch.eye(17)) @ W
    assert torch.allclose(left, X.T @ Y, atol=1e-4)


def test_a_points_traits_are_what_its_head_says_of_each_phrase_when_it_was_left_out(phrases: Phrases) -> None:
    judge = Judge(0)
    traits = judge.head(phrases).traits
    left_out = torch.zeros(15, 3)
    for n in range(15):
        kept = [m for m in range(15) if m != n]
        fewer = Phrases(phrases.vectors[kept], phrases.kinds[kept], phrases.points[kept], 3)
        left_out[n] = torch.cat([phrases.vectors[n], torch.ones(1)]) @ judge.head(fewer).W
    owned = phrases.points == 1
    assert traits[1, 0].item() == pytest.approx(left_out[owned & (phrases.kinds > 0), 1].mean().item(), abs=1e-4)
    assert traits[1, 1].item() == pytest.approx(left_out[owned & (phrases.kinds < 0), 1].mean().item(), abs=1e-4)
    assert traits[1, 2].item() == pytest.approx(left_out[~owned & (phrases.kinds > 0), 1].mean().item(), abs=1e-4)


def test_other_points_phrases_do_not_change_how_near_a_points_own_are(phrases: Phrases) -> None:
    judge = Judge(0)
    spans = F.normalize(torch.randn(4, 16), dim=1)
    fewer = Phrases(phrases.vectors[:10], phrases.kinds[:10], phrases.points[:10], 2)
    every, some = judged(judge, spans, phrases), judged(judge, spans, fewer)
    assert torch.allclose(every.examples[:, :2], some.examples)
    assert torch.allclose(every.contrasts[:, :2], some.contrasts)


def test_an_example_scores_above_a_contrast_before_any_training(phrases: Phrases) -> None:
    judge = Judge(0)
    logits = judged(judge, phrases.vectors, phrases).logits.detach()
    own = logits[torch.arange(15), phrases.points]
    assert own[phrases.kinds > 0].min() > own[phrases.kinds < 0].max()


def test_shared_words_speak_for_a_point_before_any_training(phrases: Phrases) -> None:
    judge = Judge(0)
    spans, shared = phrases.vectors[:1], torch.zeros(1, 3, 2)
    without = judge(spans, judge.head(phrases), shared).logits
    shared[0, 2, 0] = 0.8
    more = judge(spans, judge.head(phrases), shared).logits - without
    assert more[0, 2] > 2
    assert torch.allclose(more[0, :2], torch.zeros(2))


def test_a_point_without_contrasts_is_judged_all_the_same() -> None:
    torch.manual_seed(1)
    alone = Phrases(F.normalize(torch.randn(2, 8), dim=1), torch.tensor([1, 1]), torch.zeros(2, dtype=torch.long), 1)
    judge = Judge(8)
    assert torch.isfinite(judged(judge, F.normalize(torch.randn(4, 8), dim=1), alone).logits).all()


def test_one_span_that_says_it_is_enough() -> None:
    quiet = torch.full((20, 1), -6.0)
    loud = torch.cat([quiet, torch.tensor([[2.0]])])
    assert pooled(loud) > 1.9
    assert pooled(quiet) < -4
