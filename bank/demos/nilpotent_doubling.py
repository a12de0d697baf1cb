"""Every eigenvalue of W is zero, and the gradient doubles at every step.

    x_t = W tanh(x_{t-1}) + b,   W = [[8, 8], [-8, -8]],  W^2 = 0
    J = W diag(tanh'(x)),  at the fixed point x = (0, artanh 1/2):
    J = [[8, 6], [-8, -6]],  J^2 = 2 J

A counterexample to the condition of Pascanu et al. 2013 (section 2.1) read with the eigenvalues of W; the one with singular
values is a theorem. The fixed point is unstable, rounding doubles too, and so T stays small.
"""

from __future__ import annotations

import math

import torch

from bank.demos.claims import above, below, close, equal
from bank.demos.measure import F64, jacobians, line_fit, norms_by_lag, spectral_norm, spectral_radius
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("T", 24, "steps", 8, 28),)
GUESS = Guess(
    "Two tanh units; every eigenvalue of the recurrent matrix is 0. By what factor does the gradient change per step back?",
    tolerance=0.01,
)
SEE = "A straight line going up: the gradient doubles per step, and the eigenvalues of W knew nothing of it."


def run(T: int) -> Outcome:
    """The spectral norm of the Jacobian at every lag."""
    W = torch.tensor([[8.0, 8.0], [-8.0, -8.0]], dtype=F64)
    x = torch.tensor([0.0, math.atanh(0.5)], dtype=F64)
    b = x - W @ torch.tanh(x)
    J, states = jacobians(lambda t, x: torch.tanh(x) @ W.T + b, x, T)
    norms = norms_by_lag(J)
    slope, _ = line_fit(range(1, T + 1), [math.log2(norm) for norm in norms[1:]])
    claims = (
        equal("W^2 = 0, so that every eigenvalue of W is 0", float((W @ W).norm()), 0.0),
        close("log2 of the gradient rises by one per step", slope, 1, 1e-6, "a step"),
        close("The Jacobian W diag(tanh') has spectral radius 2", spectral_radius(W * (1 - torch.tanh(x) ** 2)), 2, 1e-9),
        above("sigma_max(W) is above one, as the theorem demands of growth", spectral_norm(W), 1),
        below("The state has stayed at the fixed point", float((states[-1] - x).norm()), 1e-4),
    )
    lags = tuple(range(T + 1))
    plot = Plot(Axis("lag", "steps"), Axis("|dx_T/dx_(T-lag)|", log=True), (Curve("measured", lags, tuple(norms)),))
    return Outcome(plot, claims, (norms[T] / norms[T // 2]) ** (1 / (T - T // 2)))
