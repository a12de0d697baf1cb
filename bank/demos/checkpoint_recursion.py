"""Checkpoints all the way down: memory log T (Griewank & Walther 2000, in its binary form).

    back(h_a, a, b):  run to the middle m and keep h_m,
                      back(h_m, m, b), forget h_m, back(h_a, a, m)
    states held at once <= log2 T,   evaluations = T + T log2(T) / 2

Work is the price: every level of the recursion runs half of the sequence once more.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bank.demos.claims import close, equal
from bank.demos.measure import F64, normal, orthogonal, relative_error, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("T", 256, "steps", choices=(64, 128, 256, 512)),
    Knob("H", 8, "hidden units", 2, 16),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess("{T} steps, halved again and again: how many states are held at once?", tolerance=1, unit="states", on="y")
SEE = "The held states rise by one per doubling of T: the last line of defence when even the square root is too much."


class Recursion:
    """Hand-written backward pass of h_t = tanh(W h_{t-1} + x_t) that counts what it holds and evaluates."""

    def __init__(self, W: Tensor, X: Tensor) -> None:
        self.W, self.X = W, X
        self.evaluations = self.held = self.most_held = 0

    def step(self, h: Tensor, t: int) -> Tensor:
        """One evaluation of the cell."""
        self.evaluations += 1
        return torch.tanh(self.W @ h + self.X[t])

    def back(self, h: Tensor, a: int, b: int, dh: Tensor) -> tuple[Tensor, Tensor]:
        """From h_a and dL/dh_b to dL/dh_a and the terms of dL/dW of the steps in between."""
        if b - a == 1:
            da = (1 - self.step(h, a) ** 2) * dh
            return self.W.T @ da, torch.outer(da, h)
        m, middle = (a + b) // 2, h
        for t in range(a, m):
            middle = self.step(middle, t)
        self.held += 1
        self.most_held = max(self.most_held, self.held)
        dh, later = self.back(middle, m, b, dh)
        self.held -= 1
        dh, earlier = self.back(h, a, m, dh)
        return dh, earlier + later


def run(T: int, H: int, seed: int) -> Outcome:
    """The gradient by recursion against autograd, and the held states for shorter sequences."""
    g = seeded(seed)
    W, X = orthogonal(g, H), normal(g, T, H)
    recursion = Recursion(W, X)
    with torch.no_grad():
        _, dW = recursion.back(torch.zeros(H, dtype=F64), 0, T, torch.ones(H, dtype=F64))
    levels = int(math.log2(T))
    claims = (
        close("The gradient is that of autograd", relative_error(dW, by_autograd(W, X)), 0, 1e-12, "relative difference"),
        equal("States held at once: log2 T", recursion.most_held, levels, "states"),
        equal("Evaluations of the cell: T + T log2(T) / 2", recursion.evaluations, T + T * levels // 2),
    )
    lengths = tuple(2**k for k in range(2, levels + 1))
    plot = Plot(
        Axis("steps T", log=True),
        Axis("states held at once"),
        (
            Curve("recursive", lengths, tuple(most_held(W, X[:n]) for n in lengths)),
            Curve("every sqrt T steps", lengths, tuple(2 * math.sqrt(n) - 1 for n in lengths)),
        ),
    )
    return Outcome(plot, claims, recursion.most_held, {"evaluations": recursion.evaluations})


def most_held(W: Tensor, X: Tensor) -> int:
    """States held at once for the sequence X."""
    recursion = Recursion(W, X)
    with torch.no_grad():
        recursion.back(torch.zeros(len(W), dtype=F64), 0, len(X), torch.ones(len(W), dtype=F64))
    return recursion.most_held


def by_autograd(W: Tensor, X: Tensor) -> Tensor:
    """dL/dW, L = the sum over h_T, the plain way."""
    W = W.clone().requires_grad_()
    h = torch.zeros(len(W), dtype=F64)
    for x in X.unbind(0):
        h = torch.tanh(W @ h + x)
    return torch.autograd.grad(h.sum(), W)[0]
