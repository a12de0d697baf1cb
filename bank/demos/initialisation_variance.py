"""The gradient's variance by depth and initialisation (Glorot & Bengio 2010; He et al. 1502.01852).

    x_{l+1} = phi(W_l x_l),  W_l ~ N(0, gain / fan-in)
    Var(dL/dx_l) = gain E[phi'^2] Var(dL/dx_{l+1})
    ReLU, E = 1/2:    gain 2 (He) is level, gain 1 (Xavier) halves it per layer
    identity, E = 1:  gain 1 (Xavier) is level, gain 2 doubles it

ReLU and the identity are homogeneous, so weights s times as large change the gradient by exactly s per layer.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bank.demos.claims import close
from bank.demos.measure import log_slope, normal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("phi", "relu", "nonlinearity", choices=("relu", "identity")),
    Knob("depth", 20, "layers", 10, 30),
    Knob("width", 128, "units in a layer", 96, 160),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "ReLU layers with Xavier's variance, 1 / fan-in: by what factor does the gradient's variance change per layer back?",
    tolerance=0.1,
)
SEE = "One line is level, and the others are straight lines away from it: a wrong constant compounds at every layer."
GAINS = {"He, 2 / fan-in": 2.0, "Xavier, 1 / fan-in": 1.0, "too small, 0.5 / fan-in": 0.5, "too large, 8 / fan-in": 8.0}
NETS, ROWS = 8, 8


def run(phi: str, depth: int, width: int, seed: int) -> Outcome:
    """The gradient's variance at every layer, for every gain, averaged over nets that run side by side."""
    g = seeded(seed)
    x, dL = normal(g, NETS, ROWS, width), normal(g, NETS, ROWS, width)
    W = [normal(g, NETS, width, width, scale=width**-0.5) for _ in range(depth)]
    variance = {name: variances(gain, phi, x, W, dL) for name, gain in GAINS.items()}
    passed = 0.5 if phi == "relu" else 1.0
    level = next(name for name, gain in GAINS.items() if gain * passed == 1)
    factor = {name: math.exp(log_slope(v)) for name, v in variance.items()}
    claims = (
        close(f"{level}: the variance is level, factor one a layer", factor[level], 1, 0.1, "a layer"),
        *(
            close(
                f"{name}: factor {gain * passed:g}", factor[name] / factor[level], gain * passed, 1e-9, "times the level one's"
            )
            for name, gain in GAINS.items()
            if name != level
        ),
    )
    back = tuple(range(depth + 1))
    plot = Plot(
        Axis("layers back from the loss"),
        Axis("variance of dL/dx over that at the loss", log=True),
        tuple(Curve(name, back, tuple(v)) for name, v in variance.items()),
    )
    halved = math.exp(log_slope(variances(1.0, "relu", x, W, dL)))
    return Outcome(plot, claims, halved, {f"factor a layer, {name}": f for name, f in factor.items()})


def variances(gain: float, phi: str, x: Tensor, W: list[Tensor], dL: Tensor) -> list[float]:
    """Var(dL/dx_l) over that at the loss, from the loss back to the input, for weights sqrt(gain) W and dL/dx_depth = dL."""
    states = [x.clone().requires_grad_()]
    for W_l in W:
        z = states[-1] @ (gain**0.5 * W_l)
        states.append(z.relu() if phi == "relu" else z)
    gradients = torch.autograd.grad((states[-1] * dL).sum(), states)
    by_layer = [float(d.pow(2).mean()) for d in gradients[::-1]]
    return [v / by_layer[0] for v in by_layer]
