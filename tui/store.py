"""The history of practice, in SQLite: frozen records in, frozen records out.

Every write is one transaction that is on the disk when the method returns, and several programs may use one file at once. Where
the file cannot be used, practice goes on in memory, and `problem` says so in one sentence.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.folders import make_private_file
from tui.migrations import MIGRATIONS
from tui.plain import storable
from tui.records import Attempt, Contest, Draft, Predicted, Probe, Progress, Review, SelfGrade, verdict_from_json

if TYPE_CHECKING:
    from grader.correction import Correction
    from grader.verdict import Rank

_WAIT_SECONDS = 2.0  # for another program that is writing
_RANKS = ("below", "L4", "L5", "L6")


class StoreError(Exception):
    """Something was not saved, or could not be read; the message is one sentence."""


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


class Store:
    """One history.

    Attributes:
        problem: one sentence where nothing is kept beyond this session, else empty.
        writes: how many changes have been kept so far.
    """

    def __init__(self, path: Path | None, now: Callable[[], datetime] = utc_now) -> None:
        self.path = path
        self.now = now
        self.problem = ""
        self.writes = 0
        self._lock = threading.RLock()
        self._db = self._open(path)

    def _open(self, path: Path | None) -> sqlite3.Connection:
        if path is not None:
            try:
                make_private_file(path)
                _refuse_newer(path)
                return _connect(str(path))
            except (OSError, sqlite3.Error, StoreError) as error:
                self.problem = f"Nothing is saved in this session: {_reason(error, path)}"
        return _connect(":memory:")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def _writing(self, what: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
                self.writes += 1
            except sqlite3.Error as error:
                raise StoreError(f"{what} was not saved: {_reason(error, self.path)}") from error
            finally:
                if self._db.in_transaction:  # SQLite itself rolls back on a full disk
                    self._db.execute("ROLLBACK")

    def _rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            try:
                return self._db.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"The history cannot be read: {_reason(error, self.path)}") from error

    # Drafts

    def save_draft(self, draft: Draft) -> None:
        """Keeps the draft, in place of an earlier one of the same question; an empty one is dropped."""
        with self._writing("The draft") as db:
            if not draft.answer.strip():
                db.execute("DELETE FROM drafts WHERE address = ?", (draft.address,))
                return
            db.execute(
                "INSERT OR REPLACE INTO drafts (address, answer, seconds, mode, saved) VALUES (?, ?, ?, ?, ?)",
                (draft.address, storable(draft.answer), draft.seconds, draft.mode, _stamp(draft.saved)),
            )

    def draft(self, address: str) -> Draft | None:
        """The draft of that question, if there is one."""
        rows = self._rows("SELECT address, answer, seconds, mode, saved FROM drafts WHERE address = ?", address)
        return Draft(**{**dict(rows[0]), "saved": _time(rows[0]["saved"])}) if rows else None

    def drafts(self) -> tuple[Draft, ...]:
        """Every draft, oldest first."""
        rows = self._rows("SELECT address, answer, seconds, mode, saved FROM drafts ORDER BY saved, address")
        return tuple(Draft(**{**dict(row), "saved": _time(row["saved"])}) for row in rows)

    # Attempts

    def add_attempt(self, attempt: Attempt) -> Attempt:
        """Keeps a submitted answer, drops its draft (not one begun later), and returns the attempt with its id."""
        with self._writing("The answer") as db:
            done = db.execute(
                "INSERT INTO attempts (address, entry_hash, mode, submitted, seconds, answer, verdict, level, final)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    attempt.address, attempt.entry_hash, attempt.mode, _stamp(attempt.submitted), attempt.seconds,
                    storable(attempt.answer), _verdict_text(attempt), attempt.level, attempt.final,
                ),
            )  # fmt: skip
            submitted = _stamp(attempt.submitted)
            db.execute("DELETE FROM drafts WHERE address = ? AND saved <= ?", (attempt.address, submitted))
            return replace(attempt, id=int(done.lastrowid or 0))

    def update_attempt(self, attempt: Attempt) -> None:
        """Keeps the attempt's verdict and levels; its answer never changes."""
        with self._writing("The verdict") as db:
            db.execute(
                "UPDATE attempts SET verdict = ?, level = ?, final = ? WHERE id = ?",
                (_verdict_text(attempt), attempt.level, attempt.final, attempt.id),
            )

    def attempts(self, entry: str | None = None) -> tuple[Attempt, ...]:
        """Every attempt, or those at one entry and its follow-ups, oldest first."""
        where, values = ("", ()) if entry is None else (" WHERE address = ? OR address LIKE ? || '/%'", (entry, entry))
        return tuple(map(_attempt, self._rows(f"SELECT * FROM attempts{where} ORDER BY id", *values)))

    def attempt(self, id: int) -> Attempt | None:
        """The attempt of that id."""
        rows = self._rows("SELECT * FROM attempts WHERE id = ?", id)
        return _attempt(rows[0]) if rows else None

    def add_probe(self, probe: Probe) -> Probe:
        """Keeps the answer to a probe or a follow-up, drops its draft, and returns it with its id."""
        heard = None if probe.heard is None else json.dumps(probe.heard)
        with self._writing("The answer") as db:
            done = db.execute(
                "INSERT INTO probes (attempt, address, point, prompt, answer, heard, asked) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (probe.attempt, probe.address, probe.point, probe.prompt, storable(probe.answer), heard, _stamp(probe.asked)),
            )
            db.execute("DELETE FROM drafts WHERE address = ?", (draft_address(probe.address, probe.point),))
            return replace(probe, id=int(done.lastrowid or 0))

    def update_probe(self, probe: Probe) -> None:
        """Keeps what was heard in the answer to a probe."""
        with self._writing("The verdict") as db:
            heard = None if probe.heard is None else json.dumps(probe.heard)
            db.execute("UPDATE probes SET heard = ? WHERE id = ?", (heard, probe.id))

    def probes(self, attempt: int | None = None) -> tuple[Probe, ...]:
        """Every probe, or those of one attempt, oldest first."""
        where, values = ("", ()) if attempt is None else (" WHERE attempt = ?", (attempt,))
        return tuple(map(_probe, self._rows(f"SELECT * FROM probes{where} ORDER BY id", *values)))

    # Contests

    def add_contest(self, contest: Contest) -> Contest:
        """Keeps an objection, and returns it with its id."""
        with self._writing("The contest") as db:
            done = db.execute(
                "INSERT INTO corrections (attempt, address, point, heard, answer, start, \"end\", made)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    contest.attempt, contest.address, contest.point, contest.heard,
                    storable(contest.answer), contest.start, contest.end, _stamp(contest.made),
                ),
            )  # fmt: skip
            return replace(contest, id=int(done.lastrowid or 0))

    def drop_contest(self, id: int) -> None:
        """Takes an objection back."""
        with self._writing("Taking the contest back") as db:
            db.execute("DELETE FROM corrections WHERE id = ?", (id,))

    def contests(self, attempt: int | None = None) -> tuple[Contest, ...]:
        """Every objection, or those to one attempt, oldest first."""
        where, values = ("", ()) if attempt is None else (" WHERE attempt = ?", (attempt,))
        rows = self._rows(f"SELECT * FROM corrections{where} ORDER BY id", *values)
        return tuple(Contest(**{**dict(r), "heard": bool(r["heard"]), "made": _time(r["made"])}) for r in rows)

    def corrections(self) -> tuple[Correction, ...]:
        """Every objection, as the grader takes them."""
        return tuple(map(correction_of, self.contests()))

    # Self-grades and predictions

    def add_self_grades(self, grades: tuple[SelfGrade, ...]) -> None:
        """Keeps what the learner thought of each tell of one attempt."""
        with self._writing("The self-grade") as db:
            db.executemany(
                "INSERT OR REPLACE INTO self_grades (attempt, point, said, sure, heard) VALUES (?, ?, ?, ?, ?)",
                [(g.attempt, g.point, g.said, g.sure, g.heard) for g in grades],
            )

    def self_grades(self) -> tuple[SelfGrade, ...]:
        """Every self-grade, oldest attempt first."""
        rows = self._rows("SELECT attempt, point, said, sure, heard FROM self_grades ORDER BY attempt, rowid")
        return tuple(SelfGrade(r["attempt"], r["point"], bool(r["said"]), r["sure"], bool(r["heard"])) for r in rows)

    def add_predicted(self, made: Predicted) -> None:
        """Keeps a prediction and what was measured."""
        with self._writing("The prediction") as db:
            db.execute(
                "INSERT INTO predictions (demo, settings, question, unit, guess, measured, \"right\", made)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    made.demo, json.dumps(dict(made.settings)), made.question, made.unit,
                    made.guess, made.measured, made.right, _stamp(made.made),
                ),
            )  # fmt: skip

    def predictions(self) -> tuple[Predicted, ...]:
        """Every prediction, oldest first."""
        names = 'demo, settings, question, unit, guess, measured, "right", made'
        rows = self._rows(f"SELECT {names} FROM predictions ORDER BY id")
        return tuple(
            Predicted(**{**dict(r), "settings": json.loads(r["settings"]), "right": bool(r["right"]), "made": _time(r["made"])})
            for r in rows
        )

    # Reviews

    def add_review(self, review: Review) -> Review:
        """Keeps a rating, and returns it with its id."""
        with self._writing("The review") as db:
            done = db.execute(
                "INSERT INTO reviews (address, point, rated, rating, evidence, attempt, card, due)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    review.address, review.point, _stamp(review.rated), review.rating,
                    review.evidence, review.attempt, review.card, _stamp(review.due),
                ),
            )  # fmt: skip
            return replace(review, id=int(done.lastrowid or 0))

    def drop_review(self, id: int) -> None:
        """Takes a rating back; the tell's card is again what it was before."""
        with self._writing("Taking the review back") as db:
            db.execute("DELETE FROM reviews WHERE id = ?", (id,))

    def reviews(self) -> tuple[Review, ...]:
        """Every rating, oldest first."""
        return tuple(map(_review, self._rows("SELECT * FROM reviews ORDER BY id")))

    def cards(self) -> tuple[Review, ...]:
        """The latest rating of every tell that has one, soonest due first."""
        latest = "SELECT max(id) FROM reviews GROUP BY address, point"
        return tuple(map(_review, self._rows(f"SELECT * FROM reviews WHERE id IN ({latest}) ORDER BY due, id")))

    def due(self) -> tuple[Review, ...]:
        """The cards that are due now, longest due first."""
        now = self.now()
        return tuple(card for card in self.cards() if card.due <= now)

    def progress(self) -> dict[str, Progress]:
        """How each entry that was ever touched has been going, by its id."""
        found: dict[str, Progress] = {}
        for row in self._rows("SELECT address, level, submitted FROM attempts WHERE address NOT LIKE '%/%' ORDER BY id"):
            was = found.get(row["address"], Progress())
            best = _better(was.best, row["level"])
            found[row["address"]] = replace(was, attempts=was.attempts + 1, best=best, last=_time(row["submitted"]))
        for row in self._rows("SELECT address FROM drafts"):
            found[row["address"]] = replace(found.get(row["address"], Progress()), has_draft=True)
        for card in self.due():
            entry = card.address.partition("/")[0]
            was = found.get(entry, Progress())
            found[entry] = replace(was, due=was.due + 1)
        return found


def draft_address(address: str, point: str = "") -> str:
    """Where the draft of an answer to a question, or to the probe of one of its tells, is kept."""
    return f"{address}#{point}" if point else address


def correction_of(contest: Contest) -> Correction:
    """The objection as the grader takes it."""
    from grader.correction import Correction

    return Correction(contest.address, contest.point, contest.heard, contest.answer, contest.start, contest.end)


def _connect(name: str) -> sqlite3.Connection:
    db = sqlite3.connect(name, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.row_factory = sqlite3.Row
        _switch_to_wal(db)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        _migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def _switch_to_wal(db: sqlite3.Connection) -> None:
    """SQLite does not wait here when another program is making the switch at this very moment, so this does."""
    last_try = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > last_try:
                raise
            time.sleep(0.01)


def _refuse_newer(path: Path) -> None:
    """Looks at the version through a connection that cannot write, so that a newer history is not touched at all."""
    with contextlib.closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True, timeout=_WAIT_SECONDS)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise StoreError(f"it was written by a newer version of Tells (database version {version}). Update Tells to use it.")


def _migrate(db: sqlite3.Connection) -> None:
    if db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")
    version = db.execute("PRAGMA user_version").fetchone()[0]  # another program may have been quicker
    for script in MIGRATIONS[version:]:
        for statement in script:
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    db.execute("COMMIT")


def _reason(error: Exception, path: Path | None) -> str:
    """What went wrong with which file, and what to do."""
    words = str(error)
    if isinstance(error, StoreError):
        return f"{path}: {words}"
    if isinstance(error, OSError):
        return f"{path} cannot be written ({error.strerror or words}). Set TELLS_HOME to a folder you can write to."
    if "full" in words:
        return f"the disk of {path} is full. Free some space."
    if "disk I/O" in words:
        return f"{path} cannot be written to the end. Free some space on its disk, or set TELLS_HOME to a folder on another."
    if "readonly" in words or "read-only" in words or "unable to open" in words:
        return f"{path} cannot be written. Set TELLS_HOME to a folder you can write to."
    if "locked" in words:
        return f"another program is holding {path}. It is tried again with the next change."
    if "not a database" in words or "malformed" in words:
        return f"{path} is damaged ({words}). Move it away to start a new history."
    return f"{path}: {words}."


def _better(one: Rank | None, other: Rank | None) -> Rank | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=_RANKS.index)


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _verdict_text(attempt: Attempt) -> str | None:
    return json.dumps(attempt.verdict.to_json()) if attempt.verdict else None


def _attempt(row: sqlite3.Row) -> Attempt:
    verdict = None
    if row["verdict"]:
        with contextlib.suppress(KeyError, TypeError, ValueError):  # of another version: the answer still stands
            verdict = verdict_from_json(json.loads(row["verdict"]))
    return Attempt(**{**dict(row), "submitted": _time(row["submitted"]), "verdict": verdict})


def _probe(row: sqlite3.Row) -> Probe:
    heard = None if row["heard"] is None else tuple(json.loads(row["heard"]))
    return Probe(**{**dict(row), "heard": heard, "asked": _time(row["asked"])})


def _review(row: sqlite3.Row) -> Review:
    return Review(**{**dict(row), "rated": _time(row["rated"]), "due": _time(row["due"])})


def as_plain(record: Any) -> dict[str, Any]:
    """A record as JSON values: times in ISO 8601, a verdict in the contract's form."""
    from grader.verdict import Verdict

    verdict = getattr(record, "verdict", None)
    plain = asdict(replace(record, verdict=None) if isinstance(verdict, Verdict) else record)
    plain = {key: _stamp(value) if isinstance(value, datetime) else value for key, value in plain.items()}
    return plain | {"verdict": verdict.to_json()} if isinstance(verdict, Verdict) else plain
