"""Gradients multiply along a path and add over paths (Bauer 1974; Griewank & Walther 2008).

    z_j = tanh(sum over i < j of w_ij z_i),    y = sum over i of w_i z_i
    edge i -> j has factor tanh'_j w_ij
    dy/dz_0 = sum over all paths from z_0 to y of the product of their edges

n inner nodes that each feed every later one have 2^n paths. The reverse pass gets the same sum with one product per edge,
(n + 1)(n + 2) / 2 of them. A skip is one more path, of factor one.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import torch
from torch import Tensor

from bank.demos.claims import close, equal
from bank.demos.measure import normal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("n", 8, "inner nodes", 1, 10), Knob("seed", 0, "of the weights", 0, 9))
GUESS = Guess(
    "{n} nodes between input and output, each feeding every later one: how many paths does the derivative sum over?",
    tolerance=0,
    unit="paths",
)
SEE = "The sum over ever longer paths arrives at what the reverse pass gives with one product per edge."


def run(n: int, seed: int) -> Outcome:
    """The sum over all paths, the reverse pass by hand, and autograd."""
    w = normal(seeded(seed), n + 2, n + 2)
    x = torch.ones((), dtype=w.dtype, requires_grad=True)
    y, z = forward(w, x)
    (expected,) = torch.autograd.grad(y, x, retain_graph=True)
    (with_skip,) = torch.autograd.grad(y + x, x)
    factor = edges(w, z)
    by_length = [0.0] * (n + 2)
    paths = 0
    for inner in (c for k in range(n + 1) for c in combinations(range(1, n + 1), k)):
        product = 1.0
        for edge in pairwise((0, *inner, n + 1)):
            product *= factor[edge]
        by_length[len(inner) + 1] += product
        paths += 1
    reverse, products = reverse_pass(factor, n)
    claims = (
        close("The sum over all paths is the derivative", sum(by_length), float(expected), 1e-12),
        equal("There are 2^n paths", paths, 2**n, "paths"),
        close("The reverse pass gives the same", reverse, float(expected), 1e-12),
        equal("The reverse pass takes one product per edge", products, (n + 1) * (n + 2) // 2, "products"),
        close("A skip from input to output adds a path of factor one", float(with_skip - expected), 1, 1e-12),
    )
    lengths = tuple(range(1, n + 2))
    sums = tuple(sum(by_length[: k + 1]) for k in lengths)
    curves = (Curve("paths up to this length", lengths, sums), Curve("autograd", lengths, (float(expected),) * len(lengths)))
    return Outcome(
        Plot(Axis("edges in a path"), Axis("dy/dz_0"), curves), claims, paths, {"products of the reverse pass": products}
    )


def forward(w: Tensor, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """y, and z_0..z_n."""
    z = [x]
    for j in range(1, len(w) - 1):
        z.append(torch.tanh(w[:j, j] @ torch.stack(z)))
    return w[: len(z), -1] @ torch.stack(z), z


def edges(w: Tensor, z: list[Tensor]) -> dict[tuple[int, int], float]:
    """The factor of every edge; the output, the last node, is linear."""
    slope = [1.0, *(float(1 - z_j.detach() ** 2) for z_j in z[1:]), 1.0]
    return {(i, j): slope[j] * float(w[i, j]) for j in range(1, len(w)) for i in range(j)}


def reverse_pass(factor: dict[tuple[int, int], float], n: int) -> tuple[float, int]:
    """dy/dz_0, and the number of products it took."""
    d, products = {n + 1: 1.0}, 0
    for i in range(n, -1, -1):
        d[i] = sum(factor[i, j] * d[j] for j in range(i + 1, n + 2))
        products += n + 1 - i
    return d[0], products
