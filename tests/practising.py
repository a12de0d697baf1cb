"""Learners who type and hand in until they are killed, one after another on one history.

    python -m tests.practising HISTORY

reads `SEED SECONDS` from stdin, has a learner practise for that long once the editor is there, kills it, and prints as one line
of JSON all that it had reported: a list of [word, monotonic time, value].
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bank import load_bank
from bank.entry import Question
from bank.load import Bank
from grader.verdict import Verdict
from tests.fake_grader import FakeGrader
from tui.app import TellsApp
from tui.screens.answer import AnswerScreen
from tui.screens.verdict import VerdictScreen
from tui.store import Store
from tui.widgets.editor import Editor

ENTRY = "bptt"
WORDS = ("the", "unrolled", "graph", "shares", "its", "weights", "across", "every", "step", "so", "memory", "grows", "linearly")
_KEY_SECONDS = 0.02
_PATIENCE = 60.0


class Grades:
    """A worker that needs no process of its own."""

    async def start(self) -> None: ...

    async def study(self, question: Question) -> None: ...

    async def grade(self, question: Question, answer: str) -> Verdict:
        return FakeGrader().grade(question, answer)

    async def hear(self, question: Question, answer: str) -> Verdict:
        return FakeGrader().grade(question, answer)

    async def learn(self, corrections: Sequence[Any]) -> None: ...

    async def cancel(self) -> None: ...

    async def close(self) -> None: ...


async def practise(bank: Bank, history: Path, seed: int, report: Callable[[str, object], None]) -> None:
    """Answers one question again and again."""
    chance = random.Random(seed)
    app = TellsApp(lambda: bank, lambda: Store(history), Grades(), start_at=ENTRY)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:

        async def shows(kind: type) -> Any:
            while not (type(app.screen) is kind and app.focused):
                await pilot.pause(0.01)
            return app.screen

        for number in range(1_000_000):
            editor = (await shows(AnswerScreen)).query_one(Editor)
            if number == 0:
                report("opened", editor.text)
            editor.text = f"[{seed}-{number}]"
            for _ in range(chance.choice((3, 12, 200))):
                editor.insert(f" {chance.choice(WORDS)}", editor.document.end)
                report("typed", len(editor.text))
                await asyncio.sleep(_KEY_SECONDS)
            report("handing-in", editor.text)
            await pilot.press("ctrl+s")
            report("handed-in", (await shows(VerdictScreen)).attempt.answer)
            await pilot.press("a")


def reporter(pipe: int) -> Callable[[str, object], None]:
    def report(word: str, value: object) -> None:
        os.write(pipe, f"{json.dumps([word, time.monotonic(), value])}\n".encode())

    return report


def watched(read: int, learner: int, seconds: float) -> bytes:
    """What the learner reports until it is killed, `seconds` after its editor was there."""
    said = b""
    end = time.monotonic() + _PATIENCE
    is_open = False
    while (left := end - time.monotonic()) > 0:
        if select.select([read], [], [], left)[0]:
            if not (data := os.read(read, 65536)):
                break
            said += data
            if not is_open and b'"opened"' in said:
                is_open, end = True, time.monotonic() + seconds
    os.kill(learner, signal.SIGKILL)
    os.waitpid(learner, 0)
    while data := os.read(read, 65536):
        said += data
    return said


def main() -> None:
    history, bank = Path(sys.argv[1]), load_bank()
    for line in sys.stdin:
        seed, seconds = line.split()
        read, write = os.pipe()
        learner = os.fork()
        if not learner:
            os.close(read)
            asyncio.run(practise(bank, history, int(seed), reporter(write)))
            os._exit(1)
        os.close(write)
        said = watched(read, learner, float(seconds))
        os.close(read)
        print(json.dumps([json.loads(report) for report in said.splitlines()]), flush=True)


if __name__ == "__main__":
    main()
