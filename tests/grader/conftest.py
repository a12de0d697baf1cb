"""The real bank, a real grader loaded once, and a small entry written for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bank.entry import Entry, Question
from bank.load import Bank, load_bank


@pytest.fixture(scope="session")
def bank() -> Bank:
    return load_bank()


@pytest.fixture(scope="session")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from grader.grade import Grader

    return Grader.load(cache=tmp_path_factory.mktemp("vectors"))


@pytest.fixture
def entry() -> Entry:
    """L4 wants a or b; L5 wants a and one of c, d; L6 wants e. Missing f costs one level; saying x costs two."""
    tell = {"says": "Something.", "examples": ["Something else."], "probe": "And?"}
    levels = {"a": "L4", "b": "L4", "c": "L5", "d": "L5", "e": "L6", "f": "L5"}
    return Entry.model_validate(
        {
            "schema": 1,
            "id": "letters",
            "title": "Letters",
            "prompt": "Which letters do you know?",
            "levels": {
                "L4": {"requires": {"any": [{"at_least": 1, "of": ["a", "b"]}]}},
                "L5": {"requires": {"all": ["a"], "any": [{"at_least": 1, "of": ["c", "d"]}]}},
                "L6": {"requires": {"all": ["e"]}},
            },
            "tells": [tell | {"id": id, "level": level} for id, level in levels.items()],
            "misconceptions": [{"id": "x", "says": "Wrong.", "lowers": 2}],
            "missing": [{"none_of": ["f"], "lowers": 1}],
            "follow_ups": [{"id": "more", "prompt": "More?", "tells": [{"id": "g", "says": "More of it."}]}],
        }
    )


@pytest.fixture
def question(entry: Entry) -> Question:
    return Question(address=entry.id, entry=entry)


@pytest.fixture
def checkout() -> Path:
    return Path(__file__).parents[2]
