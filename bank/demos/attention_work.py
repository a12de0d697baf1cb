"""Blockwise attention does more work, not less (Dao et al. 2205.14135).

    plain:      Q K', A V;  backward dV, dA, dQ, dK   6 products of T T d
    blockwise:  Q K' once more, to rebuild A          7
    causal:     blocks of B up to the diagonal        7 (1 + B / T) / 2

Its gain is in traffic with memory, which a count of products does not show; the work stays quadratic in T.
"""

from __future__ import annotations

from bank.demos.attention import attention
from bank.demos.blockwise_attention import blockwise, random_qkv
from bank.demos.claims import close
from bank.demos.measure import MultiplyAdds
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("T", 256, "positions", choices=(128, 256)),
    Knob("B", 64, "positions in a block", choices=(16, 32, 64)),
    Knob("d", 32, "numbers in a query", 8, 64),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess("How many times the matrix work of plain attention does blockwise attention do, both passes?", 0.05, "times")
SEE = "Three parallel lines of slope 2: blockwise is never below plain, unless it may leave out the blocks above the diagonal."


def run(T: int, B: int, d: int, seed: int) -> Outcome:
    """The products of three ways, for several lengths."""
    lengths = (T // 2, T)
    counts = {
        name: [counted(name, length, B, d, seed) / (length * length * d) for length in lengths]
        for name in ("plain", "blockwise", "blockwise, causal")
    }
    claims = (
        close("Plain: six products", counts["plain"][-1], 6, 1e-9, "T T d"),
        close("Blockwise: one more, to rebuild the weights", counts["blockwise"][-1], 7, 1e-9, "T T d"),
        close("Causal: 7 (1 + B/T) / 2", counts["blockwise, causal"][-1], 7 * (1 + B / T) / 2, 1e-9, "T T d"),
        close("Quadratic: T/2 takes as many T T d", counts["blockwise"][0], counts["blockwise"][1], 1e-9, "T T d"),
    )
    curves = tuple(
        Curve(name, lengths, tuple(c * length * length * d for c, length in zip(row, lengths, strict=True)))
        for name, row in counts.items()
    )
    plot = Plot(Axis("positions T", log=True), Axis("multiply-adds", log=True), curves)
    return Outcome(plot, claims, counts["blockwise"][-1] / counts["plain"][-1])


def counted(name: str, T: int, B: int, d: int, seed: int) -> int:
    """Multiply-adds of one forward and backward pass."""
    qkv = random_qkv(T, d, 1, seed)
    with MultiplyAdds() as work:
        o = attention(*qkv) if name == "plain" else blockwise(*qkv, name.endswith("causal"), B, B)
        o.sum().backward()  # type: ignore[no-untyped-call]
    count: int = work.count
    return count
