"""What vanishes is the share of the long lags, not the gradient of the weights.

    h_t = tanh(W_t h_{t-1} + 0.3 U x_t),   W_t = W,   L = v' h_T
    dL/dW = sum over lags of dL/dW_{T-lag};  one backward pass gives each term

The sum is dominated by the short lags and stays large: the defect is credit, not size, and a larger learning rate is no cure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor

from bank.demos.claims import above, at_most, below, close
from bank.demos.measure import F64, log_slope, normal, orthogonal, relative_error, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("rho", 0.8, "every singular value of W", 0.5, 0.85),
    Knob("T", 60, "steps", 50, 100),
    Knob("H", 32, "hidden units", 8, 64),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "Loss after the last of {T} steps, singular values {rho:g}. How much of |dL/dW| is left if only lags from 10 on count?",
    tolerance=2,
    unit="%",
    factor=True,
)
SEE = "Both lines fall exponentially, while the gradient's full size, the tail from lag 0, is ordinary: long lags have no say."


def run(rho: float, T: int, H: int, seed: int) -> Outcome:
    """The terms of dL/dW by lag, and the tails of their sum."""
    g = seeded(seed)
    W = orthogonal(g, H, rho).requires_grad_()
    U, X, v = normal(g, H, H, scale=H**-0.5), normal(g, T, H), normal(g, H)

    def loss(Ws: Iterable[Tensor]) -> Tensor:
        h = torch.zeros(H, dtype=F64)
        for W_t, x in zip(Ws, X, strict=True):
            h = torch.tanh(W_t @ h + 0.3 * U @ x)
        return v @ h

    copies = W.expand(T, H, H)
    (terms,) = torch.autograd.grad(loss(copies.unbind(0)), copies)
    (dW,) = torch.autograd.grad(loss([W] * T), W)
    size = float(dW.norm())
    by_lag = (terms.flatten(1).norm(dim=1).flip(0)[:-1] / size).tolist()  # the first step's term is zero, as h is
    tails = (terms.cumsum(0).flatten(1).norm(dim=1).flip(0)[:-1] / size).tolist()
    claims = (
        close("The terms of all lags add up to dL/dW", relative_error(terms.sum(0), dW), 0, 1e-12, "relative difference"),
        above("The gradient of the weights is not small", size, 0.1),
        below("The longest lag's share of it is negligible", by_lag[-1], 1e-4),
        at_most("The terms fall at least as fast as rho^lag", log_slope(by_lag, 5), math.log(rho) + 0.01, "a step"),
    )
    lags = tuple(range(T - 1))
    curves = (Curve("this lag's term", lags, tuple(by_lag)), Curve("all lags from this one on", lags, tuple(tails)))
    plot = Plot(Axis("lag", "steps"), Axis("share of |dL/dW|", log=True), curves)
    half = next(lag for lag in lags if tails[lag] < 0.5)
    return Outcome(plot, claims, 100 * tails[10], {"|dL/dW|": size, "lag from which less than half is left": half})
