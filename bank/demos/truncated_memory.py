"""A backward pass per chunk keeps the memory constant in the length of the sequence.

    full:       peak = T (B H 8) bytes + constant
    truncated:  peak = K (B H 8) bytes + constant,   for every T

Memory is O(K), not O(1): it is the length of the chunk that counts. Counted over forward and backward, one storage once.
"""

from __future__ import annotations

import torch

from bank.demos.claims import at_least, close, same
from bank.demos.measure import F64, SavedBytes, line_fit, normal, orthogonal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("K", 16, "steps in a chunk", choices=(4, 8, 16)),
    Knob("B", 4, "rows in the batch", 1, 8),
    Knob("H", 32, "hidden units", 8, 64),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "A backward pass every {K} steps. How many times the peak memory of 32 steps does a sequence of 256 steps need?",
    tolerance=0,
    unit="times",
)
SEE = "One line rises with the length of the sequence, and one is flat."
LENGTHS = (32, 64, 128, 256)


def run(K: int, B: int, H: int, seed: int) -> Outcome:
    """The peak of the bytes kept for backward, for every length."""
    full = [peak_bytes(T, T, B, H, seed) for T in LENGTHS]
    truncated = [peak_bytes(T, K, B, H, seed) for T in LENGTHS]
    slope, straight = line_fit(LENGTHS, full)
    claims = (
        at_least("Full: the peak grows linearly with T (R^2)", straight, 0.9999),
        close("Full: by one hidden-sized tensor a step", slope / (B * H * 8), 1, 0.02, "B H floats"),
        same("Truncated: the same peak for every T", truncated, "bytes"),
        close("Truncated: about K hidden-sized tensors", truncated[0] / (B * H * 8), K, 2, "B H floats"),
    )
    plot = Plot(
        Axis("steps T"),
        Axis("peak kept for backward", "KiB"),
        (
            Curve("full", LENGTHS, tuple(n / 1024 for n in full)),
            Curve(f"truncated, K = {K}", LENGTHS, tuple(n / 1024 for n in truncated)),
        ),
    )
    return Outcome(plot, claims, truncated[-1] / truncated[0], {"bytes at 256 steps, truncated": truncated[-1]})


def peak_bytes(T: int, K: int, B: int, H: int, seed: int) -> int:
    """The most that was kept at any time while a backward pass ran every K steps."""
    g = seeded(seed)
    W, X, h = orthogonal(g, H).requires_grad_(), normal(g, T, B, H), torch.zeros(B, H, dtype=F64)
    L = torch.zeros((), dtype=F64)
    with SavedBytes([W, X, h]) as saved:
        for t, x in enumerate(X, 1):
            h = torch.tanh(h @ W.T + x)
            L = L + h.sum()
            if t % K == 0:
                L.backward()  # type: ignore[no-untyped-call]
                h, L = h.detach(), torch.zeros((), dtype=F64)
    return saved.peak
