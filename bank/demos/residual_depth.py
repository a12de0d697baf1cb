"""The gradient by depth with and without a skip (He et al. 1512.03385 and 1603.05027).

    plain:     x_{l+1} = f(x_l)         dL/dx_l = J_f' dL/dx_{l+1}
    residual:  x_{l+1} = x_l + f(x_l)   dL/dx_l = (I + J_f') dL/dx_{l+1}
    f(x) = V tanh(U x),  U and V ~ N(0, gain^2 / D)

Every block passes a copy of the gradient on. With V = 0 at the start nothing but the copies is left, to the last bit. The copy
is no bound from above: with V in place the gradient grows with the depth.
"""

from __future__ import annotations

import torch
from torch import Tensor

from bank.demos.claims import at_least, below, close, equal
from bank.demos.measure import normal, relative_error, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("depth", 30, "blocks", 20, 50),
    Knob("gain", 0.7, "of the weights", 0.3, 0.8),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "The last matrix of each of {depth} residual blocks starts at zero. How many times the last one's gradient gets the first?",
    tolerance=0.01,
    unit="times",
)
SEE = "Plain blocks lose the gradient in a straight line; with skips it arrives, from blocks that start at zero as a copy."
D = 32


def run(depth: int, gain: float, seed: int) -> Outcome:
    """The gradient's size at every block, relative to the last."""
    g = seeded(seed)
    blocks = [(normal(g, D, D, scale=gain * D**-0.5), normal(g, D, D, scale=gain * D**-0.5)) for _ in range(depth)]
    x, v = normal(g, D), normal(g, D)
    plain = gradients(x, v, blocks, skip=False)
    residual = gradients(x, v, blocks, skip=True)
    copied = gradients(x, v, [(U, torch.zeros_like(V)) for U, V in blocks], skip=True)
    size = {name: sizes(d) for name, d in (("plain", plain), ("residual", residual), ("residual, V = 0", copied))}
    claims = (
        below("Plain: the first block gets next to nothing", size["plain"][-1], 1e-3, "of the last block's gradient"),
        at_least("Residual: the first block gets at least half", size["residual"][-1], 0.5, "of the last block's gradient"),
        close("A block passes on the copy plus J_f' times it", off(x, blocks[0], residual), 0, 1e-12, "relative difference"),
        equal("V = 0: an exact copy arrives", float((copied[0] - copied[-1]).abs().max()), 0.0, "difference"),
    )
    back = tuple(range(depth + 1))
    plot = Plot(
        Axis("blocks back from the loss"),
        Axis("|dL/dx| over that at the loss", log=True),
        tuple(Curve(name, back, tuple(line)) for name, line in size.items()),
    )
    return Outcome(plot, claims, size["residual, V = 0"][-1], {"residual, at the first block": size["residual"][-1]})


def block(x: Tensor, U: Tensor, V: Tensor) -> Tensor:
    """f(x)."""
    return V @ torch.tanh(U @ x)


def gradients(x: Tensor, v: Tensor, blocks: list[tuple[Tensor, Tensor]], skip: bool) -> list[Tensor]:
    """dL/dx_0, ..., dL/dx_depth for L = v' x_depth."""
    states = [x.clone().requires_grad_()]
    for U, V in blocks:
        f = block(states[-1], U, V)
        states.append(states[-1] + f if skip else f)
    return list(torch.autograd.grad(v @ states[-1], states))


def sizes(d: list[Tensor]) -> list[float]:
    """The norms from the last back to the first, over the last."""
    return [float(g.norm() / d[-1].norm()) for g in d[::-1]]


def off(x: Tensor, first: tuple[Tensor, Tensor], d: list[Tensor]) -> float:
    """The first block's gradient against the equation of the docstring, with J_f by hand."""
    U, V = first
    J = V @ torch.diag(1 - torch.tanh(U @ x) ** 2) @ U
    return relative_error(d[0], d[1] + J.T @ d[1])
