"""The instruments, against what they stand for."""

from __future__ import annotations

import math
import threading

import pytest
import torch
from torch import Tensor

from bank.demos import claims, run_demo
from bank.demos.blockwise_attention import blockwise
from bank.demos.checkpoint_segments import Segment
from bank.demos.latch import Adam
from bank.demos.measure import (
    F64,
    LiveBytes,
    MultiplyAdds,
    SavedBytes,
    chains,
    jacobians,
    line_fit,
    normal,
    norms_by_lag,
    orthogonal,
    seeded,
)
from bank.demos.parallel_scan import apply, loop, scan

T, H = 6, 4


def tanh_step(W: Tensor) -> object:
    return lambda t, h: torch.tanh(h @ W.T + 0.1 * t)


def test_jacobians_of_every_lag_are_those_of_one_at_a_time() -> None:
    g = seeded(0)
    W, h0 = normal(g, H, H), normal(g, H)
    J, states = jacobians(lambda t, h: torch.tanh(h @ W.T + 0.1 * t), h0, T)
    for start in range(T + 1):

        def rest(h: Tensor, start: int = start) -> Tensor:
            for t in range(start, T):
                h = torch.tanh(h @ W.T + 0.1 * t)
            return h

        one = torch.stack([torch.autograd.grad(rest(x := states[start].clone().requires_grad_())[i], x)[0] for i in range(H)])
        assert torch.allclose(J[start], one, atol=1e-14)
    assert norms_by_lag(J)[0] == pytest.approx(1)


@pytest.mark.parametrize("doubled", [20, 40, 80])
def test_the_work_of_a_gradient_at_all_lags_doubles_with_the_steps(doubled: int) -> None:
    W, h0 = normal(seeded(0), H, H), torch.zeros(H, dtype=F64)

    def work(steps: int) -> int:
        with MultiplyAdds() as counted:
            jacobians(lambda t, h: torch.tanh(h @ W.T), h0, steps)
        return counted.count

    assert work(2 * doubled) <= 2.3 * work(doubled)


def test_an_orthogonal_matrix_has_equal_singular_values() -> None:
    assert torch.allclose(torch.linalg.svdvals(orthogonal(seeded(1), 7, 0.3)), torch.full((7,), 0.3, dtype=F64))


def test_saved_bytes_counts_a_storage_once_and_falls_when_freed() -> None:
    x = torch.ones(10, dtype=F64, requires_grad=True)
    with SavedBytes([x]) as saved:
        y = x.exp()
        z = (y * y).sum()
        assert saved.live == 80
        z.backward()
    del y, z
    assert (saved.live, saved.peak) == (0, 80)


def test_saved_bytes_sees_the_base_of_a_view() -> None:
    x = torch.ones(8, dtype=F64, requires_grad=True)
    with SavedBytes([x]) as saved:
        kept = (x + 0).exp()[:2].exp()
    assert saved.live == (8 + 2) * 8
    assert kept.shape == (2,)


def test_live_bytes_counts_what_is_alive_at_once() -> None:
    with LiveBytes() as alive:
        a = torch.zeros(100, dtype=F64)
        b = a + 1
        del a
        c = b + 1
        del b
    assert (alive.live, alive.peak) == (800, 1600)
    assert c.sum() == 200


def test_multiply_adds_are_those_of_the_matrix_products() -> None:
    with MultiplyAdds() as work:
        torch.ones(2, 3) @ torch.ones(3, 5)
        torch.ones(4, 2, 3) @ torch.ones(4, 3, 5)
    assert work.count == 5 * 2 * 3 * 5


def test_chains_of_a_fork_are_its_longest_and_shortest_arm() -> None:
    x, other = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    assert chains(x.exp().exp().exp() + x * other, x) == (4, 2)


def test_chains_of_a_very_long_graph_do_not_overflow() -> None:
    x = torch.ones((), requires_grad=True)
    y: Tensor = x
    for _ in range(3000):
        y = y * 1.0
    assert chains(y, x) == (3000, 3000)


def test_a_line_is_fitted_exactly_and_a_constant_has_no_slope() -> None:
    assert line_fit([0, 1, 2], [1, 3, 5]) == (2, 1)
    assert line_fit([0, 1, 2], [4, 4, 4]) == (0, 1)


@pytest.mark.parametrize("masked", [True, False])
def test_blockwise_attention_passes_gradcheck(masked: bool) -> None:
    qkv = [normal(seeded(i), 2, 9, 3).requires_grad_() for i in range(3)]
    assert torch.autograd.gradcheck(lambda q, k, v: blockwise(q, k, v, masked, 4, 5), qkv)


def test_the_scan_passes_gradcheck_for_every_length() -> None:
    for steps in (1, 2, 5, 8):
        a, b = (normal(seeded(i), steps, 2).requires_grad_() for i in range(2))
        assert torch.autograd.gradcheck(apply, (a, b))
        assert torch.allclose(scan(a, b), loop(a, b))


def test_a_checkpointed_segment_passes_gradcheck() -> None:
    h, W = normal(seeded(0), 2, 3).requires_grad_(), normal(seeded(1), 3, 3).requires_grad_()
    assert torch.autograd.gradcheck(lambda h, W: Segment.apply(h, lambda h: torch.tanh(h @ W), W), (h, W))


@pytest.mark.slow
def test_adam_is_torch_s_adam() -> None:
    ours, theirs = (normal(seeded(0), 3, 2).requires_grad_() for _ in range(2))
    adam, reference = Adam([ours], 0.05), torch.optim.Adam([theirs], lr=0.05)
    for step in range(20):
        g = normal(seeded(step), 3, 2)
        adam.step([g])
        theirs.grad = g.clone()
        reference.step()
    assert torch.allclose(ours, theirs, atol=1e-14)


def test_runs_from_several_threads_do_not_disturb_each_other() -> None:
    threads, results = torch.get_num_threads(), []
    runs = [threading.Thread(target=lambda: results.append(run_demo("norm-bound"))) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert torch.get_num_threads() == threads
    assert len({demo.claims for demo in results}) == 1


@pytest.mark.parametrize(
    "claim",
    [
        claims.close("c", math.nan, 1, 1),
        claims.close_relative("c", math.nan, 1, 1),
        claims.at_most("c", math.nan, 1),
        claims.at_least("c", math.nan, 1),
        claims.below("c", math.nan, 1),
        claims.above("c", math.nan, 1),
        claims.between("c", math.nan, 0, 1),
        claims.rising("c", [0, math.nan]),
        claims.falling("c", [0, math.nan]),
        claims.equal("c", math.nan, math.nan),
    ],
)
def test_nan_meets_no_claim(claim: object) -> None:
    assert claim.holds is False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(7, "7"), (7.0, "7"), (0.1234567, "0.1235"), (0.9999998, "0.9999998"), (True, "yes"), (1e-16, "1e-16"), (math.inf, "inf")],
)
def test_numbers_are_shown_without_hiding_a_difference(value: float, shown: str) -> None:
    assert claims.text(value) == shown


def test_a_bound_is_met_on_the_bound_and_a_strict_one_is_not() -> None:
    assert claims.at_most("c", 1, 1).holds
    assert not claims.below("c", 1, 1).holds
    assert claims.at_most("c", 1.04, 1, slack=0.05).holds
    assert not claims.at_most("c", 1.06, 1, slack=0.05).holds
    assert claims.rising("c", [1, 2, 3]).holds
    assert not claims.rising("c", [1, 1]).holds
    assert not claims.falling("c", [1, 2]).holds
