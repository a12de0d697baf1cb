"""Softmax attention as the demos use it (Vaswani et al. 1706.03762).

A = softmax(Q K' / sqrt d),   O = A V
"""

from __future__ import annotations

import torch
from torch import Tensor

from bank.demos.measure import normal


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """O, shape (..., T, d); what `mask`, shape (T, T), holds as False is not looked at."""
    s = q @ k.mT / q.shape[-1] ** 0.5
    if mask is not None:
        s = s.masked_fill(~mask, -torch.inf)
    o: Tensor = s.softmax(-1) @ v
    return o


def causal(T: int) -> Tensor:
    """The mask that lets every position look at itself and at those before it."""
    return torch.ones(T, T, dtype=torch.bool).tril()


def layer(x: Tensor, weights: list[Tensor], mask: Tensor | None = None) -> Tensor:
    """One head on x, shape (T, D), with W_q, W_k, W_v, W_o, each (D, D)."""
    Wq, Wk, Wv, Wo = weights
    return attention(x @ Wq, x @ Wk, x @ Wv, mask) @ Wo


def layer_weights(g: torch.Generator, D: int) -> list[Tensor]:
    """W_q, W_k, W_v, W_o ~ N(0, 1/D)."""
    return [normal(g, D, D, scale=D**-0.5) for _ in range(4)]
