"""What autograd keeps for backward grows with the number of steps.

    bytes = T * k * (B H 8) + constant,   B rows, H units, 8 bytes a float64

tanh keeps its own output, which is also the input that the next matrix product keeps: one storage, so k = 1 for a tanh cell.
An LSTM cell keeps four gates, c, tanh(c) and h: k = 7. A GRU's k depends on how its products are fused.
Counted with torch's saved-tensor hooks, one storage once.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bank.demos.claims import at_least, close, equal
from bank.demos.measure import F64, SavedBytes, line_fit, normal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("B", 4, "rows in the batch", 1, 16),
    Knob("H", 32, "hidden units", 4, 64),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "A tanh cell keeps one hidden-sized tensor a step for backward. How many does an LSTM cell keep?", 1, "tensors a step"
)
SEE = "Three straight lines: twice the steps, twice the memory, and the LSTM's line is seven times as steep as the tanh cell's."
LENGTHS = (8, 16, 32, 64, 128, 256)
D = 8  # inputs

State = tuple[Tensor, ...]
Cell = tuple[list[Tensor], Callable[[Tensor, State], State]]


def run(B: int, H: int, seed: int) -> Outcome:
    """Saved bytes for every length and cell."""
    unit = B * H * 8
    kept = {name: [saved_bytes(cell, T, B, H, seed) for T in LENGTHS] for name, cell in CELLS.items()}
    fits = {name: line_fit(LENGTHS, byte_counts) for name, byte_counts in kept.items()}
    claims = (
        *(at_least(f"{name}: the bytes grow linearly with T (R^2)", fits[name][1], 0.999999) for name in CELLS),
        close("tanh: one hidden-sized tensor a step", fits["tanh"][0] / unit, 1, 1e-9, "B H floats"),
        close("LSTM: seven hidden-sized tensors a step", fits["LSTM"][0] / unit, 7, 0.02, "B H floats"),
        equal("Without gradients nothing is kept", saved_bytes(tanh_cell, 64, B, H, seed, training=False), 0, "bytes"),
    )
    plot = Plot(
        Axis("steps T"),
        Axis("kept for backward", "KiB"),
        tuple(Curve(name, LENGTHS, tuple(n / 1024 for n in byte_counts)) for name, byte_counts in kept.items()),
    )
    per_step = {f"{name} tensors a step": fit[0] / unit for name, fit in fits.items()}
    return Outcome(plot, claims, fits["LSTM"][0] / unit, per_step)


def saved_bytes(cell: Callable[[torch.Generator, int], Cell], T: int, B: int, H: int, seed: int, training: bool = True) -> int:
    """Bytes kept after T steps, without the parameters and the inputs."""
    g = seeded(seed)
    weights, step = cell(g, H)
    X, zero = normal(g, T, B, D), torch.zeros(B, H, dtype=F64)
    state: State = (zero, zero)
    with SavedBytes([*weights, X, zero]) as saved, torch.set_grad_enabled(training):
        for x in X:
            state = step(x, state)
        return saved.live


def _weights(g: torch.Generator, H: int, gates: int) -> list[Tensor]:
    shapes = ((D, gates * H), (H, gates * H), (gates * H,))
    return [normal(g, *shape, scale=H**-0.5).requires_grad_() for shape in shapes]


def tanh_cell(g: torch.Generator, H: int) -> Cell:
    """h = tanh(x U + h W + b)."""
    U, W, b = _weights(g, H, 1)

    def step(x: Tensor, state: State) -> State:
        h = torch.tanh(x @ U + state[0] @ W + b)
        return (h,)

    return [U, W, b], step


def gru_cell(g: torch.Generator, H: int) -> Cell:
    """z near 1 keeps, as in torch."""
    U, W, b = _weights(g, H, 3)

    def step(x: Tensor, state: State) -> State:
        h = state[0]
        xr, xz, xn = (x @ U + b).chunk(3, 1)
        hr, hz, hn = (h @ W).chunk(3, 1)
        r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
        n = (xn + r * hn).tanh()
        return (n + z * (h - n),)

    return [U, W, b], step


def lstm_cell(g: torch.Generator, H: int) -> Cell:
    """c = f c + i q, h = o tanh(c)."""
    U, W, b = _weights(g, H, 4)

    def step(x: Tensor, state: State) -> State:
        h, c = state
        i, f, q, o = (x @ U + h @ W + b).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * q.tanh()
        return o.sigmoid() * c.tanh(), c

    return [U, W, b], step


CELLS: dict[str, Callable[[torch.Generator, int], Cell]] = {"tanh": tanh_cell, "GRU": gru_cell, "LSTM": lstm_cell}
