"""The table of the benchmarks: what is good, what is missed, and where it is written."""

from __future__ import annotations

from pathlib import Path

from tests.bench.race import Row, growth, race
from tests.bench.table import BEGIN, END, table, write


def test_a_ratio_beyond_its_goal_is_said_to_be_missed() -> None:
    good = Row("a", "b", 0.0123, (1.0, 1.1, 1.2), goal=1.3)
    bad = Row("c", "d", 2.5, (1.0, 1.6, 2.0), goal=1.3)
    late = Row("e", "f", 0.3, (1.0,), limit=0.2)
    lines = table([good, bad, late]).splitlines()[2:5]
    assert lines[0] == "| a | 12.3 ms | b | 1.10 (1.05 to 1.15) | ≤ 1.3 |"
    assert lines[1].endswith("| 1.60 (1.30 to 1.80) | ≤ 1.3 missed |")
    assert lines[2].endswith("| 1.00 (1.00 to 1.00) | ≤ 200 ms missed |")


def test_the_table_goes_between_the_marks_and_nowhere_else(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert write(page, "new")
    assert page.read_text() == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    page.write_text("no marks")
    assert not write(page, "new")
    assert page.read_text() == "no marks"


def test_a_race_runs_both_in_turns() -> None:
    order: list[str] = []
    row = race("a", lambda: order.append("a"), "b", lambda: order.append("b"), turns=2, warm=False)
    assert order == ["a", "b", "a", "b"]
    assert len(row.ratios) == 2


def test_a_growth_compares_each_size_with_the_one_before() -> None:
    rows = growth("x", (1, 2, 4), lambda n: lambda: sum(range(n * 1000)), turns=2)
    assert [row.what for row in rows] == ["x: 1 → 2", "x: 2 → 4"]
