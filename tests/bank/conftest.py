from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bank.load import EntryFile, parse_entry

SAMPLE = """\
schema: 1
id: sample
title: A sample
prompt: What is a sample?
levels:
  L4: {requires: {all: [first]}}
  L5: {requires: {all: [second]}}
  L6: {requires: {any: [{at_least: 1, of: [third, fourth]}]}}
tells:
  - id: first
    level: L4
    says: The first point.
    examples: [one way to put it]
    contrasts: [no way to put it]
    probe: What is first?
  - id: second
    level: L5
    says: The second point.
    examples: [another way]
    contrasts: [another miss]
    probe: What is second?
  - id: third
    level: L6
    says: The third point.
    examples: [a third way]
    contrasts: [a third miss]
    probe: What is third?
  - id: fourth
    level: L6
    says: The fourth point.
    examples: [a fourth way]
    contrasts: [a fourth miss]
    probe: What is fourth?
misconceptions:
  - {id: wrong, says: A wrong point., examples: [wrongly put], contrasts: [rightly put], lowers: 1}
missing:
  - {none_of: [first, second], lowers: 1}
follow_ups:
  - id: more
    prompt: And then?
    tells:
      - {id: then, says: What follows., examples: [it follows], contrasts: [it leads], probe: 'And?'}
"""


@pytest.fixture
def sample() -> str:
    """An entry without a problem."""
    return SAMPLE


@pytest.fixture
def problems() -> Callable[[str], list[str]]:
    """The text of an entry -> its problems as they are printed, without the path."""

    def told(text: str) -> list[str]:
        return [str(p).removeprefix("sample.yaml:").strip() for p in sorted(parse_entry(text, Path("sample.yaml")).problems)]

    return told


@pytest.fixture
def changed(sample: str, problems: Callable[[str], list[str]]) -> Callable[..., list[str]]:
    """Replaces text of the sample, which must be there, and tells the problems."""

    def told(*pairs: str) -> list[str]:
        text = sample
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            assert old in text
            text = text.replace(old, new, 1)
        return problems(text)

    return told


@pytest.fixture
def parsed(sample: str) -> EntryFile:
    return parse_entry(sample, Path("sample.yaml"))
