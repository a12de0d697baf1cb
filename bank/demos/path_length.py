"""The path from the loss to the first input, counted in autograd nodes (Vaswani et al. 1706.03762, table 1).

    RNN:        every path runs through all T steps: O(T)
    attention:  one matrix product reaches every position: O(1) per layer

The longest chain is what cannot run in parallel; the shortest is the path that a gradient must survive. In a stack of
attention layers the chain runs over the depth instead.
"""

from __future__ import annotations

import torch
from torch import Tensor

from bank.demos.attention import causal, layer, layer_weights
from bank.demos.claims import at_least, close, same
from bank.demos.measure import F64, chains, line_fit, normal, orthogonal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (Knob("layers", 2, "attention layers", 1, 4), Knob("seed", 0, "of the random numbers", 0, 9))
GUESS = Guess(
    "A tanh net takes 3 nodes a step. How long is the longest chain from the loss after 256 steps to the first input?",
    tolerance=1.1,
    unit="nodes",
    factor=True,
    on="y",
)
SEE = "The net's line rises with every step, the attention stack's two lines are flat."
LENGTHS = (8, 16, 32, 64, 128, 256)
D = 8


def run(layers: int, seed: int) -> Outcome:
    """Longest and shortest chain for every length."""
    rnn = [recurrent_chains(T, seed) for T in LENGTHS]
    stack = [attention_chains(T, layers, seed) for T in LENGTHS]
    longest, straight = line_fit(LENGTHS, [long for long, _ in rnn])
    shortest, _ = line_fit(LENGTHS, [short for _, short in rnn])
    claims = (
        at_least("RNN: the longest chain grows linearly with T (R^2)", straight, 0.999999),
        close("RNN: by three nodes a step", longest, 3, 1e-9, "nodes a step"),
        at_least("RNN: even the shortest path passes every step", shortest, 1, "nodes a step"),
        same("Attention: the longest chain is the same for every T", [long for long, _ in stack], "nodes"),
        same("Attention: so is the shortest", [short for _, short in stack], "nodes"),
    )
    plot = Plot(
        Axis("steps T", log=True),
        Axis("chain from the loss to the first input", "nodes", log=True),
        (
            Curve("RNN, longest", LENGTHS, tuple(long for long, _ in rnn)),
            Curve("attention, longest", LENGTHS, tuple(long for long, _ in stack)),
            Curve("attention, shortest", LENGTHS, tuple(short for _, short in stack)),
        ),
    )
    return Outcome(plot, claims, rnn[-1][0], {"nodes a step": longest})


def recurrent_chains(T: int, seed: int) -> tuple[int, int]:
    """Longest and shortest chain in h_t = tanh(U x_t + W h_{t-1})."""
    g = seeded(seed)
    U, W, X = normal(g, D, D).requires_grad_(), orthogonal(g, D).requires_grad_(), normal(g, T, D)
    first = X[0].clone().requires_grad_()
    h: Tensor = torch.zeros(D, dtype=F64)
    for x in (first, *X[1:]):
        h = torch.tanh(U @ x + W @ h)
    return chains(h.sum(), first)


def attention_chains(T: int, layers: int, seed: int) -> tuple[int, int]:
    """Longest and shortest chain from the last position in a stack of causal attention with residuals."""
    g = seeded(seed)
    stack = [[w.requires_grad_() for w in layer_weights(g, D)] for _ in range(layers)]
    X = normal(g, T, D)
    first = X[:1].clone().requires_grad_()
    x, mask = torch.cat([first, X[1:]]), causal(T)
    for weights in stack:
        x = x + layer(x, weights, mask)
    return chains(x[-1].sum(), first)
