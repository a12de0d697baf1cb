"""The logit gradient of cross-entropy and of squared error (Bridle 1990; Goodfellow et al. 2016, section 6.2.2).

    p = softmax(z),  y one-hot
    cross-entropy:  L = -ln p_right          dL/dz = p - y
    squared error:  L = |p - y|^2 / 2        dL/dz = (diag p - p p') (p - y)

The wrong class leads by a margin, all other logits are equal. Cross-entropy's gradient stays near -1 however wrong the
prediction; squared error's falls like e^-margin, because the softmax is saturated.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from bank.demos.claims import above, below, close
from bank.demos.measure import F64, largest_difference, line_fit, normal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("margin", 10.0, "lead of the wrong class over the right one, in logits", 6.0, 15.0),
    Knob("C", 3, "classes", 2, 10),
    Knob("seed", 0, "of the random logits", 0, 9),
)
GUESS = Guess(
    "The wrong class leads by {margin:g}. How large is the gradient of squared error on the right logit? (e^-10 is 0.000045)",
    tolerance=3,
    factor=True,
    on="y",
)
SEE = "The more confidently wrong, the smaller squared error's gradient, on a straight line down; cross-entropy's stays at one."
MARGINS = tuple(m / 2 for m in range(-20, 33))
RIGHT, WRONG = 0, 1


def run(margin: float, C: int, seed: int) -> Outcome:
    """The gradient on the right logit for every margin, and the formulas on random logits."""
    z, y = normal(seeded(seed), C, scale=3.0), torch.eye(C, dtype=F64)[RIGHT]
    p = z.softmax(0)
    by_entropy, by_square = gradient(z, entropy), gradient(z, square)
    jacobian = torch.diag(p) - torch.outer(p, p)
    at = leading(margin, C)
    entropy_there, square_there = abs(float(gradient(at, entropy)[RIGHT])), abs(float(gradient(at, square)[RIGHT]))
    curves = {
        name: [abs(float(gradient(leading(m, C), loss)[RIGHT])) for m in MARGINS]
        for name, loss in (("cross-entropy", entropy), ("squared error", square))
    }
    late = [i for i, m in enumerate(MARGINS) if m >= 8]
    rate, _ = line_fit([MARGINS[i] for i in late], [math.log(curves["squared error"][i]) for i in late])
    claims = (
        close("Cross-entropy: the gradient is p - y", largest_difference(by_entropy, p - y), 0, 1e-14, "difference"),
        close(
            "Squared error: it is (diag p - p p')(p - y)",
            largest_difference(by_square, jacobian @ (p - y)),
            0,
            1e-14,
            "at most",
        ),
        close("Cross-entropy: the gradients of all logits add up to zero", float(by_entropy.sum()), 0, 1e-14),
        above(f"Wrong by {margin:g}: cross-entropy's gradient is near one", entropy_there, 0.97),
        below(f"Wrong by {margin:g}: squared error's is next to nothing", square_there, 0.01),
        close("Squared error's gradient falls like e^-margin", rate, -1, 0.02, "per unit of the margin"),
    )
    plot = Plot(
        Axis("lead of the wrong class", "logits"),
        Axis("|dL/dz| of the right class", log=True),
        tuple(Curve(name, MARGINS, tuple(line)) for name, line in curves.items()),
    )
    return Outcome(plot, claims, square_there, {"cross-entropy's gradient there": entropy_there})


def leading(margin: float, C: int) -> Tensor:
    """Logits of zero but for the wrong class."""
    z = torch.zeros(C, dtype=F64)
    z[WRONG] = margin
    return z


def entropy(z: Tensor) -> Tensor:
    """Cross-entropy by torch."""
    return cross_entropy(z[None], torch.tensor([RIGHT]))


def square(z: Tensor) -> Tensor:
    """Half the squared distance of the probabilities from the one-hot target."""
    return 0.5 * (z.softmax(0) - torch.eye(len(z), dtype=F64)[RIGHT]).pow(2).sum()


def gradient(z: Tensor, loss: Callable[[Tensor], Tensor]) -> Tensor:
    """dL/dz by autograd."""
    z = z.clone().requires_grad_()
    return torch.autograd.grad(loss(z), z)[0]
