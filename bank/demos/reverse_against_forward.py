"""One reverse pass against one forward pass per input (Baur & Strassen 1983; Griewank & Walther 2008).

    y = f(x),  n inputs, m outputs,  F multiply-adds
    reverse mode:  one pass per output,  dx = W_1' D_1 ... W_L' D_L dy   m F
    forward mode:  one pass per input,   dh_l = D_l W_l dh_{l-1}         n F

A loss is one number: one reverse pass gives all n derivatives for the price of one more evaluation (two, with those of the
weights). With one input and many outputs it is the other way round.
"""

from __future__ import annotations

import torch
from torch import Tensor

from bank.demos.claims import close
from bank.demos.measure import F64, MultiplyAdds, normal, relative_error, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("n", 64, "inputs", choices=(4, 16, 64, 256)),
    Knob("H", 32, "hidden units", 8, 64),
    Knob("layers", 3, "hidden layers", 1, 6),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "A net with {n} inputs and one loss: how many times the work of reverse mode does forward mode take for the gradient?",
    tolerance=1.2,
    unit="times",
    factor=True,
)
SEE = "Forward mode's line rises with the number of inputs; reverse mode stays at the price of one evaluation."
INPUTS = (4, 16, 64, 256)


def run(n: int, H: int, layers: int, seed: int) -> Outcome:
    """The gradient both ways, with its work, for several numbers of inputs."""
    price = {inputs: work(network(inputs, 1, H, layers, seed), inputs, 1, seed) for inputs in INPUTS}
    ways = network(n, 1, H, layers, seed)
    x, dy = normal(seeded(seed + 1), n, 1), torch.ones(1, 1, dtype=F64)
    by_reverse, by_forward = reverse(ways, x, dy), forward(ways, x, torch.eye(n, dtype=F64))
    _, reverse_cost, forward_cost = price[n]
    _, reverse_many, forward_many = work(network(1, n, H, layers, seed), 1, n, seed)
    weights = weight_work(ways, x)
    claims = (
        close("Both give the same gradient", relative_error(by_forward.T, by_reverse), 0, 1e-12, "relative difference"),
        close("Reverse mode costs one more evaluation", reverse_cost, 1, 1e-9, "evaluations"),
        close("Forward mode costs one per input", forward_cost, n, 1e-9, "evaluations"),
        close("With one input and as many outputs reverse mode costs one per output", reverse_many, n, 1e-9, "evaluations"),
        close("With one input forward mode costs one", forward_many, 1, 1e-9, "evaluations"),
        close("The gradient to all weights and inputs costs two", weights, 2, 1e-9, "evaluations"),
    )
    plot = Plot(
        Axis("inputs n", log=True),
        Axis("cost", "evaluations", log=True),
        (
            Curve("forward mode", INPUTS, tuple(forward_cost for _, _, forward_cost in price.values())),
            Curve("reverse mode", INPUTS, tuple(reverse_cost for _, reverse_cost, _ in price.values())),
        ),
    )
    return Outcome(plot, claims, forward_cost / reverse_cost)


def network(n: int, m: int, H: int, layers: int, seed: int) -> list[Tensor]:
    """The weight matrices of a tanh net with n inputs and m linear outputs."""
    g, sizes = seeded(seed), (n, *(H for _ in range(layers)), m)
    return [normal(g, sizes[i + 1], sizes[i], scale=sizes[i] ** -0.5) for i in range(len(sizes) - 1)]


def evaluate(weights: list[Tensor], x: Tensor) -> list[Tensor]:
    """x, h_1, ..., h_L, y, each a column."""
    values = [x]
    for W in weights[:-1]:
        values.append(torch.tanh(W @ values[-1]))
    return [*values, weights[-1] @ values[-1]]


def reverse(weights: list[Tensor], x: Tensor, dy: Tensor) -> Tensor:
    """dx for every column of dy."""
    values, d = evaluate(weights, x), weights[-1].T @ dy
    for W, h in zip(weights[-2::-1], values[-2:0:-1], strict=True):
        d = W.T @ ((1 - h**2) * d)
    return d


def forward(weights: list[Tensor], x: Tensor, dx: Tensor) -> Tensor:
    """dy for every column of dx."""
    values, d = evaluate(weights, x), dx
    for W, h in zip(weights[:-1], values[1:-1], strict=True):
        d = (1 - h**2) * (W @ d)
    return weights[-1] @ d


def work(weights: list[Tensor], n: int, m: int, seed: int) -> tuple[int, float, float]:
    """F, and what the whole Jacobian costs beyond one evaluation by reverse and by forward mode, in units of F."""
    x = normal(seeded(seed + 1), n, 1)
    with MultiplyAdds() as once:
        evaluate(weights, x)
    with MultiplyAdds() as backwards:
        reverse(weights, x, torch.eye(m, dtype=F64))
    with MultiplyAdds() as forwards:
        forward(weights, x, torch.eye(n, dtype=F64))
    return once.count, backwards.count / once.count - 1, forwards.count / once.count - 1


def weight_work(weights: list[Tensor], x: Tensor) -> float:
    """What autograd's pass to all weights and inputs costs, in evaluations."""
    leaves = [W.clone().requires_grad_() for W in weights]
    x = x.clone().requires_grad_()
    with MultiplyAdds() as once:
        y = evaluate(leaves, x)[-1]
    with MultiplyAdds() as backwards:
        torch.autograd.grad(y.sum(), [x, *leaves])
    ratio: float = backwards.count / once.count
    return ratio
