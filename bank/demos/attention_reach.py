"""Attention reaches every lag alike, as long as it looks there.

    o_T = sum_s a_s W_o' W_v' x_s
    q = 0:  a_s = 1/T   =>   |d(v' o_T)/dx_s| = |W_v W_o v| / T  for every s
    RNN, W = rho Q:          |dL/dx_s| falls at least like rho^(T-s)

The path is short, and its edge is multiplied by the attention weight: spread evenly it is 1/T, and where attention is
saturated elsewhere it is next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import layer_norm

from bank.demos.attention import causal, layer, layer_weights
from bank.demos.claims import above, below, close
from bank.demos.measure import F64, normal, orthogonal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("T", 64, "positions", 32, 128),
    Knob("rho", 0.8, "every singular value of the RNN's W", 0.6, 0.85),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "Attention looks at all {T} positions evenly. What share of the gradient of attention to one position alone gets each?",
    tolerance=1.05,
    factor=True,
)
SEE = "Flat for even attention, nearly flat for a fresh transformer, and a fall of many powers of ten for the RNN."
D, LAYERS, SHARPNESS = 16, 2, 64.0


def run(T: int, rho: float, seed: int) -> Outcome:
    """The gradient of the last output to every input, by lag."""
    g = seeded(seed)
    X, v, weights = normal(g, T, D), normal(g, D), layer_weights(g, D)
    even = by_lag(X, lambda x: layer(x, [torch.zeros(D, D, dtype=F64), *weights[1:]], causal(T))[-1] @ v)
    alone = float((weights[2] @ weights[3] @ v).norm())
    stack = [layer_weights(g, D) for _ in range(LAYERS)]
    fresh = by_lag(X, lambda x: transformer(x, stack)[-1] @ v)
    W, U = orthogonal(g, D, rho), normal(g, D, D, scale=D**-0.5)
    rnn = by_lag(X, lambda x: last_state(x, W, U) @ v)
    sharp = by_lag(X, lambda x: layer(x, [SHARPNESS * weights[0], *weights[1:]], causal(T))[-1] @ v)
    claims = (
        close("Even attention: the gradient is the same at every lag (ratio)", float(even.max() / even.min()), 1, 1e-12),
        close("Even attention: it is 1/T of that of a single position", float(even[0]) / alone * T, 1, 1e-12, "of 1/T"),
        above("Fresh transformer: far lags get a comparable gradient", far_over_near(fresh), 0.2, "of the near ones"),
        below("RNN: far lags get next to nothing", far_over_near(rnn), 1e-3, "of the near ones"),
        below("Saturated attention: the median lag loses it again", float(sharp.median() / sharp.max()), 1e-3, "of the top"),
    )
    lags = tuple(range(T))
    curves = (("even attention", even), ("fresh transformer", fresh), ("RNN", rnn))
    plot = Plot(
        Axis("lag", "positions"),
        Axis("|d output / d input|", log=True),
        tuple(Curve(name, lags, tuple(line.tolist())) for name, line in curves),
    )
    return Outcome(plot, claims, float(even[0]) / alone, {"far over near, transformer": far_over_near(fresh)})


def by_lag(X: Tensor, read: Callable[[Tensor], Tensor]) -> Tensor:
    """|d read / dx_s|, from the last position back."""
    x = X.clone().requires_grad_()
    (dx,) = torch.autograd.grad(read(x), x)
    norms: Tensor = torch.linalg.vector_norm(dx, dim=1).flip(0)
    return norms


def far_over_near(gradient: Tensor) -> float:
    """The eight longest lags against the eight shortest beyond zero."""
    return float(gradient[-8:].sum() / gradient[1:9].sum())


def transformer(x: Tensor, stack: list[list[Tensor]]) -> Tensor:
    """x <- x + attention(norm(x)), layer by layer."""
    mask = causal(len(x))
    for weights in stack:
        x = x + layer(layer_norm(x, (D,)), weights, mask)
    return x


def last_state(X: Tensor, W: Tensor, U: Tensor) -> Tensor:
    """h_T of h_t = tanh(W h_{t-1} + U x_t)."""
    h = torch.zeros(D, dtype=F64)
    for x in X.unbind(0):
        h = torch.tanh(W @ h + U @ x)
    return h
