"""A largest singular value below one makes the gradient vanish, whatever the inputs (Pascanu et al. 2013, section 2.1).

    h_t = tanh(W h_{t-1} + x_t),   tanh' <= 1
    |dh_T/dh_{T-lag}|  <=  prod |diag(tanh') W|  <=  sigma_max(W)^lag

Sufficient to vanish, and not necessary: the measured norm is far below its bound.
"""

from __future__ import annotations

import torch

from bank.demos.claims import at_most, below, close
from bank.demos.measure import F64, jacobians, normal, norms_by_lag, seeded, spectral_norm
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("sigma", 0.95, "largest singular value of W", 0.5, 1.0),
    Knob("T", 40, "steps", 10, 80),
    Knob("H", 32, "hidden units", 4, 64),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "The largest singular value is {sigma:g}, tanh' is at most 1. At most what share of a gradient is left after {T} steps?",
    tolerance=1.5,
    factor=True,
    on="y",
)
SEE = "The measured line never crosses the bound, and lies far below it: the bound is sufficient, not tight."


def run(sigma: float, T: int, H: int, seed: int) -> Outcome:
    """The spectral norm of the Jacobian at every lag, and its bound."""
    g = seeded(seed)
    W = normal(g, H, H)
    W = W * (sigma / spectral_norm(W))
    X = normal(g, T, H)
    J, _ = jacobians(lambda t, h: torch.tanh(h @ W.T + X[t]), torch.zeros(H, dtype=F64), T)
    norms = norms_by_lag(J)
    claims = (
        close("sigma_max(W) is as set", spectral_norm(W), sigma, 1e-12),
        at_most(
            "At no lag is the norm above sigma_max^lag",
            max(n / sigma**lag for lag, n in enumerate(norms)),
            1,
            "of the bound",
            1e-12,
        ),
        below("At the longest lag it is well below the bound", norms[T] / sigma**T, 0.5, "of the bound"),
    )
    lags = tuple(range(T + 1))
    curves = (Curve("sigma_max^lag", lags, tuple(sigma**lag for lag in lags)), Curve("measured", lags, tuple(norms)))
    return Outcome(Plot(Axis("lag", "steps"), Axis("|dh_T/dh_(T-lag)|", log=True), curves), claims, sigma**T)
