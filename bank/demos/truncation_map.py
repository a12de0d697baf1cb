"""Which loss sends gradient to which step under truncation (Williams & Peng 1990).

    h_s = tanh(W h_{s-1} + x_s + u_s),   L_t = v' h_t,   M[t, s] = |dL_t/du_s|
    chunks:  h is detached every K steps
    window:  every loss goes back over its own last K steps

T copies of the sequence run as a batch and copy t carries L_t alone, so that one backward pass gives all of M.
A chunk of K steps reaches lag K - 1, and on average a loss reaches (K + 1) / 2 steps, itself included.
"""

from __future__ import annotations

import torch
from torch import Tensor

from bank.demos.claims import close, equal
from bank.demos.measure import F64, largest_difference, normal, orthogonal, seeded
from bank.demos.result import Axis, Guess, HeatMap, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("K", 6, "steps between two cuts", 2, 12),
    Knob("T", 24, "steps", 14, 48),
    Knob("H", 8, "hidden units", 2, 24),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "{T} steps, and the state is detached every K = {K} steps. What is the longest lag over which any gradient flows?",
    tolerance=0,
    unit="steps",
)
SEE = "A full triangle, then blocks along the diagonal, then a band of even width; a blank is a gradient of exactly zero."


def run(K: int, T: int, H: int, seed: int) -> Outcome:
    """The three maps, rows t and columns s."""
    g = seeded(seed)
    W, X, v = orthogonal(g, H, 0.95), normal(g, T, H), normal(g, H)
    full, chunks, window = chunked(W, X, v, T), chunked(W, X, v, K), windowed(W, X, v, K)
    t, s = torch.arange(T)[:, None], torch.arange(T)[None, :]
    lag, together = t - s, t // K == s // K
    longest = int(lag[chunks > 0].max())
    reach = float((chunks > 0).sum(1).double().mean())
    expected_reach = sum(t % K + 1 for t in range(T)) / T
    claims = (
        equal("Full BPTT: gradient exactly where s <= t", bool(((full > 0) == (lag >= 0)).all()), True),
        equal("Chunks: exactly zero across every cut", float(chunks[~together].max()), 0.0),
        close(
            "Chunks: equal to the full gradient inside a chunk", largest_difference(chunks[together], full[together]), 0, 1e-13
        ),
        equal("Chunks: the longest lag with any gradient is K - 1", longest, K - 1, "steps"),
        close("Chunks: a loss reaches (K + 1) / 2 steps on average, if K divides T", reach, expected_reach, 1e-9, "steps"),
        equal("Window: every loss from step K on reaches exactly K steps", bool(((window > 0).sum(1)[K:] == K).all()), True),
    )
    maps = (("full", full), ("chunks", chunks), ("window", window))
    plot = Plot(
        Axis("input at step s"),
        Axis("loss at step t"),
        maps=tuple(HeatMap(name, tuple(tuple(row) for row in M.tolist())) for name, M in maps),
    )
    return Outcome(plot, claims, longest, {"mean reach of chunks": reach})


def chunked(W: Tensor, X: Tensor, v: Tensor, K: int) -> Tensor:
    """M for a detach every K steps, shape (T, T)."""
    T, H = X.shape
    u = torch.zeros(T, T, H, dtype=F64, requires_grad=True)  # step s, copy t
    h, L = torch.zeros(T, H, dtype=F64), torch.zeros((), dtype=F64)
    for s, (x_s, u_s) in enumerate(zip(X, u.unbind(0), strict=True)):
        if s % K == 0:
            h = h.detach()
        h = torch.tanh(h @ W.T + x_s + u_s)
        L = L + h[s] @ v
    (du,) = torch.autograd.grad(L, u)
    M: Tensor = torch.linalg.vector_norm(du, dim=2).T
    return M


def windowed(W: Tensor, X: Tensor, v: Tensor, K: int) -> Tensor:
    """M for a backward pass of its own from every loss over the last K steps, shape (T, T)."""
    T, H = X.shape
    M, states = torch.zeros(T, T, dtype=F64), [torch.zeros(H, dtype=F64)]
    for x in X:
        states.append(torch.tanh(W @ states[-1] + x))
    for t in range(T):
        first = max(0, t - K + 1)
        u = torch.zeros(t + 1 - first, H, dtype=F64, requires_grad=True)
        h = states[first]
        for x_s, u_s in zip(X[first : t + 1], u.unbind(0), strict=True):
            h = torch.tanh(W @ h + x_s + u_s)
        (du,) = torch.autograd.grad(h @ v, u)
        M[t, first : t + 1] = du.norm(dim=1)
    return M
