"""Blockwise attention is exact (Milakov & Gimelshein 1805.02867; Rabe & Staats 2112.05682; Dao et al. 2205.14135).

    m' = max(m, max s),  l <- e^(m - m') l + sum e^(s - m')
    o <- e^(m - m') o + e^(s - m') v,   at the end o / l,  lse = m + ln l
    backward, with P rebuilt block by block from lse:
    dV = P' dO,  dP = dO V',  dS = P (dP - sum(dO O)),  dQ = dS K,  dK = dS' Q

The running maximum m makes the sum safe, and one number a row, lse, is all that backward needs besides q, k, v and o.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from bank.demos.attention import attention, causal
from bank.demos.claims import at_most, close, not_finite
from bank.demos.measure import largest_difference, normal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("T", 100, "positions", 33, 128),
    Knob("Bq", 32, "queries in a block", 8, 64),
    Knob("Bk", 16, "keys in a block", 8, 64),
    Knob("masked", True, "causal, or every position sees all"),
    Knob("scale", 3.0, "size of q, k and v", 1.0, 4.0),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "In float64 exp overflows above a logit of 709. From which logit on does blockwise attention fail? (0: never)", tolerance=0
)
SEE = "The difference to plain attention stays at rounding for every block size: nothing is approximated."
HEADS, D = 2, 16


class Blockwise(torch.autograd.Function):
    """The equations of the docstring; q, k, v are (heads, T, d)."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, masked: bool, Bq: int, Bk: int) -> Tensor:
        """O, and lse for backward."""
        o, lse = torch.empty_like(q), q.new_empty(q.shape[:-1])
        for i, rows in _blocks(q.shape[1], Bq):
            m = q.new_full((len(q), len(rows)), -torch.inf)
            l, acc = torch.zeros_like(m), torch.zeros_like(q[:, i])
            for j, columns in _blocks(_seen(q.shape[1], rows, masked), Bk):
                s = _logits(q[:, i], k[:, j], rows, columns, masked)
                m_new = torch.maximum(m, s.amax(-1))
                p, shrink = (s - m_new[..., None]).exp(), (m - m_new).exp()
                l = shrink * l + p.sum(-1)
                acc = shrink[..., None] * acc + p @ v[:, j]
                m = m_new
            o[:, i], lse[:, i] = acc / l[..., None], m + l.log()
        ctx.save_for_backward(q, k, v, o, lse)
        ctx.blocks = masked, Bq, Bk
        return o

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None, None]:
        """dQ, dK, dV."""
        (do,) = gradients
        q, k, v, o, lse = ctx.saved_tensors
        masked, Bq, Bk = ctx.blocks
        dq, dk, dv = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
        inner, scale = (do * o).sum(-1, keepdim=True), q.shape[-1] ** -0.5
        for i, rows in _blocks(q.shape[1], Bq):
            for j, columns in _blocks(_seen(q.shape[1], rows, masked), Bk):
                p = (_logits(q[:, i], k[:, j], rows, columns, masked) - lse[:, i, None]).exp()
                ds = p * (do[:, i] @ v[:, j].mT - inner[:, i]) * scale
                dv[:, j] += p.mT @ do[:, i]
                dq[:, i] += ds @ k[:, j]
                dk[:, j] += ds.mT @ q[:, i]
        return dq, dk, dv, None, None, None


def _blocks(T: int, size: int) -> list[tuple[slice, range]]:
    return [(slice(i, min(i + size, T)), range(i, min(i + size, T))) for i in range(0, T, size)]


def _seen(T: int, rows: range, masked: bool) -> int:
    """Keys that a block of queries may look at: those beyond the diagonal are never touched."""
    return rows.stop if masked else T


def _logits(q: Tensor, k: Tensor, rows: range, columns: range, masked: bool) -> Tensor:
    s: Tensor = q @ k.mT * q.shape[-1] ** -0.5
    if not masked or columns.stop <= rows.start + 1:
        return s
    t, u = torch.arange(rows.start, rows.stop)[:, None], torch.arange(columns.start, columns.stop)[None, :]
    return s.masked_fill(u > t, -torch.inf)


def blockwise(q: Tensor, k: Tensor, v: Tensor, masked: bool = False, Bq: int = 32, Bk: int = 32) -> Tensor:
    """Attention without ever holding a T x T matrix."""
    o: Tensor = Blockwise.apply(q, k, v, masked, Bq, Bk)  # type: ignore[no-untyped-call]
    return o


def random_qkv(T: int, d: int, heads: int, seed: int, scale: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
    """q, k, v, each (heads, T, d)."""
    g = seeded(seed)
    q, k, v = (normal(g, heads, T, d, scale=scale).requires_grad_() for _ in range(3))
    return q, k, v


def run(T: int, Bq: int, Bk: int, masked: bool, scale: float, seed: int) -> Outcome:
    """Outputs and gradients against plain attention and torch's own, and logits that overflow."""
    qkv = random_qkv(T, D, HEADS, seed, scale)
    mask, do = causal(T) if masked else None, normal(seeded(seed + 1), HEADS, T, D)
    plain, blocks = attention(*qkv, mask), blockwise(*qkv, masked, Bq, Bk)
    off = gradient_difference(plain, blocks, qkv, do)
    q, k, v = qkv
    library = scaled_dot_product_attention(q[None], k[None], v[None], is_causal=masked)[0]
    big = q.detach() * 72 / scale, k.detach() * 72 / scale, v.detach()
    e = (big[0] @ big[1].mT / D**0.5).exp()
    careless = float((e / e.sum(-1, keepdim=True) @ big[2]).sum())
    claims = (
        close("Outputs are those of plain attention", largest_difference(plain, blocks), 0, 1e-12, "difference"),
        close("Gradients to q, k and v are those of plain attention", off, 0, 1e-11, "difference"),
        close("Outputs are those of torch's own kernel", largest_difference(library, blocks), 0, 1e-12, "difference"),
        not_finite("Without subtracting a maximum large logits overflow", careless),
        at_most("Blockwise, on the same logits, is exact", largest_difference(blockwise(*big), attention(*big)), 1e-10),
    )
    sizes = tuple(size for size in (8, 12, 16, 24, 32, 48, 64) if size <= T)
    differences = [largest_difference(plain, blockwise(*qkv, masked, size, size)) for size in sizes]
    curve = Curve("largest difference to plain attention", sizes, tuple(max(d, 1e-17) for d in differences))
    return Outcome(Plot(Axis("block size"), Axis("difference", log=True), (curve,)), claims, 0.0)


def gradient_difference(plain: Tensor, blocks: Tensor, qkv: Sequence[Tensor], do: Tensor) -> float:
    """The largest difference of the gradients to q, k and v."""
    expected, got = torch.autograd.grad(plain, qkv, do), torch.autograd.grad(blocks, qkv, do)
    return max(largest_difference(a, b) for a, b in zip(expected, got, strict=True))
