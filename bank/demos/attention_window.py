"""How far sliding-window attention reaches (Beltagy et al. 2004.05150).

    position t looks at t - window + 1, ..., t
    =>  L layers reach back L (window - 1) positions, and not one more

The path is short only inside the window: a lag needs lag / (window - 1) layers.
"""

from __future__ import annotations

import torch

from bank.demos.attention import layer, layer_weights
from bank.demos.claims import above, equal
from bank.demos.measure import normal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("layers", 2, "attention layers", 1, 4),
    Knob("window", 8, "positions a position looks at, itself included", 2, 9),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "{layers} layers, each position looks at {window} positions, itself included. What is the longest lag with any gradient?",
    tolerance=0,
    unit="positions",
    on="x",
)
SEE = "The line ends at layers * (window - 1): beyond it every gradient is exactly zero."
T, D = 40, 8


def run(layers: int, window: int, seed: int) -> Outcome:
    """The gradient of the last output to every input, by lag."""
    g = seeded(seed)
    X = normal(g, T, D).requires_grad_()
    lag = torch.arange(T)[:, None] - torch.arange(T)[None, :]
    x, mask = X, (lag >= 0) & (lag < window)
    for _ in range(layers):
        x = x + layer(x, layer_weights(g, D), mask)
    (dX,) = torch.autograd.grad(x[-1].sum(), X)
    norms = dX.norm(dim=1).flip(0).tolist()
    reach = layers * (window - 1)
    furthest = max(lag for lag, norm in enumerate(norms) if norm > 0)
    claims = (
        equal("The longest lag with any gradient is layers * (window - 1)", furthest, reach, "positions"),
        above("Every lag up to there has some", min(norms[: reach + 1]), 0),
        equal("Every lag beyond has exactly none", max(norms[reach + 1 :]), 0.0),
    )
    plot = Plot(
        Axis("lag", "positions"), Axis("|d output / d input|", log=True), (Curve("measured", tuple(range(T)), tuple(norms)),)
    )
    return Outcome(plot, claims, furthest)
