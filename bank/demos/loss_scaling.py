"""What float16 loses and loss scaling saves (Micikevicius et al. 1710.03740).

    smallest float16 = 2^-24;  |g| <= 2^-25 becomes 0,  |g| >= 65520 inf
    scaled:  g <- float16(S g) / S,  S = 2^k:  lost are |g| <= 2^-(25 + k)

The others are as exact as before: dividing by a power of two in float32 is exact. Too large an S overflows, which is why it is
adapted during training.
"""

from __future__ import annotations

import torch
from torch import Tensor

from bank.demos.claims import at_most, equal
from bank.demos.measure import seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("k", 12, "log2 of the loss's scale", 1, 16), Knob("seed", 0, "of the gradients", 0, 9))
GUESS = Guess(
    "Gradients spread evenly on a log scale from 2^-40 to 2^-2. What share is lost in float16 at a scale of 2^{k}, in percent?",
    tolerance=5,
    unit="%",
    on="y",
)
SEE = "A valley: too small a scale loses the small gradients, too large a one turns the large ones into inf."
N, SMALLEST, LARGEST = 20_000, -40, -2
SCALES = tuple(range(0, 33))


def run(k: int, seed: int) -> Outcome:
    """The share of zeros and of infinities for every scale."""
    exponent = torch.rand(N, generator=seeded(seed), dtype=torch.float64, device="cpu") * (LARGEST - SMALLEST) + SMALLEST
    c = (2**exponent).float().to(torch.get_default_device())
    plain, scaled, overflown = backward(c, 0), backward(c, k), backward(c, 30)
    exact = c * 2.0**k >= 2**-14  # beyond the subnormal numbers
    both = c >= 2**-14
    worst = float(((scaled - c).abs() / c)[exact].max())
    claims = (
        equal("Unscaled: exactly those up to 2^-25 are lost", zeros(plain), int((c <= 2**-25).sum())),
        equal(f"Scaled by 2^{k}: exactly those up to 2^-{25 + k}", zeros(scaled), int((c <= 2.0 ** -(25 + k)).sum())),
        at_most("Those that stay clear of the smallest numbers have a relative error of", worst, 2**-11),
        equal("What float16 held unscaled comes back bit for bit", bool((plain[both] == scaled[both]).all()), True),
        equal(
            "Scaled by 2^30: exactly those from 65520 / 2^30 on overflow", infinite(overflown), int((c >= 65520 / 2**30).sum())
        ),
    )
    runs = [backward(c, scale) for scale in SCALES]
    plot = Plot(
        Axis("log2 of the scale"),
        Axis("share of the gradients", "%"),
        (
            Curve("lost to zero", SCALES, tuple(100 * zeros(g) / N for g in runs)),
            Curve("lost to inf", SCALES, tuple(100 * infinite(g) / N for g in runs)),
        ),
    )
    return Outcome(plot, claims, 100 * zeros(scaled) / N, {"lost unscaled, in percent": 100 * zeros(plain) / N})


def backward(c: Tensor, k: int) -> Tensor:
    """The gradient of 2^k sum(c p) to float16 parameters p, divided by 2^k in float32."""
    p = torch.zeros(N, dtype=torch.float16, requires_grad=True)
    (g,) = torch.autograd.grad((c * p.float()).sum() * 2.0**k, p)
    return g.float() / 2.0**k


def zeros(g: Tensor) -> int:
    """How many are exactly zero."""
    return int((g == 0).sum())


def infinite(g: Tensor) -> int:
    """How many are inf."""
    return int(g.isinf().sum())
