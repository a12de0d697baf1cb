"""An answer that could not be saved is owed until it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tui.commands.practice import hand_back
from tui.memory import Memory
from tui.records import Attempt, Draft
from tui.store import Store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANSWER = Attempt(0, "bptt", "a" * 16, "interview", NOW, 61.5, "An answer. " * 100_000)
FULL = "The answer was not saved: the disk of"


class Disk:
    """A history on a disk that can be full, and what the learner is told."""

    def __init__(self, path) -> None:
        self.store = Store(path)
        self.lines: list[str] = []
        self.memory = Memory(lambda: self.store, self.lines.append)

    def is_full(self) -> None:
        pages = self.store._db.execute("PRAGMA page_count").fetchone()[0]
        self.store._db.execute(f"PRAGMA max_page_count = {pages + 4}")

    def has_room(self) -> None:
        self.store._db.execute("PRAGMA max_page_count = 100000")

    def keep(self, attempt: Attempt) -> Attempt:
        return asyncio.run(self.memory.keep(attempt))

    def type(self, text: str, address: str = "lstm", saved: datetime = NOW) -> None:
        asyncio.run(self.memory.ask(lambda store: store.save_draft(Draft(address, text, 1.0, "coach", saved)), None))


@pytest.fixture
def disk(history) -> Disk:
    disk = Disk(history)
    disk.type("half of")
    disk.is_full()
    return disk


def test_an_owed_answer_is_saved_with_the_next_write_that_goes_well(disk, kept: Callable[[], Store]):
    assert disk.keep(ANSWER).id == 0
    disk.type("a word")
    assert disk.memory.owed == (ANSWER,)
    assert [line[: len(FULL)] for line in disk.lines] == [FULL], "the line stays while a small write goes well"
    disk.has_room()
    disk.type("two words")
    assert disk.memory.owed == ()
    assert disk.lines[-1] == ""
    disk.memory.close()
    (saved,) = kept().attempts()
    assert (saved.answer, saved.submitted) == (ANSWER.answer, NOW)


def test_an_owed_answer_is_saved_on_leaving(disk, kept: Callable[[], Store]):
    disk.keep(ANSWER)
    disk.has_room()
    disk.memory.close()
    assert disk.memory.owed == ()
    assert [a.answer for a in kept().attempts()] == [ANSWER.answer]


def test_an_owed_answer_is_saved_as_it_stands_by_then_and_only_once(disk, kept: Callable[[], Store]):
    disk.keep(ANSWER)
    disk.keep(replace(ANSWER, level="L5"))
    disk.has_room()
    disk.type("a word")
    known = disk.keep(replace(ANSWER, level="L5", final="L6"))
    assert known.id
    disk.memory.close()
    assert [(a.id, a.level, a.final) for a in kept().attempts()] == [(known.id, "L5", "L6")]


def test_saving_an_owed_answer_drops_its_draft_and_none_that_was_begun_since(disk, kept: Callable[[], Store]):
    disk.keep(ANSWER)
    disk.has_room()
    disk.type("the next answer", "bptt", NOW + timedelta(minutes=1))
    disk.memory.close()
    store = kept()
    assert [a.answer for a in store.attempts()] == [ANSWER.answer]
    assert store.draft("bptt").answer == "the next answer"


def test_an_answer_that_was_never_saved_is_printed_at_the_end(disk, capsys):
    disk.keep(replace(ANSWER, answer=ANSWER.answer + "\x1b[2J the end"))
    disk.memory.close()
    hand_back(disk.memory.owed)
    told = capsys.readouterr().err
    assert told.startswith("Your answer to 'bptt' could not be saved. It was:\n\nAn answer. An answer.")
    assert told.endswith("␛[2J the end\n\n")
