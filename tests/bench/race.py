"""Two ways of doing a thing, timed in turns: what is reported is how many times longer ours takes."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Timed = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        what: was measured.
        beside: the reference.
        seconds: median of ours.
        ratios: ours over the reference, one for each turn; for a growth, over the size before.
        goal: the largest ratio that is good, 0 where there is none.
        limit: the most seconds that are good, likewise.
    """

    what: str
    beside: str
    seconds: float
    ratios: tuple[float, ...]
    goal: float = 0.0
    limit: float = 0.0

    @property
    def is_good(self) -> bool:
        return (not self.goal or self.ratio <= self.goal) and (not self.limit or self.seconds <= self.limit)

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """Lower and upper quartile of the ratios."""
        if len(self.ratios) < 2:
            return self.ratio, self.ratio
        low, _, high = statistics.quantiles(self.ratios, n=4, method="inclusive")
        return low, high


def race(what: str, ours: Timed, beside: str, theirs: Timed, *, turns: int, goal: float = 0.0, warm: bool = True) -> Row:
    """Both `turns` times, in turns, so that a busy moment hits both."""
    if warm:
        ours()
        theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(turns)]
    return Row(what, beside, statistics.median(a for a, _ in pairs), tuple(a / b for a, b in pairs), goal)


def growth(what: str, sizes: Sequence[int], job: Callable[[int], Timed], *, turns: int, goal: float = 0.0) -> list[Row]:
    """How the time grows from each size to the next."""
    jobs = [job(size) for size in sizes]
    for one in jobs:
        one()
    times = [[seconds(one) for one in jobs] for _ in range(turns)]
    return [
        Row(
            f"{what}: {sizes[n - 1]:,} → {sizes[n]:,}", "the size before", statistics.median(t[n] for t in times),
            tuple(t[n] / t[n - 1] for t in times), goal,
        )
        for n in range(1, len(sizes))
    ]  # fmt: skip


def seconds(job: Timed) -> float:
    """How long it takes once."""
    gc.collect()
    start = time.perf_counter()
    job()
    return time.perf_counter() - start
