"""The encoder's forward pass, from the weights of a BERT (Devlin et al. 2018) as sentence-transformers stores them.

    h_0   = LN(E_word[x] + E_position + E_type)
    a     = LN(h + W_o softmax(Q K' / sqrt(d)) V)
    h_l+1 = LN(a + W_2 gelu(W_1 a))

Written out because importing a framework for it costs ten times what loading the weights does. A test holds it against
sentence-transformers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import torch.nn.functional as F
from torch import Tensor

HEADS = 12
_EPSILON = 1e-12

CLS, SEP = 101, 102


def layers_of(weights: Mapping[str, Tensor]) -> int:
    """How many layers the weights describe."""
    return 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))


def embed(weights: Mapping[str, Tensor], ids: Tensor) -> Tensor:
    """Token ids (B, T) -> the first hidden states (B, T, D)."""
    h = (
        F.embedding(ids, weights["embeddings.word_embeddings.weight"])
        + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    return _norm(weights, "embeddings.LayerNorm", h)


def hidden_states(weights: Mapping[str, Tensor], ids: Tensor, mask: Tensor | None = None) -> Tensor:
    """Token ids (B, T) -> last hidden states (B, T, D).

    Args:
        mask: (B, T), True where a token is real; None where all are.
    """
    return through(weights, embed(weights, ids), range(layers_of(weights)), mask)


def through(
    weights: Mapping[str, Tensor], h: Tensor, layers: Iterable[int], mask: Tensor | None = None, dropout: float = 0.0
) -> Tensor:
    """Hidden states (B, T, D) -> those after these layers.

    Args:
        mask: (B, T), True where a token is real; None where all are.
        dropout: of every sublayer's output, in training.
    """
    bias = None if mask is None else h.new_zeros(mask.shape).masked_fill(~mask, -1e4)[:, None, None, :]
    for n in layers:
        h = _layer(weights, f"encoder.layer.{n}.", h, bias, dropout)
    return h


def _layer(weights: Mapping[str, Tensor], at: str, h: Tensor, bias: Tensor | None, dropout: float) -> Tensor:
    B, T, D = h.shape

    def heads(name: str) -> Tensor:
        return _linear(weights, at + "attention.self." + name, h).view(B, T, HEADS, D // HEADS).transpose(1, 2)

    scores = (heads("query") / math.sqrt(D // HEADS)) @ heads("key").transpose(2, 3)
    attention = (scores if bias is None else scores + bias).softmax(-1)
    mixed = (attention @ heads("value")).transpose(1, 2).reshape(B, T, D)
    out = F.dropout(_linear(weights, at + "attention.output.dense", mixed), dropout, training=dropout > 0)
    a = _norm(weights, at + "attention.output.LayerNorm", out + h)
    out = _linear(weights, at + "output.dense", F.gelu(_linear(weights, at + "intermediate.dense", a)))
    return _norm(weights, at + "output.LayerNorm", F.dropout(out, dropout, training=dropout > 0) + a)


def _linear(weights: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
    return F.linear(x, weights[name + ".weight"], weights[name + ".bias"])


def _norm(weights: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
    return F.layer_norm(x, (x.shape[-1],), weights[name + ".weight"], weights[name + ".bias"], _EPSILON)
