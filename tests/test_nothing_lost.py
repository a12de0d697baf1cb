"""What was handed in is kept, whatever happens; and what cannot be kept is said in one line while practice goes on."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import json
import os
import pty
import random
import resource
import shutil
import signal
import sqlite3
import stat
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.bench.screen import wait_for
from tests.practising import ENTRY
from tui.memory import Memory
from tui.records import Attempt, Draft
from tui.schedule import rated
from tui.store import Store

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOST_LOST_SECONDS = 2.0

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, modes and limits as POSIX has them")


@pytest.fixture
def history(home: Path) -> Path:
    return home / "history.sqlite"


def an_attempt(answer: str, submitted: datetime = NOW) -> Attempt:
    return Attempt(0, ENTRY, "a" * 16, "interview", submitted, 1.0, answer)


# Killed


class Learners:
    """Learners on one history, each killed at some moment."""

    def __init__(self, history: Path) -> None:
        call = [sys.executable, "-W", "ignore", "-m", "tests.practising", str(history)]
        self._process = subprocess.Popen(call, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def killed_after(self, seed: int, seconds: float) -> list[tuple[str, float, Any]]:
        """What a learner did until it was killed that long after its editor was there: word, time, value."""
        assert self._process.stdin
        assert self._process.stdout
        print(seed, seconds, file=self._process.stdin, flush=True)
        return [(word, at, value) for word, at, value in json.loads(self._process.stdout.readline())]

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def learners(history: Path) -> Iterator[Learners]:
    started = Learners(history)
    yield started
    started.close()


def test_a_few_kills_lose_nothing(learners: Learners, history: Path) -> None:
    kill_often(learners, history, 4)


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing(learners: Learners, history: Path) -> None:
    assert kill_often(learners, history, 100), "somebody came as far as handing in"


def kill_often(learners: Learners, history: Path, times: int) -> list[str]:
    """Every answer that learners had seen handed in, killed at moments all over three seconds."""
    chance = random.Random(7)
    moments = [3.0 * (n + chance.random()) / times for n in range(times)]
    chance.shuffle(moments)
    handed_in: list[str] = []
    draft = ""
    for seed, moment in enumerate(moments):
        reports = learners.killed_after(seed, moment)
        assert reports[0][0] == "opened", reports
        assert reports[0][2] == draft, "the next start goes on with what was typed"
        done = [value for word, _, value in reports if word == "handed-in"]
        handed_in += done
        with opened(history) as store:
            kept = [a.answer for a in store.attempts()]
            found = store.draft(ENTRY)
        draft = found.answer if found else ""
        assert set(handed_in) <= set(kept)
        assert len(kept) == len(set(kept)), "none is there twice"
        tag = f"[{seed}-{len(done)}]"
        typed = [value for value in (draft, kept[-1] if kept else "") if value.startswith(tag)]
        assert len("".join(typed)) >= typed_two_seconds_before_the_end(reports), (tag, draft, reports)
    return handed_in


@contextlib.contextmanager
def opened(history: Path) -> Iterator[Store]:
    """The history as the next start finds it, sound and in no need of repair."""
    db = sqlite3.connect(history)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
    store = Store(history)
    assert store.problem == ""
    yield store
    store.close()


def typed_two_seconds_before_the_end(reports: list[tuple[str, float, Any]]) -> int:
    """How many characters of the answer in progress were there two seconds before the last sign of life."""
    begun = max(n for n, (word, _, _) in enumerate(reports) if word in ("opened", "handed-in"))
    end = reports[-1][1] - MOST_LOST_SECONDS
    return max((value for word, at, value in reports[begun:] if word == "typed" and at <= end), default=0)


# Its terminal closed


def test_a_closed_terminal_ends_practice_and_keeps_what_was_typed(start, history: Path) -> None:
    ours, its = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    practice = start("practice", ENTRY, stdin=its, stdout=its, stderr=its)
    os.close(its)
    wait_for(ours, b"aloud")
    os.write(ours, b"gradients")
    wait_for(ours, b"gradients")
    os.close(ours)
    assert practice.wait(60) == 0
    with opened(history) as store:
        draft = store.draft(ENTRY)
    assert draft is not None
    assert draft.answer == "gradients"


# Two at once

_WRITES = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tui.records import Attempt, Draft
from tui.store import Store
store = Store(Path(sys.argv[1]))
assert store.problem == "", store.problem
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[3])):
    text = f"{sys.argv[2]} {n}"
    store.save_draft(Draft("bptt", text, 1.0, "coach", datetime.now(UTC)))
    store.add_attempt(Attempt(0, "bptt", "a" * 16, "coach", datetime.now(UTC), 1.0, text))
store.close()
"""


def test_two_programs_write_one_history_at_once(history: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITES, str(history), name, "40"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for name in ("one", "other")
    ]  # fmt: skip
    for program in started:
        assert program.stdout
        assert program.stdout.readline() == "ready\n"
    for program in started:
        assert program.stdin
        print(file=program.stdin, flush=True)
    for program in started:
        _, errors = program.communicate()
        assert (program.returncode, errors) == (0, "")
    with opened(history) as store:
        kept = [a.answer for a in store.attempts()]
    for name in ("one", "other"):
        assert [text for text in kept if text.startswith(f"{name} ")] == [f"{name} {n}" for n in range(40)]


# Nowhere to write


class Practice:
    """The memory of a session, and every line that the learner was told."""

    def __init__(self, history: Path) -> None:
        self.lines: list[str] = []
        self.is_over = False
        self.memory = Memory(lambda: Store(history), self.lines.append)

    def answer(self, text: str) -> Attempt:
        """Types and hands in, as the app does; what comes back goes on to be graded."""
        draft = Draft(ENTRY, text[:5], 1.0, "interview", NOW)
        attempt = an_attempt(text)

        async def hand_in() -> Attempt:
            self.memory.tell(lambda store: store.save_draft(draft))
            return await self.memory.keep(attempt)

        return asyncio.run(hand_in())

    def kept(self) -> list[str]:
        return [a.answer for a in asyncio.run(self.memory.ask(lambda store: store.attempts(), ()))]

    def close(self) -> None:
        """May be called twice."""
        if not self.is_over:
            self.is_over = True
            self.memory.close()


@pytest.fixture
def practice() -> Iterator[Callable[[Path], Practice]]:
    begun: list[Practice] = []

    def begin(history: Path) -> Practice:
        begun.append(Practice(history))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


@pytest.fixture
def no_override() -> Iterator[None]:
    """Modes of files hold for this process, even where it is root's."""
    if os.geteuid():
        yield
        return
    if not sys.platform.startswith("linux"):
        pytest.skip("modes mean nothing to root here")
    libc = ctypes.CDLL(None, use_errno=True)
    header, before = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, before) == 0
    lowered = (ctypes.c_uint32 * 6)(before[0] & ~0b110, *before[1:])  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert libc.capset(header, lowered) == 0
    yield
    assert libc.capset(header, before) == 0


def test_in_a_read_only_folder_practice_goes_on_and_one_line_says_that_nothing_is_saved(
    history: Path, practice: Callable[[Path], Practice], no_override: None
) -> None:
    Store(history).close()
    before = history.read_bytes()
    history.chmod(0o400)
    history.parent.chmod(0o500)
    try:
        session = practice(history)
        for n in range(3):
            assert session.answer(f"answer {n}").answer == f"answer {n}"
        assert session.kept() == ["answer 0", "answer 1", "answer 2"]
        (line,) = session.lines
        assert line.startswith(f"Nothing is saved in this session: {history} cannot be written")
        assert line.endswith("Set TELLS_HOME to a folder you can write to.")
    finally:
        history.parent.chmod(0o700)
    assert history.read_bytes() == before


def test_a_home_that_cannot_be_made_is_one_line_too(
    tmp_path: Path, practice: Callable[[Path], Practice], no_override: None
) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    session = practice(tmp_path / "locked" / "tells" / "history.sqlite")
    session.answer("An answer.")
    assert session.kept() == ["An answer."]
    (line,) = session.lines
    assert line.startswith("Nothing is saved in this session: ")


# No room

_FILLS = """
import asyncio, json, os, sys
from pathlib import Path
from tests.test_nothing_lost import Practice, limit_files
history = Path(sys.argv[1])
limit_files(int(sys.argv[2]))
session = Practice(history)
told = [session.answer(f"{n} " + "word " * 4000).id for n in range(60)]
print(json.dumps({"ids": told, "kept": len(session.kept()), "owed": len(session.memory.owed), "lines": session.lines}))
session.close()
"""


def limit_files(size_bytes: int) -> None:
    """No file of this process may grow beyond; writing more is an error, not a signal."""
    if size_bytes:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


def told_when_there_is_no_room(call: list[str], history: Path, limit: int) -> dict[str, Any]:
    done = subprocess.run(
        [*call, sys.executable, "-c", _FILLS, str(history), str(limit)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def assert_practice_went_on(told: dict[str, Any]) -> None:
    stored = [id for id in told["ids"] if id]
    assert stored, "some fitted"
    assert len(stored) < len(told["ids"]), "not all fitted"
    assert told["owed"], "what did not fit is not forgotten"
    assert told["kept"] + told["owed"] == len(told["ids"])
    assert told["lines"]
    for line in told["lines"]:
        assert not line or ("was not saved" in line and "\n" not in line), line


def test_on_a_full_disk_practice_goes_on_and_the_line_says_what_is_not_saved(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = f'mount -t tmpfs -o size=400k none {folder} && exec "$@"'
    alone = ["unshare", "-m", *([] if os.geteuid() == 0 else ["-Ur"]), "sh", "-c", mount, "sh"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no small disk can be made here")
    told = told_when_there_is_no_room(alone, folder / "history.sqlite", 0)
    assert_practice_went_on(told)
    assert any("is full. Free some space." in line for line in told["lines"])


def test_at_the_limit_of_a_files_size_practice_goes_on_and_the_history_stays_sound(history: Path) -> None:
    told = told_when_there_is_no_room([], history, 400_000)
    assert_practice_went_on(told)
    assert any("Free some space on its disk" in line for line in told["lines"])
    with opened(history) as store:
        assert len(store.attempts()) >= told["kept"]


# The clock


def test_a_clock_that_goes_backwards_keeps_answers_in_the_order_in_which_they_were_given(history: Path) -> None:
    times = [NOW, NOW - timedelta(days=400), NOW - timedelta(days=1)]
    store = Store(history, now=lambda: times[-1])
    for n, time in enumerate(times):
        store.save_draft(Draft("lstm", f"draft {n}", 1.0, "coach", time))
        store.add_attempt(an_attempt(f"answer {n}", time))
    assert [a.answer for a in store.attempts()] == ["answer 0", "answer 1", "answer 2"]
    draft = store.draft("lstm")
    assert draft
    assert draft.answer == "draft 2"
    store.close()


def test_a_clock_that_goes_backwards_leaves_a_tell_scheduled_ahead_of_its_last_review(history: Path) -> None:
    store = Store(history, now=lambda: NOW - timedelta(days=30))
    first = store.add_review(rated(None, ENTRY, "gating", 3, "unprompted", NOW, fuzz=False))
    second = store.add_review(rated(first, ENTRY, "gating", 3, "drill-heard", NOW - timedelta(days=30), fuzz=False))
    assert second.due >= NOW
    assert store.cards() == (second,)
    assert store.due() == ()
    store.close()


# A newer version's, and other people's eyes


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_newer_versions_history_is_refused_in_one_sentence_and_never_touched(
    history: Path, practice: Callable[[Path], Practice], journal: str
) -> None:
    history.parent.mkdir()
    db = sqlite3.connect(history)
    db.execute(f"PRAGMA journal_mode = {journal}")
    db.execute("CREATE TABLE thoughts (thought TEXT)")
    db.execute("INSERT INTO thoughts VALUES ('of tomorrow')")
    db.execute("PRAGMA user_version = 99")
    db.commit()
    for path in list(history.parent.iterdir()):  # what the newer program leaves behind when it is killed
        shutil.copy(path, path.with_name(path.name.replace("history.sqlite", "newer")))
    db.close()
    newer = history.with_name("newer")
    before = {p.name: p.read_bytes() for p in newer.parent.glob("newer*") if not p.name.endswith("-shm")}
    session = practice(newer)
    session.answer("An answer.")
    assert session.kept() == ["An answer."]
    (line,) = session.lines
    assert line == (
        f"Nothing is saved in this session: {newer}: it was written by a newer version of Tells (database version 99). "
        "Update Tells to use it."
    )
    session.close()
    assert {p.name: p.read_bytes() for p in newer.parent.glob("newer*") if not p.name.endswith("-shm")} == before


def test_whatever_the_mask_every_file_is_the_users_alone(history: Path) -> None:
    mask = os.umask(0)
    try:
        store = Store(history)
        store.add_attempt(an_attempt("An answer."))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in history.parent.iterdir()}
        store.close()
    finally:
        os.umask(mask)
    assert modes == dict.fromkeys(("history.sqlite", "history.sqlite-wal", "history.sqlite-shm"), 0o600)
    assert stat.S_IMODE(history.parent.stat().st_mode) == 0o700
