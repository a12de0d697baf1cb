"""Mean and variance of the gradient under dropout (Srivastava et al. 2014; inverted dropout).

    u_i = m_i x_i / (1 - p),   m_i = 1 with probability 1 - p, else 0
    L = w' u:        E[dL/dx_i] = w_i,    Var(dL/dx_i) = w_i^2 p / (1 - p)
    any other loss:  the mean gradient is not the gradient of the mean

The mean is taken over all 2^n masks with their probabilities, so it is exact.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import dropout

from bank.demos.claims import above, close, equal
from bank.demos.measure import F64, normal, relative_error, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("p", 0.5, "share of the units that is dropped", 0.1, 0.9),
    Knob("n", 8, "units", 2, 10),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "Dropout {p:g}, a loss linear in the units: what is the standard deviation of a gradient, relative to its mean?",
    tolerance=0.1,
    on="y",
)
SEE = "The noise grows with p, slowly at first and then without bound, along the root of p / (1 - p)."
RATES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def run(p: float, n: int, seed: int) -> Outcome:
    """The gradient under every mask, with its mean and its variance."""
    g = seeded(seed)
    x, w = normal(g, n), normal(g, n)
    mean, variance = moments(x, lambda u: u @ w, p)
    unscaled, _ = moments(x, lambda u: u @ w * (1 - p), p)
    curved, _ = moments(x, lambda u: torch.tanh(u @ w), p)
    (smooth,) = torch.autograd.grad(torch.tanh(x.requires_grad_() @ w), x)
    x = x.detach()
    noise = float((variance / mean**2).mean().sqrt())
    kept, expected = library(p, seed), w**2 * p / (1 - p)
    claims = (
        close(
            "Linear loss: the mean gradient is that without dropout", relative_error(mean, w), 0, 1e-12, "relative difference"
        ),
        close(
            "Linear loss: the variance is w^2 p / (1 - p)", relative_error(variance, expected), 0, 1e-12, "relative difference"
        ),
        close("Without the division by 1 - p the mean shrinks to 1 - p", float((unscaled / w).mean()), 1 - p, 1e-12),
        above("A curved loss: the mean is off", relative_error(curved, smooth), 1e-4, "relative difference"),
        close("torch's dropout divides its survivors by 1 - p", kept * (1 - p), 1, 1e-6),
        equal("torch's dropout does nothing in evaluation", bool((dropout(x, p, training=False) == x).all()), True),
    )
    measured = []
    for rate in RATES:
        rate_mean, rate_variance = moments(x, lambda u: u @ w, rate)
        measured.append(float((rate_variance / rate_mean**2).mean().sqrt()))
    theory = tuple(math.sqrt(rate / (1 - rate)) for rate in RATES)
    plot = Plot(
        Axis("share dropped, p"),
        Axis("standard deviation over mean"),
        (Curve("measured", RATES, tuple(measured)), Curve("sqrt(p / (1 - p))", RATES, theory)),
    )
    return Outcome(plot, claims, noise, {"curved loss, mean off by": relative_error(curved, smooth)})


def moments(x: Tensor, loss: Callable[[Tensor], Tensor], p: float) -> tuple[Tensor, Tensor]:
    """Mean and variance of dL/dx over all masks; the loss takes rows of units."""
    masks = torch.tensor(list(itertools.product((0.0, 1.0), repeat=len(x))), dtype=F64)
    chance = (1 - p) ** masks.sum(1) * p ** (1 - masks).sum(1)
    rows = x.detach().expand(len(masks), len(x)).clone().requires_grad_()
    (d,) = torch.autograd.grad(loss(masks * rows / (1 - p)).sum(), rows)
    mean = chance @ d
    return mean, chance @ (d - mean) ** 2


def library(p: float, seed: int) -> float:
    """What torch's dropout makes of a one that survives."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return float(dropout(torch.ones(1000, dtype=F64), p).max())
