"""Descent over a cliff, with and without clipping (Pascanu et al. 2013, figure 6).

    x_t = w sigmoid(x_{t-1}) + b,   L = (sigmoid(x_T) - 0.7)^2
    (w, b) <- (w, b) - rate g min(1, c / |g|)

A grid of starts times seven thresholds runs as one batch. Clipping bounds the step by rate * c; it does not make the gradient
of a cliff informative, and clipping every batch biases the mean step.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bank.demos.claims import above, at_most, below
from bank.demos.measure import F64
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("T", 50, "steps of the recurrence", 30, 80),
    Knob("n", 15, "starts along w, and along b", 11, 15),
    Knob("rate", 0.3, "learning rate", 0.2, 0.5),
)
GUESS = Guess(
    "Descent with a well chosen clipping threshold solves most starts. What share is solved without clipping?",
    tolerance=0.15,
    on="y",
)
SEE = "A hill: too small a threshold is too slow, too large a one, the last point being none at all, is thrown off the cliff."
THRESHOLDS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, math.inf)
DESCENTS = 200


def run(T: int, n: int, rate: float) -> Outcome:
    """The share of starts whose loss ends below 0.001, for every threshold."""
    c = torch.tensor(THRESHOLDS, dtype=F64)[:, None, None]
    w = torch.linspace(4.0, 6.5, n, dtype=F64)[None, None, :].expand(len(THRESHOLDS), n, n)
    b = torch.linspace(-3.0, -2.0, n, dtype=F64)[None, :, None].expand(len(THRESHOLDS), n, n)
    longest, steepest = torch.zeros_like(w), torch.zeros_like(w)
    for _ in range(DESCENTS):
        w, b = w.detach().requires_grad_(), b.detach().requires_grad_()
        dw, db = torch.autograd.grad(loss(w, b, T).sum(), (w, b))
        size = (dw**2 + db**2).sqrt()
        shrink = (c / size.clamp_min(1e-300)).clamp(max=1.0)
        w, b = w - rate * shrink * dw, b - rate * shrink * db
        longest, steepest = torch.maximum(longest, rate * shrink * size), torch.maximum(steepest, size)
    solved = (loss(w, b, T) < 1e-3).double().mean((1, 2)).tolist()
    one = THRESHOLDS.index(1.0)
    g, chance = torch.tensor([10.0, -1.0], dtype=F64), torch.tensor([0.1, 0.9], dtype=F64)
    mean, clipped_mean = float(chance @ g), float(chance @ g.clamp(-1, 1))
    claims = (
        above("Clipping at 1 solves more starts than no clipping, by", solved[one] - solved[-1], 0.1, "of all"),
        above("Without clipping the gradient meets the cliff", float(steepest[-1].max()), 1e3),
        at_most("A clipped step is never longer than rate * c", float(longest[one].max()), rate, slack=1e-9),
        above("Too small a threshold is too slow: 0.03 solves fewer than 1, by", solved[one] - solved[0], 0.1, "of all"),
        below(f"Clipping each of 10 (one time in ten) and -1 at 1 turns their mean, {mean:.1f}, round", clipped_mean, 0),
    )
    x = (*THRESHOLDS[:-1], 100.0)
    plot = Plot(Axis("threshold c (100 stands for none)", log=True), Axis("share solved"), (Curve("solved", x, tuple(solved)),))
    extra = {"solved at c = 1": solved[one], "steepest gradient": float(steepest[-1].max())}
    return Outcome(plot, claims, solved[-1], extra)


def loss(w: Tensor, b: Tensor, T: int) -> Tensor:
    """L of every w and b, elementwise."""
    x = torch.zeros_like(w)
    for _ in range(T):
        x = w * torch.sigmoid(x) + b
    return (torch.sigmoid(x) - 0.7) ** 2
