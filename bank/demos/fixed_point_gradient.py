"""The gradient of a fixed point needs no time (Almeida 1987, Pineda 1987; Bai et al. 1909.01377, DEQ).

    h* = tanh(W h* + b),   J = diag(1 - h*^2) W,   L = v' h*
    l = (I - J')^-1 v,     dL/dW = ((1 - h*^2) l) h*'       memory O(1)
    BPTT over T steps at h*:  error ~ |J^T| ~ radius(J)^T

It holds where the state does settle; a net that is still moving has no such short cut.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bank.demos.claims import below, close
from bank.demos.measure import F64, log_slope, normal, orthogonal, relative_error, seeded, spectral_radius
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("rho", 0.7, "every singular value of W", 0.5, 0.8),
    Knob("H", 24, "hidden units", 8, 32),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "Singular values {rho:g}, and tanh takes some more. How many steps does BPTT take to come within a millionth?",
    tolerance=1.5,
    unit="steps",
    factor=True,
    on="x",
)
SEE = "BPTT's error falls in a straight line to rounding: with enough steps it is the gradient that needed none."
T = 64


def run(rho: float, H: int, seed: int) -> Outcome:
    """The implicit gradient, and how far BPTT over T steps is from it."""
    g = seeded(seed)
    W, b, v = orthogonal(g, H, rho), normal(g, H), normal(g, H)
    h = torch.zeros(H, dtype=F64)
    for _ in range(500):
        h = torch.tanh(W @ h + b)
    slope = 1 - h**2
    J = slope[:, None] * W
    l = torch.linalg.solve(torch.eye(H, dtype=F64) - J.T, v)
    implicit = torch.outer(slope * l, h)
    by_steps = unrolled(W, b, v, h)
    errors = [relative_error(dW, implicit) for dW in by_steps]
    radius, near = spectral_radius(J), next((n for n, e in enumerate(errors, 1) if e < 1e-6), T)
    claims = (
        close("h* is a fixed point", relative_error(torch.tanh(W @ h + b), h), 0, 1e-14, "relative difference"),
        below("BPTT over 64 steps is the implicit gradient", errors[-1], 1e-6, "relative difference"),
        close(
            "Its error falls like the spectral radius of J to the power T",
            log_slope(errors[:20]),
            math.log(radius),
            0.25,
            "a step",
        ),
    )
    steps = tuple(range(1, T + 1))
    plot = Plot(Axis("steps T of BPTT"), Axis("relative error", log=True), (Curve("BPTT", steps, tuple(errors)),))
    return Outcome(plot, claims, near, {"spectral radius of J": radius})


def unrolled(W: Tensor, b: Tensor, v: Tensor, h: Tensor) -> Tensor:
    """dL/dW by BPTT over 1, ..., T steps that all stay at the fixed point h, shape (T, H, H): the later terms' sums."""
    Ws = W.expand(T, *W.shape).clone().requires_grad_()
    for W_t in Ws.unbind(0):
        h = torch.tanh(W_t @ h + b)
    (terms,) = torch.autograd.grad(h @ v, Ws)
    return terms.flip(0).cumsum(0)
