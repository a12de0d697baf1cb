"""Where the program keeps what is the user's: one folder, readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


def home() -> Path:
    """The user's data folder: `TELLS_HOME`, else the platform's."""
    named = os.environ.get("TELLS_HOME")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("tells", appauthor=False)


def history_file() -> Path:
    """The SQLite database of attempts, drafts, reviews, corrections and predictions."""
    return home() / "history.sqlite"


def settings_file() -> Path:
    """The settings, as TOML; need not exist."""
    return home() / "settings.toml"


def entries_folder() -> Path:
    """The user's own entries; they join the shipped ones, and replace those of the same id."""
    return home() / "entries"


def cache_folder() -> Path:
    """What can be computed again."""
    return home() / "cache"


def log_file() -> Path:
    """What the grading process had to say; bounded by `open_log`."""
    return home() / "tells.log"


def make_private(folder: Path) -> Path:
    """The folder, made where it is missing, for its owner alone.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return folder


def make_private_file(path: Path) -> None:
    """Makes an empty file for its owner alone, unless it is there; makes its folder too.

    Raises:
        OSError: it cannot be made.
    """
    make_private(path.parent)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, PRIVATE_FILE))


def write_private(path: Path, text: str) -> None:
    """Writes the whole file at once, or leaves the old one as it was.

    Raises:
        OSError: it cannot be written.
    """
    make_private(path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE_FILE), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
