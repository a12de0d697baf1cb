"""What an unquoted word of YAML means, where YAML 1.1 and 1.2 agree; where they do not, a sentence instead of a guess."""

from __future__ import annotations

import math
import re

Plain = str | int | float | bool | None

_SWITCH = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?\Z")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_OTHER_BASE = re.compile(r"[-+]?(?:0[0-7_]+|0o[0-7]+|0x[0-9a-fA-F_]+|0b[01_]+)\Z")
_GROUPED = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?\Z")
_NO_NUMBER = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")
_LONGEST_NUMBER = 30


class Surprise(ValueError):
    """An unquoted word that does not mean what it seems to; the message says what to write."""


def scalar(word: str) -> Plain:
    """An unquoted word -> None, bool, int, finite float, or the text itself.

    Raises:
        Surprise: for a word that YAML 1.1 takes for something else than text (`no`, `1:30`, `2026-01-31`, `010`).
    """
    if word in ("", "~", "null", "Null", "NULL"):
        return None
    if word in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return word.lower() == "true"
    if not word[0].isascii() or not (word[0].isdigit() or word[0] in "+-.ynofYNOF"):
        return word
    _refuse_surprises(word)
    if _DECIMAL.match(word) or _FLOAT.match(word):
        return _number(word)
    return word


def _number(word: str) -> int | float:
    if len(word) > _LONGEST_NUMBER:
        raise Surprise(f"'{word[:12]}…' is a number of {len(word)} characters. Put it in quotes if it is text.")
    if _DECIMAL.match(word):
        return int(word)
    number = float(word)
    if not math.isfinite(number):
        raise Surprise(f"{word!r} is too large for a number. Write a smaller one, or put it in quotes if it is text.")
    return number


def _refuse_surprises(word: str) -> None:
    switch = _SWITCH.get(word.lower()) if word in (word.lower(), word.upper(), word.capitalize()) else None
    if switch:
        raise Surprise(f'{word!r} without quotes means {switch} to YAML. Write {switch}, or "{word}" in quotes if it is text.')
    kind = (
        "a date"
        if _DATE.match(word)
        else "a number to base 60"
        if _SEXAGESIMAL.match(word)
        else "a number that is not to base 10"
        if _OTHER_BASE.match(word)
        else "a number with underscores"
        if _GROUPED.match(word)
        else "infinity or not a number"
        if _NO_NUMBER.match(word)
        else ""
    )
    if kind:
        raise Surprise(f'{word[:40]!r} without quotes means {kind} to YAML. Put it in quotes if it is text: "{word[:40]}".')
