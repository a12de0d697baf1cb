"""Random truncation is unbiased once each survivor is reweighted (Tallec & Ollivier 1705.08209; d2l.ai, "BPTT").

    h_t = tanh(W (xi_t h_{t-1} + (1 - xi_t) sg(h_{t-1})) + x_t / 2)
    sg stops the gradient,   xi_t = 1/p with probability p, else 0
    E[xi_t] = 1   =>   E[gradient] = the full gradient

The mean is taken over all 2^(T-1) patterns of cuts, so it is exact. The price is variance.
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor

from bank.demos.claims import above, close
from bank.demos.measure import F64, normal, orthogonal, relative_error, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("p", 0.6, "probability that a step's gradient survives", 0.3, 0.9),
    Knob("T", 8, "steps", 4, 10),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "Every link back in time survives with probability {p:g} and is then divided by it. How far off is the mean gradient?",
    tolerance=1,
    unit="%",
)
SEE = "Reweighted, the mean over the patterns seen so far runs into the full gradient; without reweighting it stays off."
H, RHO = 6, 0.9


def run(p: float, T: int, seed: int) -> Outcome:
    """Every pattern as one row of a batch, with its probability."""
    patterns = torch.tensor(list(itertools.product((0.0, 1.0), repeat=T - 1)), dtype=F64)
    chance = p ** patterns.sum(1) * (1 - p) ** (1 - patterns).sum(1)
    full = gradients(torch.ones(1, T - 1, dtype=F64), seed)[0]
    weighted, plain = gradients(patterns / p, seed), gradients(patterns, seed)
    mean, mean_plain = (torch.einsum("n,nij->ij", chance, g) for g in (weighted, plain))
    off, off_plain = relative_error(mean, full), relative_error(mean_plain, full)
    variance = (chance * (weighted - full).flatten(1).pow(2).sum(1)).sum()
    deviation = math.sqrt(float(variance)) / float(full.norm())
    claims = (
        close("The chances of all patterns add up to one", float(chance.sum()), 1, 1e-12),
        close("Reweighted by 1/p the mean over all patterns is the full gradient", off, 0, 1e-12, "relative difference"),
        above("Without reweighting it stays off", off_plain, 1e-3, "relative difference"),
        above("The price is variance: the standard deviation", deviation, 0.01, "of |gradient|"),
    )
    draws = torch.multinomial(chance.cpu(), 2000, replacement=True, generator=seeded(seed)).to(chance.device)
    counts = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
    curves = tuple(
        Curve(name, counts, tuple(relative_error(g[draws[:n]].mean(0), full) for n in counts))
        for name, g in (("reweighted", weighted), ("not reweighted", plain))
    )
    plot = Plot(Axis("random patterns averaged", log=True), Axis("relative error", log=True), curves)
    return Outcome(plot, claims, 100 * off, {"relative standard deviation": deviation, "bias without reweighting": off_plain})


def gradients(xi: Tensor, seed: int) -> Tensor:
    """dL/dW, L = sum_t v' h_t, for every row of xi, shape (patterns, T-1); shape (patterns, H, H)."""
    g = seeded(seed)
    N, T = len(xi), xi.shape[1] + 1
    W, X, v = orthogonal(g, H, RHO), normal(g, T, H), normal(g, H)
    Ws = W.expand(N, H, H).clone().requires_grad_()
    h, L = torch.tanh(0.5 * X[0]).expand(N, H), torch.zeros((), dtype=F64)
    for t in range(1, T):
        x = xi[:, t - 1, None]
        passed = x * h + (1 - x) * h.detach()
        h = torch.tanh((Ws @ passed[:, :, None])[:, :, 0] + 0.5 * X[t])
        L = L + (h @ v).sum()
    return torch.autograd.grad(L, Ws)[0]
