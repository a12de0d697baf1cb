"""In a linear net the gradient through time is exactly a power of rho (Pascanu et al. 2013, section 2.1).

    h_t = W h_{t-1} + x_t,   W = rho Q,  Q orthogonal, (H, H)
    dh_T/dh_{T-lag} = W^lag      =>   |dh_T/dh_{T-lag}| = rho^lag

Linear and normal on purpose: only then do eigenvalues alone decide.
"""

from __future__ import annotations

import math

import torch

from bank.demos.claims import close
from bank.demos.measure import jacobians, log_slope, normal, norms_by_lag, orthogonal, relative_error, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("rho", 0.9, "every |eigenvalue| of W", 0.5, 1.5),
    Knob("T", 40, "steps", 10, 80),
    Knob("H", 16, "hidden units", 2, 32),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "Every eigenvalue of W has size {rho:g}. After how many steps back has the gradient halved, or doubled? (0 if neither)",
    tolerance=0.5,
    unit="steps",
    on="x",
)
SEE = "A straight line on the logarithmic axis, of slope ln rho: it falls below rho = 1, is flat there, and rises above it."


def run(rho: float, T: int, H: int, seed: int) -> Outcome:
    """The spectral norm of the Jacobian at every lag."""
    g = seeded(seed)
    W, X = orthogonal(g, H, rho), normal(g, T, H)
    J, _ = jacobians(lambda t, h: h @ W.T + X[t], normal(g, H), T)
    norms = norms_by_lag(J)
    worst = max(relative_error(J[T - lag], torch.linalg.matrix_power(W, lag)) for lag in range(T + 1))
    claims = (
        close("The slope of ln |dh_T/dh_(T-lag)| is ln rho", log_slope(norms), math.log(rho), 1e-10, "a step"),
        close("The Jacobian over a lag is W to the power of the lag", worst, 0, 1e-12, "relative difference"),
        close("At the longest lag the norm is rho^T", norms[T] / rho**T, 1, 1e-10, "of rho^T"),
    )
    lags = tuple(range(T + 1))
    plot = Plot(
        Axis("lag", "steps"),
        Axis("|dh_T/dh_(T-lag)|", log=True),
        (Curve("measured", lags, tuple(norms)), Curve("rho^lag", lags, tuple(rho**lag for lag in lags))),
    )
    halved = 0.0 if rho == 1 else math.log(2) / abs(math.log(norms[T]) / T)
    return Outcome(plot, claims, halved, {"norm at the longest lag": norms[T]})
