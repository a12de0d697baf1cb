"""When a state-space layer is a convolution (Gu et al. 2111.00396, S4; Gu & Dao 2312.00752, Mamba).

    h_t = A h_{t-1} + B u_t,  y_t = C h_t   =>   y = K * u,  K_k = C A^k B
    selective:  A_t depends on the input    =>   the response to an impulse
                                                 depends on when it comes: no K

A is diagonal with N complex eigenvalues inside the unit circle.
"""

from __future__ import annotations

import torch
from torch import Tensor

from bank.demos.claims import above, below, close
from bank.demos.measure import F64, largest_difference, normal, seeded
from bank.demos.parallel_scan import loop
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("T", 256, "steps", 128, 512), Knob("N", 8, "states", 1, 16), Knob("seed", 0, "of the random numbers", 0, 9))
GUESS = Guess(
    "Which is the shortest FFT that gives the output of {T} steps without wrapping any of it round?", tolerance=1, unit="steps"
)
SEE = "One kernel serves the fixed layer whenever the impulse comes; the selective layer answers two impulses differently."


def run(T: int, N: int, seed: int) -> Outcome:
    """The recurrence against an FFT, and impulse responses of a selective layer."""
    g = seeded(seed)
    decay, turn = 0.01 + 0.02 * torch.sigmoid(normal(g, N)), normal(g, N)
    A = torch.exp(torch.complex(-decay, turn))
    B, C, u = torch.complex(normal(g, N), normal(g, N)), torch.complex(normal(g, N), normal(g, N)), normal(g, T)
    y = (loop(A.expand(T, N), u[:, None] * B) @ C).real
    K = ((A[None] ** torch.arange(T)[:, None]) * (B * C)).sum(1).real
    off = {n: largest_difference(convolved(u, K, n), y) / float(y.abs().max()) for n in (T, 2 * T - 2, 2 * T - 1, 2 * T)}
    a = torch.sigmoid(normal(g, T))
    fixed = torch.full((T,), 0.8, dtype=F64)
    early, late = impulse_response(a, 10), impulse_response(a, 100)
    fixed_early, fixed_late = impulse_response(fixed, 10), impulse_response(fixed, 100)
    claims = (
        close("Fixed: the convolution by FFT is the recurrence", off[2 * T], 0, 1e-12, "relative difference"),
        close("An FFT of 2T - 1 steps is enough", off[2 * T - 1], 0, 1e-12, "relative difference"),
        above("One of 2T - 2 wraps round", off[2 * T - 2], 1e-10, "relative difference"),
        below("Fixed: every eigenvalue lies inside the unit circle", float(A.abs().max()), 1),
        close("Fixed: the response to an impulse at 100 is that at 10", largest_difference(fixed_early, fixed_late), 0, 1e-15),
        above("Selective: it is not", largest_difference(early, late), 0.01),
    )
    steps = tuple(range(len(early)))
    curves = (("fixed", fixed_early), ("selective, at 10", early), ("selective, at 100", late))
    plot = Plot(
        Axis("steps after the impulse"),
        Axis("state"),
        tuple(Curve(name, steps, tuple(response.tolist())) for name, response in curves),
    )
    return Outcome(plot, claims, min(n for n, difference in off.items() if difference < 1e-12))


def convolved(u: Tensor, K: Tensor, n: int) -> Tensor:
    """The first T steps of K * u by an FFT of n steps."""
    whole: Tensor = torch.fft.irfft(torch.fft.rfft(u, n) * torch.fft.rfft(K, n), n)
    return whole[: len(u)]


def impulse_response(a: Tensor, at: int) -> Tensor:
    """The states at and after a one at step `at`, eight of them."""
    b = torch.zeros(len(a), 1, dtype=F64)
    b[at] = 1
    return loop(a[:, None], b)[at : at + 8, 0]
