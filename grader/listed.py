"""What an author or the user has listed counts as listed.

A span that is all but word for word one of a point's phrases is not a matter of judgement: nearest to an example it asserts the
point, nearest to a contrast it does not, and neither does any part of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grader.spans import Span

SAME = 0.96
"""Cosine from which a span says what the phrase says."""

_SURE = 3.0  # logit of what is listed, either way

Array = NDArray[np.float64]


def with_listed(
    logits: Array, spans: Sequence[Span], alike: Array, kinds: NDArray[np.int64], points: NDArray[np.int64]
) -> Array:
    """Logits (S, J), those of listed spans replaced.

    Args:
        alike: cosine of each span to each phrase, (S, N).
        kinds, points: of each phrase, (N,): +1 for an example and -1 for a contrast, and whose.
    """
    found = logits.copy()
    for j in range(logits.shape[1]):
        example = _best(alike, (points == j) & (kinds > 0))
        contrast = _best(alike, (points == j) & (kinds < 0))
        says = (example >= SAME) & (example > contrast)
        denies = (contrast >= SAME) & (contrast > example)
        found[says, j] = np.maximum(found[says, j], _SURE)
        for n in np.flatnonzero(denies).tolist():
            inside = [m for m, span in enumerate(spans) if spans[n].start <= span.start and span.end <= spans[n].end]
            found[inside, j] = np.minimum(found[inside, j], -_SURE)
    return found


def _best(alike: Array, chosen: NDArray[np.bool_]) -> Array:
    return alike[:, chosen].max(1) if chosen.any() else np.full(len(alike), -1.0)
