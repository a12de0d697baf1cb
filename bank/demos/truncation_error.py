"""How far the truncated gradient is from the full one (d2l.ai, "Backpropagation Through Time").

    h_t = tanh(W h_{t-1} + x_t / 2),  L = sum_t v' h_t,  detached every K steps
    error(K) = |g_K - g| / |g|,   cosine(K) = <g_K, g> / (|g_K| |g|)

At K = T nothing is cut, and the error is exactly zero. The sum over the losses makes chunks err even for large K: those just
after a cut see almost nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

from bank.demos.claims import above, equal
from bank.demos.measure import F64, normal, orthogonal, relative_error, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("rho", 0.9, "every singular value of W", 0.7, 1.0),
    Knob("H", 16, "hidden units", 4, 32),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "48 steps with a loss at each, the state detached after half of them. How far is the gradient off, in percent?",
    tolerance=15,
    unit="%",
)
SEE = "The error falls slowly, and is still there at K = 24: it is exactly zero only when nothing is cut."
T = 48
CUTS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 48)


def run(rho: float, H: int, seed: int) -> Outcome:
    """Error and cosine for every K."""
    full = truncated_gradient(T, T, H, seed, rho)
    gradients = [truncated_gradient(T, K, H, seed, rho) for K in CUTS]
    errors = [relative_error(g, full) for g in gradients]
    cosines = [float((g * full).sum() / g.norm() / full.norm()) for g in gradients]
    claims = (
        equal("K = T is exact", errors[-1], 0.0),
        above("Every K below T is off", min(errors[:-1]), 1e-6, "relative error"),
        above("Half the length leaves a smaller error than one step", errors[0] / errors[-2], 1, "times"),
        above("K = 24 points closer to the right direction than K = 1", cosines[-2] - cosines[0], 0, "in cosine"),
    )
    plot = Plot(
        Axis("K, steps between two cuts", log=True),
        Axis("relative"),
        (Curve("error", CUTS, tuple(errors)), Curve("cosine with the full gradient", CUTS, tuple(cosines))),
    )
    return Outcome(plot, claims, 100 * errors[CUTS.index(24)])


def truncated_gradient(T: int, K: int, H: int, seed: int, rho: float, drive: float = 0.5) -> Tensor:
    """dL/dW with the state detached every K steps, shape (H, H)."""
    g = seeded(seed)
    W, X, v = orthogonal(g, H, rho).requires_grad_(), normal(g, T, H), normal(g, H)
    h, L = torch.zeros(H, dtype=F64), torch.zeros((), dtype=F64)
    for t, x in enumerate(X):
        if t % K == 0:
            h = h.detach()
        h = torch.tanh(W @ h + drive * x)
        L = L + v @ h
    return torch.autograd.grad(L, W)[0]
