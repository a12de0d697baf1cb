"""The settings: a small TOML file that the learner or the settings screen writes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from tui.folders import write_private

_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Setting:
    """What one key may hold, and what it is for."""

    meaning: str
    choices: tuple[str, ...] = ()
    low: float = 0
    high: float = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """What the learner has chosen; every field is a key of the file.

    Attributes:
        keymap: keys by the id of a binding, such as `answer.submit = "f5"`.
    """

    theme: str = "tells-dark"
    mode: str = "interview"
    self_grade: bool = False
    probes: int = 3
    time_limit_minutes: int = 0
    drill_size: int = 10
    retention: float = 0.9
    keymap: Mapping[str, str] = field(default_factory=dict)


SETTINGS: Mapping[str, Setting] = {
    "theme": Setting("Colours of the screen; any theme of the palette's list."),
    "mode": Setting(
        "Interview: nothing is shown until you submit. Coach: tells light up as you say them.", ("interview", "coach")
    ),
    "self_grade": Setting("Mark what you think you said before you see the verdict."),
    "probes": Setting("How many missed tells the interviewer asks about afterwards.", low=0, high=10),
    "time_limit_minutes": Setting("One limit for every question; 0 keeps each entry's own.", low=0, high=240),
    "drill_size": Setting("How many tells one round of drill asks.", low=1, high=100),
    "retention": Setting("How likely you want to recall a tell when it comes up again.", low=0.7, high=0.99),
}


def read_settings(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings of the file, and every problem of it in one sentence each; what is wrong keeps its default."""
    if not path.exists():
        return Settings(), ()
    import tomllib

    try:
        if path.stat().st_size > _MOST_BYTES:
            return Settings(), (f"{path}: it is larger than {_MOST_BYTES} bytes, so it is no settings file. Move it away.",)
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        return Settings(), (f"{path} cannot be read ({error.strerror}).",)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Settings(), (f"{path}: it is not TOML: {error}.",)
    found = [(key, *_checked(key, value)) for key, value in values.items()]
    good = {key: value for key, value, problem in found if not problem}
    return replace(Settings(), **good), tuple(f"{path}: {problem}" for _, _, problem in found if problem)


def write_settings(path: Path, settings: Settings) -> None:
    """Writes every setting that differs from its default.

    Raises:
        OSError: it cannot be written.
    """
    plain = Settings()
    lines = [
        f"{f.name} = {_toml(getattr(settings, f.name))}"
        for f in fields(settings)
        if f.name != "keymap" and getattr(settings, f.name) != getattr(plain, f.name)
    ]
    if settings.keymap:
        lines += ["", "[keymap]", *(f"{_toml(id)} = {_toml(keys)}" for id, keys in sorted(settings.keymap.items()))]
    write_private(path, "\n".join([*lines, ""]))


def keymap_problems(keymap: Mapping[str, str], known: Iterable[str]) -> tuple[str, ...]:
    """A sentence for every id in the keymap that is not the id of a binding."""
    return tuple(
        f"keymap: there is no binding {id!r}.{_nearest(id, known)} The help screen lists them."
        for id in keymap
        if id not in known
    )


def _checked(key: str, value: Any) -> tuple[Any, str]:
    """The value and no problem, or a problem in one sentence."""
    if key == "keymap":
        if not isinstance(value, dict):
            return None, '"keymap" must be a table of binding = "keys".'
        pairs = _flat(value)
        wrong = [id for id, keys in pairs.items() if not isinstance(keys, str) or not keys]
        return pairs, f"keymap: the keys of {wrong[0]!r} must be text." if wrong else ""
    setting = SETTINGS.get(key)
    if setting is None:
        return None, f"{key!r} is not a setting.{_nearest(key, [*SETTINGS, 'keymap'])}"
    default = getattr(Settings(), key)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(default):
        return None, f"{key!r} must be {_kind(default)}, not {value!r}."
    if setting.choices and value not in setting.choices:
        return None, f"{key!r} must be {' or '.join(setting.choices)}, not {value!r}."
    if setting.high and not setting.low <= value <= setting.high:
        return None, f"{key!r} must be from {setting.low:g} to {setting.high:g}, not {value!r}."
    return value, ""


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """`answer.submit = "f5"` and `"answer.submit" = "f5"` mean the same."""
    pairs: dict[str, Any] = {}
    for key, value in table.items():
        pairs.update(_flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return pairs


def _kind(default: Any) -> str:
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
    return names[type(default)]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
    return repr(value)


def _nearest(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f" Did you mean {near[0]!r}?" if near else ""
