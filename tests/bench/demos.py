"""The demos: warm beside importing torch, and one sweep as its sequence doubles."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from bank.demos import demo_names, run_demo
from tests.bench.race import Row, growth, race, seconds


def rows(turns: int) -> Iterator[Row]:
    """All demos together, the slowest of them, and the growth with T."""

    def import_torch() -> None:
        subprocess.run([sys.executable, "-c", "import torch"], check=True)

    names = demo_names()
    for name in names:
        run_demo(name)
    times = {name: min(seconds(lambda name=name: run_demo(name)) for _ in range(2)) for name in names}  # type: ignore[misc]
    slowest = max(times, key=lambda name: times[name])

    def every() -> None:
        for name in names:
            run_demo(name)

    few = max(3, turns // 3)
    yield race(f"all {len(names)} demos, warm", every, "importing torch", import_torch, turns=few)
    yield race(f"the slowest demo, warm: `{slowest}`", lambda: run_demo(slowest), "importing torch", import_torch, turns=few)
    name = "gradient-share-by-lag"
    yield from growth(f"`{name}`, T", (50, 100), lambda T: lambda: run_demo(name, {"T": T}), turns=turns, goal=2.3)
