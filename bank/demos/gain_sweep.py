"""The largest Lyapunov exponent of a tanh net against the gain of its weights (Sompolinsky et al. 1988; 2006.14123).

    h_t = tanh(gain W h_{t-1} + drive x_t),   W of spectral radius 1
    lambda = lim 1/T ln |J_T ... J_1 q|,   J_t = diag(tanh'_t) gain W

Below gain 1 and without inputs the state dies and lambda = ln gain. Above, saturation holds lambda far below ln gain.
"""

from __future__ import annotations

import math

import torch

from bank.demos.claims import at_most, close
from bank.demos.measure import normal, seeded, spectral_norm, spectral_radius
from bank.demos.result import Axis, Claim, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("drive", 0.0, "strength of the inputs", 0.0, 1.0), Knob("seed", 0, "of the random numbers", 0, 9))
GUESS = Guess(
    "A tanh net, weights of spectral radius 3, inputs of strength {drive:g}. ln 3 is 1.10: what is the Lyapunov exponent?",
    tolerance=0.15,
    unit="a step",
    on="y",
)
SEE = "Up to gain 1 the two lines are one; from there on the exponent hardly rises while ln gain does."
GAINS = (0.5, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0)
H, T, RUN_IN = 64, 150, 300


def run(drive: float, seed: int) -> Outcome:
    """All gains side by side."""
    g = seeded(seed)
    W = normal(g, H, H)
    W = W / spectral_radius(W)
    h, X, q = torch.tanh(normal(g, H, scale=0.5)).expand(len(GAINS), H), normal(g, T + RUN_IN, H), normal(g, len(GAINS), H, 1)
    weights = torch.stack([gain * W for gain in GAINS])
    total = torch.zeros_like(q[:, 0, 0])
    for t, x in enumerate(X):
        h = torch.tanh((weights @ h[:, :, None])[:, :, 0] + drive * x)
        q = (1 - h**2)[:, :, None] * (weights @ q)
        size = q.norm(dim=1, keepdim=True)
        q = q / size
        if t >= RUN_IN:
            total = total + size[:, 0, 0].log()
    exponents = (total / T).tolist()
    plot = Plot(
        Axis("gain"),
        Axis("per step"),
        (Curve("ln gain", GAINS, tuple(map(math.log, GAINS))), Curve("Lyapunov exponent", GAINS, tuple(exponents))),
    )
    return Outcome(plot, _claims(exponents, spectral_norm(W), drive), exponents[GAINS.index(3.0)])


def _claims(exponents: list[float], sigma: float, drive: float) -> tuple[Claim, ...]:
    over = {gain: exponent - math.log(gain) for gain, exponent in zip(GAINS, exponents, strict=True)}
    claims = [
        at_most("No exponent is above ln sigma_max, the theorem's bound", max(over.values()), math.log(sigma), "over ln gain"),
        at_most(
            "From gain 2 on it is at least 0.2 below ln gain",
            max(o for gain, o in over.items() if gain >= 2),
            -0.2,
            "over ln gain",
        ),
    ]
    if drive == 0:
        claims.append(
            close(
                "Without inputs the state dies below gain 1 and the exponent is ln gain",
                max((o for gain, o in over.items() if gain < 0.95), key=abs), 0, 0.02, "over ln gain",
            )
        )  # fmt: skip
    return tuple(claims)
