"""What clipping does to one gradient (Pascanu et al. 2013, algorithm 1).

    by norm:   g <- g min(1, c / |g|)          keeps the direction, |g| <= c
    by value:  g_i <- max(-c, min(c, g_i))     turns it

The library returns the norm before clipping, and adds 1e-6 to the denominator. A vanished gradient passes as it is, and an
infinite one is not repaired: inf * 0 is nan.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from bank.demos.claims import below, close, equal
from bank.demos.measure import F64, normal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("c", 1.0, "threshold", 0.1, 2.0),
    Knob("n", 50, "numbers in the gradient", 20, 200),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "A gradient of norm 0.000000001 is clipped by norm at c = {c:g}. What does clipping multiply it by?", tolerance=0.01
)
SEE = "Below the threshold nothing changes, above it the length stays at c: nothing is ever made longer."


def run(c: float, n: int, seed: int) -> Outcome:
    """One heavy-tailed gradient, and what each way of clipping makes of it."""
    g = seeded(seed)
    v = normal(g, n) * torch.exp(2 * normal(g, n))
    by_norm, reported = clipped_by_norm(v, c)
    by_value = clipped_by_value(v, c)
    tiny, _ = clipped_by_norm(v / v.norm() * 1e-9, c)
    broken = v.clone()
    broken[0] = math.inf
    ruined, _ = clipped_by_norm(broken, c)
    claims = (
        close("By norm: the new norm is the threshold", float(by_norm.norm()) / c, 1, 1e-5, "of c"),
        close("By norm: the direction is kept (cosine)", cosine(by_norm, v), 1, 1e-12),
        close("The returned norm is the one before clipping", reported / float(v.norm()), 1, 1e-12, "of |g|"),
        below("By value: the direction is not kept (cosine)", cosine(by_value, v), 0.99),
        close("A vanished gradient is left as it is", float(tiny.norm()) / 1e-9, 1, 1e-9, "of its size"),
        equal("One infinite entry turns into nan", bool(ruined[0].isnan()), True),
        equal("One infinite entry turns all the others into zero", float(ruined[1:].abs().max()), 0.0),
    )
    sizes = tuple(10 ** (k / 4) for k in range(-12, 13))
    after = tuple(float(clipped_by_norm(v / v.norm() * size, c)[0].norm()) for size in sizes)
    curves = (Curve("no clipping", sizes, sizes), Curve("clipped by norm", sizes, after))
    plot = Plot(Axis("norm before", log=True), Axis("norm after", log=True), curves)
    return Outcome(plot, claims, float(tiny.norm()) / 1e-9, {"cosine after clipping by value": cosine(by_value, v)})


def clipped_by_norm(v: Tensor, c: float) -> tuple[Tensor, float]:
    """The gradient after clipping, and the norm that the library returns."""
    p = torch.zeros(len(v), dtype=F64, requires_grad=True)
    p.grad = v.clone()
    reported = float(clip_grad_norm_([p], c))
    return p.grad, reported


def clipped_by_value(v: Tensor, c: float) -> Tensor:
    """The gradient after every entry has been clipped."""
    p = torch.zeros(len(v), dtype=F64, requires_grad=True)
    p.grad = v.clone()
    clip_grad_value_([p], c)
    return p.grad


def cosine(a: Tensor, b: Tensor) -> float:
    """<a, b> / (|a| |b|)."""
    return float(a @ b / a.norm() / b.norm())
