"""Hidden states -> vectors of spans: a mean weighted by how much each token matters, which the encoder has learned."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

Salience = tuple[Tensor, Tensor]
"""Weight (1, D) and bias (1,) of the learned salience."""

_OFFSET = 0.54  # softplus(0.54) is 1: an untrained salience is the plain mean


def salience_of(states: Tensor, salience: Salience) -> Tensor:
    """(…, T, D) -> (…, T): positive weights."""
    return F.softplus(F.linear(states, salience[0], salience[1]).squeeze(-1) + _OFFSET)


def mean_of(states: Tensor, salience: Salience) -> Tensor:
    """Hidden states (T, D) of one text -> its unit vector (D,)."""
    return F.normalize((states * salience_of(states, salience)[:, None]).sum(0), dim=0)


def means_of(states: Tensor, rows: Sequence[tuple[int, int]], salience: Salience) -> Tensor:
    """Hidden states (T, D) of a window -> unit vectors (S, D) of the half-open ranges of tokens."""
    weighted = states * salience_of(states, salience)[:, None]
    sums = torch.cat([torch.zeros(1, states.shape[1]), weighted.cumsum(0)])
    bounds = torch.tensor(rows)
    return F.normalize(sums[bounds[:, 1]] - sums[bounds[:, 0]], dim=1)
