"""The scan that divides by a vanishing product.

    h_t = a h_{t-1} + 1,   P_t = a^t   =>   h = P * cumsum(1 / P)  on paper
    P underflows at  t = ln(smallest normal number) / ln a
    then 1 / P is inf, and 0 * inf is nan

The associative scan multiplies factors and never divides by their product.
"""

from __future__ import annotations

import math

import torch

from bank.demos.claims import between, close, not_finite
from bank.demos.measure import F64, largest_difference
from bank.demos.parallel_scan import loop, scan
from bank.demos.result import Axis, Claim, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("a", 0.5, "factor of the recurrence", 0.3, 0.7),)
GUESS = Guess(
    "float32 and a = {a:g}: after about how many steps does dividing by the cumulative product break?",
    tolerance=1.25,
    factor=True,
    unit="steps",
    on="x",
)
SEE = "Both lines of the dividing scan end where the product underflows; the associative scan runs on."
FORMATS = {"float32": torch.float32, "float64": F64}


def run(a: float) -> Outcome:
    """The dividing scan's state at every step in two formats, against the loop."""
    claims: list[Claim] = []
    curves, breaks = [], {}
    for name, dtype in FORMATS.items():
        limit = math.log(torch.finfo(dtype).tiny) / math.log(a)
        T = math.ceil(1.5 * limit)
        factors, ones = torch.full((T, 1), a, dtype=dtype), torch.ones(T, 1, dtype=dtype)
        expected, P = loop(factors, ones), factors.cumprod(0)
        divided = P * (ones / P).cumsum(0)
        good = (divided - expected).abs() < 1e-3
        breaks[name] = int((~good).nonzero()[0, 0]) if not bool(good.all()) else T
        claims += [
            between(f"{name}: dividing breaks near t = {limit:.0f}", breaks[name] / limit, 0.9, 1.25, "of that"),
            not_finite(f"{name}: dividing ends in nan or inf", float(divided[-1])),
            close(
                f"{name}: the associative scan is the loop",
                largest_difference(scan(factors, ones), expected),
                0,
                1e-6,
                "difference",
            ),
        ]
        steps = tuple(range(1, T + 1))
        curves.append(Curve(f"dividing, {name}", steps, tuple(divided[:, 0].tolist())))
        if dtype == F64:
            curves.append(Curve("associative, float64", steps, tuple(scan(factors, ones)[:, 0].tolist())))
    return Outcome(Plot(Axis("step t"), Axis("state h_t"), tuple(curves)), tuple(claims), breaks["float32"])
