"""The lag at which a float format gives up (IEEE 754; bfloat16 has float32's exponents).

    h_t = r h_{t-1}      =>   dh_T/dh_{T-lag} = r^lag,    r = 2^-k or 2^k

Rounded to even, r^lag is exactly 0 below half of the smallest number, 2^-24, 2^-133, 2^-149, 2^-1074, and inf from
2^16, 2^128, 2^128, 2^1024 on (float16, bfloat16, float32, float64).
"""

from __future__ import annotations

import math

import torch

from bank.demos.claims import equal
from bank.demos.result import Axis, Claim, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("k", 1, "halvings, or doublings, a step", 1, 4),)
GUESS = Guess(
    "float32, and every step back multiplies the gradient by 2^-{k}. What is the first lag at which it is exactly 0?",
    tolerance=0,
    unit="steps",
    on="x",
)
SEE = "Each format's line ends where its gradient turns into exactly zero; bfloat16 reaches nearly as far as float32."
FORMATS = {  # halvings to exactly 0, doublings to inf
    "float64": (torch.float64, 1075, 1024),
    "float32": (torch.float32, 150, 128),
    "bfloat16": (torch.bfloat16, 134, 128),
    "float16": (torch.float16, 25, 16),
}


def run(k: int) -> Outcome:
    """The gradient at every lag, shrinking and growing, in each format."""
    claims: list[Claim] = []
    curves, dead = [], {}
    for name, (dtype, halvings, doublings) in FORMATS.items():
        shrinking = gradients(2.0**-k, halvings // k + 4, dtype)
        growing = gradients(2.0**k, doublings // k + 4, dtype)
        dead[name] = next((lag for lag, d in enumerate(shrinking) if d == 0), -1)
        infinite = next((lag for lag, d in enumerate(growing) if math.isinf(d)), -1)
        claims.append(
            equal(f"{name}: first lag at which the shrinking gradient is exactly 0", dead[name], math.ceil(halvings / k))
        )
        claims.append(equal(f"{name}: first lag at which the growing gradient is inf", infinite, math.ceil(doublings / k)))
        alive = shrinking[: dead[name]]
        curves.append(Curve(name, tuple(range(len(alive))), tuple(alive)))
    return Outcome(Plot(Axis("lag", "steps"), Axis("gradient", log=True), tuple(curves)), tuple(claims), dead["float32"])


def gradients(r: float, T: int, dtype: torch.dtype) -> list[float]:
    """dh_T/dh_{T-lag} for lag 0..T."""
    h = torch.ones((), dtype=dtype, requires_grad=True)
    states = [h]
    for _ in range(T):
        states.append(r * states[-1])
    return [float(d) for d in torch.autograd.grad(states[-1], states)][::-1]
