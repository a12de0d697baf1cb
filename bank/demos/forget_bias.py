"""The forget gate's bias sets the half-life of the gradient (Gers et al. 2000; Jozefowicz et al. 2015 on the bias).

    c_t = f c_{t-1} + i q,   f = sigmoid(b)
    =>  dc_T/dc_{T-lag} = sigmoid(b)^lag along the cell path
    half-life = ln 2 / -ln sigmoid(b);  half-life n needs  b = logit(2^(-1/n))

Bias 1 still loses everything within a hundred steps. The gradient is kept only as far as f is near one.
"""

from __future__ import annotations

import math

import torch

from bank.demos.claims import close
from bank.demos.measure import F64, log_slope
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("b", 1.0, "forget bias of one more line", 0.5, 6.0), Knob("T", 100, "steps", 30, 200))
GUESS = Guess("Which forget bias makes the gradient's half-life 100 steps?", tolerance=0.3)
SEE = "Straight lines, each of slope ln sigmoid(b): only a bias of about 5 lives on the scale of a hundred steps."


def run(b: float, T: int) -> Outcome:
    """The gradient along the cell path at every lag, for several biases."""
    biases = sorted({0.0, b, 3.0, 5.0})
    lags = tuple(range(T + 1))
    by_bias = {bias: cell_gradients(bias, T) for bias in biases}
    claims = [
        close(
            f"Bias {bias:g}: the factor per step is sigmoid(b)",
            math.exp(log_slope(gradients)),
            1 / (1 + math.exp(-bias)),
            1e-12,
            "a step",
        )
        for bias, gradients in by_bias.items()
    ]
    needed = math.log(2**-0.01 / (1 - 2**-0.01))
    claims.append(close(f"Bias {needed:.3f}: after 100 steps one half is left", cell_gradients(needed, 100)[100], 0.5, 1e-12))
    plot = Plot(
        Axis("lag", "steps"),
        Axis("dc_T/dc_(T-lag)", log=True),
        tuple(Curve(f"b = {bias:g}", lags, tuple(gradients)) for bias, gradients in by_bias.items()),
    )
    return Outcome(plot, tuple(claims), needed, {f"left after {T} steps at b = {b:g}": by_bias[b][T]})


def cell_gradients(b: float, T: int) -> list[float]:
    """dc_T/dc_{T-lag} for lag 0..T by autograd, with i q = 0.1."""
    f = torch.sigmoid(torch.tensor(b, dtype=F64))
    states = [torch.ones((), dtype=F64, requires_grad=True)]
    for _ in range(T):
        states.append(f * states[-1] + 0.1)
    return [float(d) for d in torch.autograd.grad(states[-1], states)][::-1]
