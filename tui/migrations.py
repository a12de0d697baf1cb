"""The steps from each version of the history's tables to the next; `PRAGMA user_version` counts those taken."""

from __future__ import annotations

_FIRST = (
    """CREATE TABLE attempts (
        id INTEGER PRIMARY KEY, address TEXT NOT NULL, entry_hash TEXT NOT NULL, mode TEXT NOT NULL, submitted TEXT NOT NULL,
        seconds REAL NOT NULL, answer TEXT NOT NULL, verdict TEXT, level TEXT, final TEXT)""",
    "CREATE INDEX attempts_by_address ON attempts (address)",
    """CREATE TABLE drafts (
        address TEXT PRIMARY KEY, answer TEXT NOT NULL, seconds REAL NOT NULL, mode TEXT NOT NULL, saved TEXT NOT NULL)""",
    """CREATE TABLE probes (
        id INTEGER PRIMARY KEY, attempt INTEGER NOT NULL, address TEXT NOT NULL, point TEXT NOT NULL, prompt TEXT NOT NULL,
        answer TEXT NOT NULL, heard TEXT, asked TEXT NOT NULL)""",
    "CREATE INDEX probes_by_attempt ON probes (attempt)",
    """CREATE TABLE reviews (
        id INTEGER PRIMARY KEY, address TEXT NOT NULL, point TEXT NOT NULL, rated TEXT NOT NULL, rating INTEGER NOT NULL,
        evidence TEXT NOT NULL, attempt INTEGER NOT NULL, card TEXT NOT NULL, due TEXT NOT NULL)""",
    "CREATE INDEX reviews_by_point ON reviews (address, point)",
    """CREATE TABLE corrections (
        id INTEGER PRIMARY KEY, attempt INTEGER NOT NULL, address TEXT NOT NULL, point TEXT NOT NULL, heard INTEGER NOT NULL,
        answer TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, made TEXT NOT NULL)""",
    "CREATE INDEX corrections_by_attempt ON corrections (attempt)",
    """CREATE TABLE predictions (
        id INTEGER PRIMARY KEY, demo TEXT NOT NULL, settings TEXT NOT NULL, question TEXT NOT NULL, unit TEXT NOT NULL,
        guess REAL NOT NULL, measured REAL NOT NULL, "right" INTEGER NOT NULL, made TEXT NOT NULL)""",
    """CREATE TABLE self_grades (
        attempt INTEGER NOT NULL, point TEXT NOT NULL, said INTEGER NOT NULL, sure INTEGER NOT NULL, heard INTEGER NOT NULL,
        PRIMARY KEY (attempt, point))""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST,)
