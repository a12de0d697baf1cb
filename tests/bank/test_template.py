"""The template of a new entry loads, whatever is put into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank.load import parse_entry
from bank.template import quoted, template


def test_the_template_loads_with_warnings_only() -> None:
    file = parse_entry(template("my-question"), Path("my-question.yaml"))
    assert file.entry is not None
    assert file.problems
    assert all(p.warning for p in file.problems)
    assert file.entry.title == "My question"


def test_what_its_comments_propose_loads_too() -> None:
    text = template("my-question")
    lines = []
    for line in text.split("\n"):
        if line.startswith("#  "):
            if line.startswith("#  - ") and lines[-1].endswith(": []"):
                lines[-1] = lines[-1].removesuffix(" []")
            line = line[1:].replace("prompt: TODO?", "prompt: TODO")
        lines.append(line)
    file = parse_entry("\n".join(lines), Path("my-question.yaml"))
    assert [str(p) for p in file.problems if not p.warning] == []
    assert file.entry is not None
    assert all([file.entry.misconceptions, file.entry.missing, file.entry.claims, file.entry.follow_ups])


@settings(deadline=None, max_examples=60, derandomize=True, database=None)
@given(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30).filter(str.strip))
def test_any_printable_title_survives(title: str) -> None:
    file = parse_entry(template("x", title, title, [title]), Path("x.yaml"))
    assert file.entry is not None, [str(p) for p in file.problems]
    assert file.entry.title == file.entry.prompt == file.entry.topics[0] == title.strip()


@pytest.mark.parametrize("id", ["no", "12", "2026-01-31", "null", "true", "on", "0x1f", "1e3"])
def test_any_id_survives(id: str) -> None:
    file = parse_entry(template(id), Path(f"{id}.yaml"))
    assert file.entry is not None, [str(p) for p in file.problems]
    assert file.entry.id == id


def test_quotes_and_backslashes_are_escaped() -> None:
    assert quoted('a "b" \\ c: # d') == '"a \\"b\\" \\\\ c: # d"'
