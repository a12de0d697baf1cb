"""In a nonlinear net the Lyapunov exponent sets the gradient's rate (Engelken et al. 2006.14123, Mikhaeil et al. 2110.07238).

    h_t = tanh(W h_{t-1} + drive x_t),   W ~ N(0, gain^2 / H)
    J_t = diag(tanh'_t) W
    lambda = lim 1/T ln |J_T ... J_1|  <=  ln sigma_max(W)

The exponent is computed forward, by repeated QR of the Jacobians, and the slope backward, by autograd: two calculations that
share nothing. Inputs saturate tanh, so that a spectral radius above one still gives a vanishing gradient.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bank.demos.claims import at_most, below, close
from bank.demos.measure import F64, jacobians, log_slope, normal, norms_by_lag, seeded, spectral_norm, spectral_radius
from bank.demos.result import Axis, Claim, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("gain", 1.5, "of the weights; about the spectral radius", 1.2, 3.0),
    Knob("drive", 3.0, "strength of the strongest inputs", 2.0, 3.5),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "tanh net, weights of gain {gain:g}, so that eigenvalues say growth. Inputs of strength {drive:g}: "
    "what is the slope of ln gradient per step back?",
    tolerance=0.15,
    unit="a step",
)
SEE = "The same weights three times: strong inputs make the gradient fall, though the spectral radius says growth."
T = 200
H = 64


def run(gain: float, drive: float, seed: int) -> Outcome:
    """Slope and exponent for three strengths of the inputs."""
    g = seeded(seed)
    W, X = normal(g, H, H, scale=gain * H**-0.5), normal(g, 2 * T, H)
    start = torch.tanh(normal(g, H, scale=0.5))
    radius, sigma = spectral_radius(W), spectral_norm(W)
    claims: list[Claim] = []
    curves, slopes = [], []
    for strength in (0.0, 1.0, drive):
        norms, exponent = measured(W, strength * X, start)
        slope = log_slope(norms, T // 4)
        claims.append(
            close(f"Inputs of strength {strength:g}: the slope is the Lyapunov exponent", slope, exponent, 0.05, "a step")
        )
        curves.append(Curve(f"inputs of strength {strength:g}", tuple(range(T + 1)), tuple(norms)))
        slopes.append(slope)
    claims += [
        at_most("No slope is above ln sigma_max, the theorem's bound", max(slopes), math.log(sigma), "a step"),
        below("The strongest inputs make the gradient fall most", slopes[-1], min(slopes[:-1]), "a step"),
        below("Every slope is well below ln of the spectral radius", max(slopes), math.log(radius) - 0.1, "a step"),
    ]
    plot = Plot(Axis("lag", "steps"), Axis("|dh_T/dh_(T-lag)|", log=True), tuple(curves))
    return Outcome(plot, tuple(claims), slopes[-1], {"spectral radius": radius, "slope without inputs": slopes[0]})


def measured(W: Tensor, X: Tensor, h: Tensor) -> tuple[list[float], float]:
    """The Jacobian's norm at every lag after a run-in of T steps, and the largest Lyapunov exponent by QR."""
    for x in X[:T]:
        h = torch.tanh(h @ W.T + x)
    J, states = jacobians(lambda t, h: torch.tanh(h @ W.T + X[T + t]), h, T)
    Q, total = torch.eye(H, dtype=F64), torch.zeros((), dtype=F64)
    for h in states[1:]:
        Q, R = torch.linalg.qr((1 - h**2)[:, None] * (W @ Q))
        total = total + R[0, 0].abs().log()
    return norms_by_lag(J), float(total) / T
