"""Every speed that is promised, beside its reference in the same run: `make bench`, `make bench BENCH='--only screen'`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.race import Row
from tests.bench.table import BEGIN, table, write

README = Path(__file__).parents[2] / "README.md"
PARTS = ("screen", "grading", "demos")


def main() -> int:
    """Prints the table, and writes it into the README."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, nargs="*", default=PARTS, help="which parts to run")
    parser.add_argument("--turns", type=int, default=15, help="how often each pair is timed")
    parser.add_argument("--batch", type=int, default=5000, help="answers in the batch")
    parser.add_argument("--print", action="store_true", help="leave the README alone")
    chosen = parser.parse_args()
    rows: list[Row] = []
    for part in chosen.only:
        for row in part_rows(part, chosen.turns, chosen.batch)():
            print(f"{row.ratio:6.2f}  {row.what} / {row.beside}", file=sys.stderr, flush=True)
            rows.append(row)
    text = table(rows)
    print(text)
    if chosen.print or tuple(chosen.only) != PARTS:
        return 0
    if not write(README, text):
        print(f"README.md has no {BEGIN}, so the table is only printed.", file=sys.stderr)
    return 0


def part_rows(part: str, turns: int, batch: int) -> Callable[[], Iterator[Row]]:
    """The rows of one part; its imports are made only then."""
    if part == "screen":
        from tests.bench import screen

        return lambda: screen.rows(turns)
    if part == "grading":
        from tests.bench import grading

        return lambda: grading.rows(turns, batch)
    from tests.bench import demos

    return lambda: demos.rows(turns)


if __name__ == "__main__":
    sys.exit(main())
