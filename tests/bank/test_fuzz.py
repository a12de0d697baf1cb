"""Mutated entries give problems with a file and a line, or load; nothing else ever happens.

`TELLS_FUZZ=3000` asks for more than the few hundred of an ordinary run.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bank import load_bank
from bank.load import SHIPPED, EntryFile, load_entry, parse_entry

HOW_MANY = int(os.environ.get("TELLS_FUZZ", "300"))
SEED = (SHIPPED / "bptt.yaml").read_bytes()[:6000] + b"\n" + (SHIPPED / "bptt.yaml").read_bytes()[-6000:]
LINES = (SHIPPED / "dropout.yaml").read_text(encoding="utf-8").split("\n")
THIRD = settings(
    max_examples=HOW_MANY // 3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],
    database=None,
)
PATH = Path("dropout.yaml")

SNIPPETS = [
    *(bytes([c]) for c in b"\t\0'\"[]{}|>#\r~@`\xff"),
    *(b": ", b"- ", b"&a ", b"*a", b"!!set ", b"<<: *a", b"---\n", b"...\n", b"%YAML 9.9\n", b"? ", b"\n\n", b"    "),
    *(b"\\x00", b"\x1b[31m", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"no", b"2026-01-31", b"1e999", b"9" * 50, b"[" * 50),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["bptt", "L5", "no", "1:30"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def sound(file: EntryFile) -> None:
    """Loads, or says where and why."""
    errors = [p for p in file.problems if not p.warning]
    assert (file.entry is None) == bool(errors)
    for problem in file.problems:
        assert problem.line >= 1, problem
        assert str(problem).startswith(f"{file.path}:{problem.line}: ")
        assert str(problem).isprintable(), problem
        assert len(str(problem)) < 600
        assert problem.what.rstrip().endswith((".", "?", "'")), problem


@THIRD
@given(st.lists(st.tuples(st.integers(0, len(SEED)), st.sampled_from(SNIPPETS), st.integers(0, 3)), min_size=1, max_size=6))
def test_bytes_put_in_and_cut_out(edits: list[tuple[int, bytes, int]]) -> None:
    data = SEED
    for at, snippet, cut in edits:
        data = data[:at] + snippet + data[at + cut :]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bptt.yaml"
        path.write_bytes(data)
        sound(load_entry(path))


@THIRD
@given(
    st.lists(
        st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, len(LINES) - 1), st.integers(0, 3)), min_size=1, max_size=8
    )
)
def test_lines_moved_dropped_doubled_and_indented(edits: list[tuple[int, int, int]]) -> None:
    lines = list(LINES)
    for one, other, what in edits:
        one, other = one % len(lines), other % len(lines)
        if what == 0:
            lines[one], lines[other] = lines[other], lines[one]
        elif what == 1:
            del lines[one]
        elif what == 2:
            lines.insert(one, lines[other])
        else:
            lines[one] = "  " + lines[one]
    sound(parse_entry("\n".join(lines), PATH))


@THIRD
@given(st.data())
def test_values_replaced_by_others(data: st.DataObject) -> None:
    entry = yaml.safe_load("\n".join(LINES))
    for _ in range(data.draw(st.integers(1, 4))):
        owner: object = entry
        for _ in range(data.draw(st.integers(0, 5))):
            keys = list(owner) if isinstance(owner, dict) else list(range(len(owner))) if isinstance(owner, list) else []
            inner = owner[data.draw(st.sampled_from(keys))] if keys else None  # type: ignore[index]
            if not isinstance(inner, dict | list) or not inner:
                break
            owner = inner
        if isinstance(owner, dict) and owner:
            owner[data.draw(st.sampled_from(sorted(map(str, owner))) | st.text(max_size=9))] = data.draw(VALUES)
        elif isinstance(owner, list) and owner:
            owner[data.draw(st.integers(0, len(owner) - 1))] = data.draw(VALUES)
    sound(parse_entry(yaml.safe_dump(entry, sort_keys=False, allow_unicode=True), PATH))


def test_the_seeds_are_entries() -> None:
    sound(parse_entry("\n".join(LINES), PATH))
    assert load_bank().entries["dropout"] == parse_entry("\n".join(LINES), PATH).entry
