"""A discretised state space is a gated net (Gu & Dao 2312.00752, section 3.5).

    h' = A h + B x,  A = -1, B = 1, held over a step of length delta:
    h_t = e^-delta h_{t-1} + (1 - e^-delta) x_t
    delta = softplus(z)   =>   1 - e^-delta = sigmoid(z) = g
    h_t = (1 - g_t) h_{t-1} + g_t x_t
    dh_T/db_s = product of (1 - g_t) over s < t <= T

0 < 1 - g < 1: it cannot explode, and it does vanish. The time constant is -1 / ln(1 - g).
"""

from __future__ import annotations

import math

import torch
from torch.nn.functional import softplus

from bank.demos.claims import above, below, close
from bank.demos.measure import F64, largest_difference, normal, seeded
from bank.demos.parallel_scan import loop, scan
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("z", -4.6, "input of the gate, of which the plot shows the decay", -6.0, 0.0),
    Knob("T", 64, "steps", 16, 128),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "The gate's input is z = {z:g}. How many steps is its memory's time constant?", tolerance=1.1, unit="steps", factor=True
)
SEE = "The gradient of a fixed gate falls in a straight line; that of the gates chosen by the input falls in steps."


def run(z: float, T: int, seed: int) -> Outcome:
    """States of both forms, and the gradient by lag."""
    g = seeded(seed)
    inputs, x = 3 * normal(g, T), normal(g, T)
    a = torch.exp(-softplus(inputs))
    states = scan(a[:, None], ((1 - a) * x)[:, None])
    gate = torch.sigmoid(inputs)
    gated = loop((1 - gate)[:, None], (gate * x)[:, None])
    b = torch.zeros(T, 1, dtype=F64, requires_grad=True)
    (db,) = torch.autograd.grad(scan(a[:, None], b)[-1], b)
    by_lag = db[:, 0].flip(0)
    product = torch.cat([torch.ones(1, dtype=F64), a.flip(0)[:-1].cumprod(0)])
    keep = float(torch.exp(-softplus(torch.tensor(z, dtype=F64))))
    constant = -1 / math.log(keep)
    claims = (
        close("The discretised state space is the gated net", largest_difference(states, gated), 0, 1e-14, "difference"),
        above("Every factor is above 0", float(a.min()), 0),
        below("Every factor is below 1: nothing explodes", float(a.max()), 1),
        close("The gradient over a lag is the factors' product", largest_difference(by_lag, product), 0, 1e-15, "difference"),
        close("One time constant leaves 1/e", keep**constant, math.exp(-1), 1e-12),
    )
    lags = tuple(range(T))
    curves = (
        Curve("gates chosen by the input", lags, tuple(by_lag.tolist())),
        Curve(f"gate fixed at z = {z:g}", lags, tuple(keep**lag for lag in lags)),
    )
    return Outcome(Plot(Axis("lag", "steps"), Axis("dh_T/db_(T-lag)", log=True), curves), claims, constant)
