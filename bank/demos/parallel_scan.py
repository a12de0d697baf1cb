"""A parallel scan is the loop, and its backward pass is a scan from the right (Martin & Cundy 1709.04057; Mamba 2312.00752).

    h_t = a_t h_{t-1} + b_t,   (a, b) then (a', b')  is  (a a', a' b + b')
    l_t = dL/dh_t + a_{t+1} l_{t+1},   db_t = l_t,   da_t = l_t h_{t-1}

The scan takes ceil(log2 T) rounds. BPTT has not gone away: it is the same linear recurrence, run from the right, and parallel
because the Jacobians are diagonal and known before the run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import softplus

from bank.demos.claims import at_least, at_most, close, equal
from bank.demos.measure import F64, SavedBytes, chains, largest_difference, normal, seeded
from bank.demos.result import Axis, Claim, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("T", 500, "steps", 8, 600),
    Knob("N", 4, "states a channel", 1, 8),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess("How many rounds does a parallel scan over T = {T} steps take?", tolerance=0, unit="rounds")
SEE = "The states of the loop and of the scan lie on each other, and so do the gradients."
CHANNELS = 3


def loop(a: Tensor, b: Tensor) -> Tensor:
    """h_1..h_T along the first axis. Unbound first: indexing would make a T-sized zero gradient at every step."""
    h, states = torch.zeros_like(b[0]), []
    for a_t, b_t in zip(a.unbind(0), b.unbind(0), strict=True):
        h = a_t * h + b_t
        states.append(h)
    return torch.stack(states)


def rounds(a: Tensor, b: Tensor) -> Iterator[Tensor]:
    """b after every round; after the last one it is h (Hillis & Steele 1986)."""
    k = 1
    while k < len(a):
        b = torch.cat([b[:k], a[k:] * b[:-k] + b[k:]])
        a = torch.cat([a[:k], a[k:] * a[:-k]])
        k *= 2
        yield b


def scan(a: Tensor, b: Tensor) -> Tensor:
    """h_1..h_T in ceil(log2 T) rounds, each of them parallel over t."""
    h = b
    for h in rounds(a, b):  # noqa: B007
        pass
    return h


def reverse_scan(a: Tensor, dh: Tensor) -> Tensor:
    """l_t of the docstring."""
    following = torch.cat([torch.zeros_like(a[:1]), a.flip(0)[:-1]])
    return scan(following, dh.flip(0)).flip(0)


class Scan(torch.autograd.Function):
    """`scan` with `reverse_scan` as its backward pass: keeps a and h, where plain autograd keeps every round."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        """h."""
        h = scan(a, b)
        ctx.save_for_backward(a, h)
        return h

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        """da, db."""
        a, h = ctx.saved_tensors
        l = reverse_scan(a, gradients[0])
        return l * torch.cat([torch.zeros_like(h[:1]), h[:-1]]), l


def selective(T: int, N: int, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """a = exp(delta A) and b = delta B x, with delta = softplus of the input, each (T, channels, N)."""
    x, w = normal(g, T, CHANNELS), normal(g, CHANNELS)
    A, B = -torch.arange(1, N + 1, dtype=F64), normal(g, CHANNELS, N)
    delta = softplus(x * w - 1)[:, :, None]
    return torch.exp(delta * A).requires_grad_(), (delta * B * x[:, :, None]).detach().requires_grad_()


def run(T: int, N: int, seed: int) -> Outcome:
    """States, gradients, chains and saved bytes of the loop, the scan, and the scan with its own backward pass."""
    g = seeded(seed)
    a, b = selective(T, N, g)
    by_loop, by_scan, by_function = loop(a, b), scan(a, b), apply(a, b)
    dh, needed, taken = normal(g, *b.shape), math.ceil(math.log2(T)), sum(1 for _ in rounds(a, b))
    expected = torch.autograd.grad(by_loop, (a, b), dh, retain_graph=True)
    through, reverse = torch.autograd.grad(by_scan, (a, b), dh, retain_graph=True), torch.autograd.grad(by_function, (a, b), dh)
    kept = {name: saved_states(f, a, b) for name, f in (("loop", loop), ("scan", scan), ("function", apply))}
    claims: tuple[Claim, ...] = (
        close("The scan's states are the loop's", largest_difference(by_scan, by_loop), 0, 1e-12, "difference"),
        close("The scan's gradients are the loop's", off(through, expected), 0, 1e-11),
        close("The scan's backward pass is one reverse scan", off(reverse, expected), 0, 1e-11),
        close("The loop keeps one state-sized tensor", kept["loop"], 1, 0.2, "states"),
        close("The scan with the reverse scan keeps one", kept["function"], 1, 0.2, "states"),
        at_least("Plain autograd through the scan keeps the rounds", kept["scan"], needed - 1, "states"),
        at_least("The loop's chain passes every step", chains(by_loop[-1].sum(), b)[0], T, "nodes"),
        at_most("The scan's chain passes only its rounds", chains(by_scan[-1].sum(), b)[0], 4 * needed + 8, "nodes"),
        equal("The scan takes ceil(log2 T) rounds", taken, needed),
    )
    steps = tuple(range(T))
    curves = (Curve("loop", steps, tuple(by_loop[:, 0, 0].tolist())), Curve("scan", steps, tuple(by_scan[:, 0, 0].tolist())))
    return Outcome(Plot(Axis("step t"), Axis("one state"), curves), claims, taken, {"scan keeps": kept["scan"]})


def apply(a: Tensor, b: Tensor) -> Tensor:
    """`Scan` as a function."""
    h: Tensor = Scan.apply(a, b)  # type: ignore[no-untyped-call]
    return h


def off(got: tuple[Tensor, ...], expected: tuple[Tensor, ...]) -> float:
    """The largest difference of the gradients to a and b."""
    return max(largest_difference(g, e) for g, e in zip(got, expected, strict=True))


def saved_states(f: Callable[[Tensor, Tensor], Tensor], a: Tensor, b: Tensor) -> float:
    """Bytes kept for backward in units of h_1..h_T, without a and b."""
    with SavedBytes([a, b]) as saved:
        f(a, b)
    return saved.peak / (b.numel() * b.element_size())
