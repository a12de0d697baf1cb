"""Small gated nets that learn to latch a cue, many of them trained side by side as one batched product.

    z = sigmoid(U_z x + W_z h - keep),   n = tanh(U_n x + W_n h)
    h <- (1 - z) h + z n,   answer = sign(v' h)

Channel 0 of the input carries the cue, +1 or -1, at step 0, and channel 1 noise; the answer is asked for at step `lag`.
Axes: T steps, M nets, B rows, H hidden units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from bank.demos.measure import seeded

H, B = 12, 32
TEST_ROWS = 250


@dataclass(frozen=True, slots=True)
class Net:
    """What tells one net from another.

    Attributes:
        seed: of its weights and its data.
        K: steps between two cuts of its gradient, counted back from the answer; 0 cuts nothing.
        keep: added to the keep gate.
        learned_write: True where the weights of the cue start at zero, so that writing it must be learned.
        dense: True where the answer is asked for at every step.
    """

    seed: int
    K: int = 0
    keep: float = 0.0
    learned_write: bool = False
    dense: bool = False


Weights = dict[str, Tensor]


def initial_weights(nets: list[Net]) -> Weights:
    """Uniform in +-1/sqrt(H), stacked over the nets."""
    rows: dict[str, list[Tensor]] = {name: [] for name in ("Uz", "Un", "Wz", "Wn", "bz", "v")}
    for net in nets:
        g = seeded(net.seed)
        for name, shape in (("Uz", (2, H)), ("Un", (2, H)), ("Wz", (H, H)), ("Wn", (H, H)), ("v", (H, 1))):
            w = (torch.rand(*shape, generator=g) * 2 - 1) / H**0.5
            if net.learned_write and name in ("Uz", "Un"):
                w[0] = 0
            rows[name].append(w)
        rows["bz"].append(torch.full((1, H), -net.keep))
    return {name: torch.stack(w).requires_grad_() for name, w in rows.items()}


def answers(P: Weights, X: Tensor, cuts: Sequence[Tensor | None] = ()) -> Tensor:
    """The read-out at every step, shape (T, M, B), of X, shape (T, M, B, 2); cuts[t] says whose gradient ends before step t."""
    z_in, n_in = (X @ P["Uz"] + P["bz"]).unbind(0), (X @ P["Un"]).unbind(0)
    h, states = torch.zeros(*X.shape[1:3], H), []
    for t in range(len(X)):
        cut = cuts[t] if cuts else None
        if cut is not None:
            h = torch.where(cut, h.detach(), h)
        z = torch.sigmoid(torch.baddbmm(z_in[t], h, P["Wz"]))
        n = torch.tanh(torch.baddbmm(n_in[t], h, P["Wn"]))
        h = torch.lerp(h, n, z)
        states.append(h)
    return (torch.stack(states) @ P["v"]).squeeze(-1)


def batch(sources: list[torch.Generator], rows: int, T: int) -> tuple[Tensor, Tensor]:
    """Inputs, shape (T, M, rows, 2), and the cues, shape (M, rows)."""
    y = torch.stack([torch.randint(0, 2, (rows,), generator=g) for g in sources]) * 2.0 - 1
    X = torch.zeros(T, len(sources), rows, 2)
    X[..., 1] = torch.stack([torch.randn(T, rows, generator=g) for g in sources], 1)
    X[0, ..., 0] = y
    return X, y


def train(nets: list[Net], lag: int, steps: int, rate: float) -> tuple[list[float], list[float]]:
    """Share of right answers of every net after training, and the largest gradient its cue weights ever had."""
    T, P = lag + 1, initial_weights(nets)
    adam = Adam(list(P.values()), rate)
    sources = [seeded(7919 * (1 + net.seed)) for net in nets]
    cut = [[bool(net.K) and t > 0 and (T - t) % net.K == 0 for net in nets] for t in range(T)]
    cuts = [torch.tensor(row)[:, None, None] if any(row) else None for row in cut]
    dense = torch.tensor([net.dense for net in nets])[None, :, None]
    weight = torch.where(dense, torch.ones(T, 1, 1) / T, torch.eye(T)[-1][:, None, None])
    reached = torch.zeros(len(nets))
    for _ in range(steps):
        X, y = batch(sources, B, T)
        L = (softplus(-answers(P, X, cuts) * y) * weight).sum(0).mean(1)
        G = dict(zip(P, torch.autograd.grad(L.sum(), list(P.values())), strict=True))
        for name in ("Uz", "Un"):
            reached = torch.maximum(reached, G[name][:, 0].abs().amax(1))
        size = torch.stack([G[name].flatten(1).pow(2).sum(1) for name in P]).sum(0).sqrt()
        shrink = (1 / size).clamp(max=1.0)[:, None, None]
        adam.step([G[name] * shrink for name in P])
    return right_answers(P, nets, T), reached.tolist()


def right_answers(P: Weights, nets: list[Net], T: int) -> list[float]:
    """On twins, the same noise with both cues: a net that cannot see the cue is right exactly half of the time."""
    with torch.no_grad():
        X, _ = batch([seeded(10**6 + net.seed) for net in nets], TEST_ROWS, T)
        X = torch.cat([X, X], 2)
        y = torch.cat([torch.ones(len(nets), TEST_ROWS), -torch.ones(len(nets), TEST_ROWS)], 1)
        X[0, ..., 0] = y
        right: list[float] = (answers(P, X)[-1] * y > 0).float().mean(1).tolist()
        return right


def cue_gradient(nets: list[Net], lag: int) -> list[float]:
    """|dL/dx_0| / |dL/dx_lag| of every net before training."""
    X, y = batch([seeded(net.seed) for net in nets], B, lag + 1)
    X.requires_grad_()
    (dX,) = torch.autograd.grad(softplus(-answers(initial_weights(nets), X)[-1] * y).sum(), X)
    size = dX.pow(2).sum((2, 3)).sqrt()
    ratio: list[float] = (size[0] / size[-1]).tolist()
    return ratio


class Adam:
    """Kingma & Ba 2015 with their constants. torch.optim would take more than a second to import."""

    def __init__(self, P: list[Tensor], rate: float) -> None:
        self.P, self.rate, self.t = P, rate, 0
        self.m, self.v = [torch.zeros_like(p) for p in P], [torch.zeros_like(p) for p in P]

    @torch.no_grad()
    def step(self, G: list[Tensor]) -> None:
        """m, v <- moving means of g and g^2;  p <- p - rate m^ / (sqrt(v^) + 1e-8)."""
        self.t += 1
        torch._foreach_lerp_(self.m, G, 0.1)
        torch._foreach_mul_(self.v, 0.999)
        torch._foreach_addcmul_(self.v, G, G, 0.001)
        root = torch._foreach_sqrt(torch._foreach_div(self.v, 1 - 0.999**self.t))
        torch._foreach_add_(root, 1e-8)
        torch._foreach_addcdiv_(self.P, self.m, root, -self.rate / (1 - 0.9**self.t))
