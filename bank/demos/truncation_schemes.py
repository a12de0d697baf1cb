"""Chunks against a sliding window: every truncation is a mask on the gradients of pairs (Williams & Peng 1990).

    G[t, s] = the part of dL_t/dW that enters at step s
    dL/dW = sum over t and s <= t of G[t, s]
    chunks:  t // K == s // K;      window:  t - s < K

One backward pass gives all T^2 parts, and with them every K and every scheme. The window's error falls exponentially with K,
as the gradient does with the lag; the chunks' falls only like a power, since losses just after a cut see nothing.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bank.demos.claims import above, at_least, below, between, close
from bank.demos.measure import F64, line_fit, normal, orthogonal, relative_error, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot
from bank.demos.truncation_error import truncated_gradient

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("rho", 0.9, "every singular value of W", 0.8, 0.95), Knob("seed", 0, "of the random numbers", 0, 9))
GUESS = Guess(
    "48 steps with a loss at each, chunks of K = 24. How far is the truncated gradient off, in percent?", tolerance=15, unit="%"
)
SEE = "At the same K and the same memory the window's error falls in a straight line on the log axis, the chunks' hardly."
T, H = 48, 12
CUTS = (1, 2, 3, 4, 6, 8, 12, 16, 24)


def run(rho: float, seed: int) -> Outcome:
    """The error of both schemes for every K, as masks."""
    G = pairs(seed, rho)
    full = G.sum((0, 1))
    t, s = torch.arange(T)[:, None], torch.arange(T)[None, :]
    by_chunk = [masked(G, t // K == s // K) for K in CUTS]
    chunks = [relative_error(g, full) for g in by_chunk]
    window = [relative_error(masked(G, t - s < K), full) for K in CUTS]
    detached = [truncated_gradient(T, K, H, seed, rho) for K in CUTS]
    worst = max(float((g - d).norm() / full.norm()) for g, d in zip(by_chunk, detached, strict=True))
    power, _ = line_fit([math.log(K) for K in CUTS], [math.log(e) for e in chunks])
    rate, straight = line_fit(CUTS, [math.log(e) for e in window])
    claims = (
        close("Masking pairs is what detaching does", worst, 0, 1e-12, "relative difference"),
        between("Chunks: the error falls like a power of K, the power being", power, -1.3, -0.2),
        below("Window: the error falls nearly as fast as rho^K", rate, 0.9 * math.log(rho), "a step"),
        at_least("Window: ln error is a straight line in K (R^2)", straight, 0.9),
        above("At K = 24 the window is more than ten times closer", chunks[-1] / window[-1], 10, "times"),
    )
    plot = Plot(
        Axis("K, steps that a loss may see"),
        Axis("relative error of dL/dW", log=True),
        (Curve("chunks", CUTS, tuple(chunks)), Curve("sliding window", CUTS, tuple(window))),
    )
    return Outcome(plot, claims, 100 * chunks[-1], {"window's error at K = 24, in percent": 100 * window[-1]})


def pairs(seed: int, rho: float, drive: float = 0.5) -> Tensor:
    """G[t, s], shape (T, T, H, H): T copies of the sequence, copy t carries L_t, and W is untied per step and copy."""
    g = seeded(seed)
    W, X, v = orthogonal(g, H, rho), normal(g, T, H), normal(g, H)
    Ws = W.expand(T, T, H, H).clone().requires_grad_()
    h, L = torch.zeros(T, H, dtype=F64), torch.zeros((), dtype=F64)
    for s, W_s in enumerate(Ws.unbind(0)):
        h = torch.tanh((W_s @ h[:, :, None])[:, :, 0] + drive * X[s])
        L = L + v @ h[s]
    return torch.autograd.grad(L, Ws)[0].transpose(0, 1)


def masked(G: Tensor, mask: Tensor) -> Tensor:
    """The sum of the pairs that the mask lets through."""
    return G[mask].sum(0)
