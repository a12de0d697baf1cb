"""Checkpoints every S steps: less memory for one more forward pass (Chen et al. 1604.06174; Gruslys et al. 1606.03401).

    keep h every S steps, and recompute a segment when backward comes to it
    peak(S) = T/S + S - 1 states,   smallest at S = sqrt T:  2 sqrt T - 1
    evaluations of the cell: 2 T instead of T

The gradient is the same. With a backward pass at twice the price of a forward pass the whole costs 4/3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from bank.demos.claims import at_most, between, close, equal
from bank.demos.measure import F64, SavedBytes, normal, orthogonal, relative_error, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("T", 144, "steps", choices=(64, 100, 144, 256)),
    Knob("B", 4, "rows in the batch", 1, 8),
    Knob("H", 32, "hidden units", 8, 64),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "{T} steps: after how many steps each is a checkpoint best, for the smallest peak?", tolerance=4, unit="steps", on="x"
)
SEE = "A U: few checkpoints mean long segments, many mean many kept states; the bottom is at sqrt T, far below the flat line."


class Segment(torch.autograd.Function):
    """Runs f without a graph, and again with one when backward comes."""

    @staticmethod
    def forward(ctx: Any, h: Tensor, f: Callable[[Tensor], Tensor], *weights: Tensor) -> Tensor:
        """f(h)."""
        ctx.f = f
        ctx.save_for_backward(h, *weights)
        with torch.no_grad():
            return f(h)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """dh, and the gradients of the weights."""
        h, *weights = ctx.saved_tensors
        with torch.enable_grad():
            h = h.detach().requires_grad_()
            dh, *dw = torch.autograd.grad(ctx.f(h), [h, *weights], gradients[0])
        return dh, None, *dw


class Net:
    """A tanh net that counts the evaluations of its cell."""

    def __init__(self, T: int, B: int, H: int, seed: int) -> None:
        g = seeded(seed)
        self.W, self.U = orthogonal(g, H).requires_grad_(), normal(g, H, H, scale=H**-0.5).requires_grad_()
        self.X, self.h0 = normal(g, T, B, H), torch.zeros(B, H, dtype=F64)
        self.evaluations = 0

    def segment(self, start: int, stop: int) -> Callable[[Tensor], Tensor]:
        """The steps from `start` to `stop` as one function of the state."""

        def f(h: Tensor) -> Tensor:
            for x in self.X[start:stop].unbind(0):
                self.evaluations += 1
                h = torch.tanh(h @ self.W + x @ self.U)
            return h

        return f

    def gradient(self, S: int) -> tuple[Tensor, float, int]:
        """dL/dW with checkpoints every S steps (0: none), the peak in states, and the evaluations."""
        T, self.evaluations = len(self.X), 0
        with SavedBytes([self.W, self.U, self.X, self.h0]) as saved:
            h = self.h0
            if S == 0:
                h = self.segment(0, T)(h)
            else:
                for start in range(0, T, S):
                    h = Segment.apply(h, self.segment(start, start + S), self.W, self.U)  # type: ignore[no-untyped-call]
            (dW,) = torch.autograd.grad(h.sum(), self.W)
        return dW, saved.peak / (self.h0.numel() * 8), self.evaluations


def run(T: int, B: int, H: int, seed: int) -> Outcome:
    """Gradient, peak and evaluations for every S that divides T."""
    net, sizes = Net(T, B, H, seed), [S for S in range(1, T + 1) if T % S == 0]
    plain, plain_peak, plain_evaluations = net.gradient(0)
    runs = [net.gradient(S) for S in sizes]
    peaks = [peak for _, peak, _ in runs]
    smallest = min(peaks)
    best = sizes[peaks.index(smallest)]
    formula = max(abs(peak - (T / S + S - 1)) for S, peak in zip(sizes, peaks, strict=True))
    claims = (
        close("The gradient is the same for every S", max(relative_error(dW, plain) for dW, _, _ in runs), 0, 1e-12),
        close("Plain: the peak is T states", plain_peak, T, 1, "states"),
        close("peak(S) = T/S + S - 1 for every S", formula, 0, 1e-9, "states off"),
        between("The best S is near sqrt T", best / math.sqrt(T), 0.5 - 1e-9, 2 + 1e-9, "sqrt T"),
        at_most("The smallest peak is at most 2 sqrt T", smallest, 2 * math.sqrt(T), "states"),
        equal("The cell is evaluated T times plain", plain_evaluations, T),
        equal("With checkpoints it is evaluated exactly 2 T times, for every S", {n for _, _, n in runs} == {2 * T}, True),
    )
    x = tuple(sizes)
    curves = (Curve("with checkpoints", x, tuple(peaks)), Curve("plain", x, (plain_peak,) * len(x)))
    plot = Plot(Axis("S, steps between two checkpoints", log=True), Axis("peak", "states", log=True), curves)
    return Outcome(plot, claims, best, {"smallest peak": smallest})
