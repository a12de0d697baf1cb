"""Attention without residuals forgets which position is which (Dong et al. 2103.03404; Noci et al. 2206.03126).

    plain:  X <- attention(X)        residual:  X <- X + attention(norm(X))
    r_l = |X_l - mean of X_l| / |X_l|
    plain:  r falls doubly exponentially with the layer l

The product of Jacobians did not go away, it runs over the depth. A loss on the difference of two positions needs what tells
them apart, and its gradient dies with r. (A loss on their mean would not: the rows of a softmax add up to one.)
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import layer_norm

from bank.demos.attention import layer, layer_weights
from bank.demos.claims import above, below
from bank.demos.measure import normal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("depth", 16, "layers", 8, 24), Knob("seed", 0, "of the random numbers", 0, 9))
GUESS = Guess(
    "Attention layers without residuals: after how many are the positions alike to one part in ten thousand?",
    tolerance=1,
    unit="layers",
    on="x",
)
SEE = "With residuals the line stays up; without them it bends down ever faster until only rounding is left."
T, D = 16, 32


def run(depth: int, seed: int) -> Outcome:
    """How much the positions differ, and the gradient of a loss on a difference, by layer."""
    plain, plain_gradient, plain_query = stack(depth, seed, residual=False)
    kept, kept_gradient, kept_query = stack(depth, seed, residual=True)
    claims = (
        below("Plain: the positions collapse to one vector (r)", plain[-1], 1e-3),
        above("Residual: they do not (r)", kept[-1], 0.2),
        below("Plain: gradient at the first layer over that at the last", plain_gradient, 1e-3),
        above("Residual: gradient at the first layer over that at the last", kept_gradient, 0.5),
        below("Plain: the first layer's W_q hardly gets any gradient", plain_query, 1e-3),
        below("Plain: layers 3 and 4 shrink r by more than layers 1 and 2 did", plain[4] / plain[2], plain[2] / plain[0]),
    )
    layers = tuple(range(depth + 1))
    curves = (Curve("plain", layers, tuple(plain)), Curve("residual", layers, tuple(kept)))
    plot = Plot(Axis("layer"), Axis("r, difference of the positions", log=True), curves)
    collapsed = next((i for i, r in enumerate(plain) if r < 1e-4), depth)
    return Outcome(plot, claims, collapsed, {"W_q of layer 1, residual": kept_query, "r after 3 layers, plain": plain[3]})


def stack(depth: int, seed: int, residual: bool) -> tuple[list[float], float, float]:
    """r at every layer; |dL/dX_0| and |dL/dW_q of layer 1|, both over |dL/dX_depth|."""
    g = seeded(seed)
    X = normal(g, T, D).requires_grad_()
    states, first_query = [X], X
    for i in range(depth):
        weights = [w.requires_grad_() for w in layer_weights(g, D)]
        first_query = weights[0] if i == 0 else first_query
        x = states[-1]
        states.append(x + layer(layer_norm(x, (D,)), weights) if residual else layer(x, weights))
    L = (states[-1][-1] - states[-1][0]) @ normal(g, D)
    dX, dX_last, dWq = torch.autograd.grad(L, (X, states[-1], first_query))
    last = float(dX_last.norm())
    return [difference(x) for x in states], float(dX.norm()) / last, float(dWq.norm()) / last


def difference(X: Tensor) -> float:
    """r of the docstring."""
    return float(((X - X.mean(0)).norm() / X.norm()).detach())
