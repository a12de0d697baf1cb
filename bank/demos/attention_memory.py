"""What attention keeps for backward: T^2 plain, T blockwise (Dao et al. 2205.14135).

    plain:      the T x T matrix of weights:  heads T^2 8 bytes and more
    blockwise:  o and one number a row:       heads T (d + 1) 8 bytes
    ratio = T / (d + 1)

q, k and v are inputs of both. The bytes that torch's own two kernels keep are facts of its version; they are measured here,
too.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import scaled_dot_product_attention

from bank.demos.attention import attention
from bank.demos.blockwise_attention import blockwise, random_qkv
from bank.demos.claims import above, at_least, below, close, equal
from bank.demos.measure import LiveBytes, SavedBytes, line_fit
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("d", 16, "numbers in a head's query", choices=(8, 16, 32)),
    Knob("heads", 2, "heads", 1, 4),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "512 positions, {d} numbers a head. How many times the bytes of blockwise attention does plain attention keep?",
    tolerance=1.1,
    unit="times",
    factor=True,
)
SEE = "On logarithmic axes two slopes: 2 for all that keeps the matrix, 1 for all that rebuilds it."
LENGTHS = (32, 64, 128, 256, 512)

Attention = Callable[[Tensor, Tensor, Tensor], Tensor]


def run(d: int, heads: int, seed: int) -> Outcome:
    """Saved bytes of four ways, and peak bytes of two, for every length."""
    saved = {name: [saved_bytes(f, T, d, heads, seed) for T in LENGTHS] for name, f in WAYS.items()}
    peaks = {name: [peak_bytes(WAYS[name], T, d, heads, seed) for T in LENGTHS] for name in ("plain", "blockwise")}
    T, before = LENGTHS[-1], LENGTHS[-2]
    math_kernel = saved["torch, math kernel"]
    quadratic = (math_kernel[-1] - 2 * math_kernel[-2]) / (T**2 - 2 * before**2)
    claims = (
        close("Plain: the exponent of T", exponent(saved["plain"]), 2, 0.1),
        at_least("Plain: at least the matrix of weights itself", saved["plain"][-1], heads * T * T * 8, "bytes"),
        close("Blockwise: the exponent of T", exponent(saved["blockwise"]), 1, 1e-9),
        equal("Blockwise: o and one number a row", saved["blockwise"][-1], heads * T * (d + 1) * 8, "bytes"),
        close("torch's flash kernel: the exponent of T", exponent(saved["torch, flash kernel"]), 1, 0.02),
        close("torch's math kernel: 8 bytes for each pair and head", quadratic, heads * 8, 1e-9, "bytes"),
        above("Peak with backward, plain: the exponent of T", exponent(peaks["plain"]), 1.8),
        below("Peak with backward, blockwise: the exponent of T", exponent(peaks["blockwise"]), 1.1),
    )
    curves = tuple(Curve(name, LENGTHS, tuple(n / 1024 for n in byte_counts)) for name, byte_counts in saved.items())
    plot = Plot(Axis("positions T", log=True), Axis("kept for backward", "KiB", log=True), curves)
    ratio = saved["plain"][-1] / saved["blockwise"][-1]
    return Outcome(plot, claims, ratio, {f"{name}, bytes at T = {T}": saved[name][-1] for name in WAYS})


def exponent(byte_counts: list[int]) -> float:
    """The slope of ln bytes against ln T over the three longest."""
    return line_fit([math.log(T) for T in LENGTHS[-3:]], [math.log(n) for n in byte_counts[-3:]])[0]


def saved_bytes(f: Attention, T: int, d: int, heads: int, seed: int) -> int:
    """Bytes kept between forward and backward, without q, k and v."""
    qkv = random_qkv(T, d, heads, seed)
    with SavedBytes(qkv) as saved:
        o = f(*qkv)
    kept = saved.live
    del o
    return kept


def peak_bytes(f: Attention, T: int, d: int, heads: int, seed: int) -> int:
    """The most bytes alive at any time of forward and backward, without q, k and v."""
    qkv = random_qkv(T, d, heads, seed)
    with LiveBytes(qkv) as alive:
        f(*qkv).sum().backward()  # type: ignore[no-untyped-call]
    peak: int = alive.peak
    return peak


def library(kernel: SDPBackend) -> Attention:
    """torch's attention with one of its kernels."""

    def f(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        with sdpa_kernel(kernel):
            return scaled_dot_product_attention(q[None], k[None], v[None])

    return f


WAYS: dict[str, Attention] = {
    "plain": attention,
    "blockwise": blockwise,
    "torch, math kernel": library(SDPBackend.MATH),
    "torch, flash kernel": library(SDPBackend.FLASH_ATTENTION),
}
