"""A row of a batch: one line of JSON in, one line of JSON out, whatever the line holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from bank.entry import Question
from bank.errors import UnknownEntry
from grader.verdict import Verdict

LONGEST_ROW = 4_000_000
"""Bytes of one line; a longer one is not read into memory."""
LONGEST_ADDRESS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a batch.

    Attributes:
        line: counted from 1.
        id: its JSON as it was given; `null` where there is none.
        question, answer: what to grade; unset where `error` says why not.
    """

    line: int
    id: str = "null"
    question: Question | None = None
    answer: str = ""
    error: str = ""


class _Bad(Exception):
    """A row that cannot be graded; the message is one sentence."""


def read_rows(read: Callable[[], bytes], find: Callable[[str], Question]) -> Iterator[Row]:
    """Every line as a Row, in order; the newline at the end of the last one begins no further row.

    `read` returns the next bytes, however many there are, and none at the end.
    """
    find = lru_cache(1024)(find)
    for number, line in enumerate(_lines(read), 1):
        yield _row(number, line, find)


def _lines(read: Callable[[], bytes]) -> Iterator[bytes | None]:
    """Lines without their newline; None for one that is too long, which is never held as a whole."""
    parts: list[bytes] = []
    size = 0
    while data := read():
        *ended, begun = data.split(b"\n")
        for piece in ended:
            yield b"".join((*parts, piece)) if size + len(piece) <= LONGEST_ROW else None
            parts, size = [], 0
        size += len(begun)
        parts.append(begun)
        if size > LONGEST_ROW:
            parts.clear()
    if size:
        yield b"".join(parts) if size <= LONGEST_ROW else None


def _row(number: int, line: bytes | None, find: Callable[[str], Question]) -> Row:
    found: dict[str, tuple[Any, str]] = {}
    try:
        _parse(_text(number, line), found)
        address, answer = (_string(found, key) for key in ("entry", "answer"))
        if len(address) > LONGEST_ADDRESS:
            raise _Bad(f'"entry" is longer than {LONGEST_ADDRESS} characters, so it names no entry.')
        return Row(number, _id(found), find(address), answer)
    except (_Bad, UnknownEntry) as error:
        return Row(number, _id(found), error=str(error))
    except RecursionError:
        return Row(number, error="The row is nested too deeply.")


def _text(number: int, line: bytes | None) -> str:
    if line is None:
        raise _Bad(f"The row is longer than {LONGEST_ROW:,} bytes.")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Bad(f"The row is not UTF-8 text (byte {error.start + 1}).") from None
    if number == 1:
        text = text.removeprefix("\ufeff")
    if not text.strip(" \t\r"):
        raise _Bad("The line is empty; a row is a JSON object.")
    return text


def _string(found: dict[str, tuple[Any, str]], key: str) -> str:
    if key not in found:
        raise _Bad(f'The row has no "{key}".')
    value = found[key][0]
    if not isinstance(value, str):
        raise _Bad(f'"{key}" must be a string.')
    return value


def _id(found: dict[str, tuple[Any, str]]) -> str:
    """The id as it was given, in ASCII and without anything that a reader could take for the end of a line."""
    given = found["id"][1].replace("\r", " ") if "id" in found else "null"
    return given if given.isascii() else "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in given)


def _parse(text: str, found: dict[str, tuple[Any, str]]) -> None:
    """Fills `found` with the object's members and the JSON of each, as far as it goes.

    Members are kept as text because a number of the id must come out as it went in, however long it is.
    """
    at = _space(text, 0)
    if text[at : at + 1] != "{":
        _value(text, at)
        raise _Bad('A row is a JSON object: {"id": ..., "entry": "...", "answer": "..."}.')
    at = _space(text, at + 1)
    while text[at : at + 1] != "}" or found:
        if text[at : at + 1] != '"':
            _malformed(text, at, "a key in double quotes")
        key, at = _value(text, at)
        at = _space(text, at)
        if text[at : at + 1] != ":":
            _malformed(text, at, "a colon")
        start = _space(text, at + 1)
        value, at = _value(text, start)
        if key in found:
            raise _Bad(f"The key {json.dumps(key)[:80]} is there twice.")
        found[key] = value, text[start:at]
        at = _space(text, at)
        if text[at : at + 1] == "}":
            break
        if text[at : at + 1] != ",":
            _malformed(text, at, "a comma or a closing brace")
        at = _space(text, at + 1)
    at = _space(text, at + 1)
    if at < len(text):
        _malformed(text, at, "the end of the line")


def _space(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\r"):
        at += 1
    return at


def _value(text: str, at: int) -> tuple[Any, int]:
    try:
        return _JSON.raw_decode(text, at)
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        raise _Bad(f"The row is not JSON: {what} at character {error.pos + 1}.") from None


def _malformed(text: str, at: int, wanted: str) -> NoReturn:
    what = "the row ends" if at >= len(text) else f"{json.dumps(text[at])} is found"
    raise _Bad(f"The row is not JSON: {what} at character {at + 1} where {wanted} should be.")


def _no_constant(name: str) -> NoReturn:
    raise _Bad(f"The row is not JSON: {name} is no JSON number.")


_JSON = json.JSONDecoder(parse_float=lambda _: 0.0, parse_int=lambda _: 0, parse_constant=_no_constant)


def verdict_json(verdict: Verdict) -> str:
    """The verdict as one line of JSON in ASCII: the same bytes alone and, but for the id, in a batch."""
    return json.dumps(verdict.to_json(), allow_nan=False)


def row_json(row: Row, verdict: Verdict | None, error: str = "") -> str:
    """What a row gives: the verdict with the row's id, or the error."""
    if verdict is not None:
        return f'{{"id": {row.id}, {verdict_json(verdict)[1:]}'
    return f'{{"id": {row.id}, "line": {row.line}, "error": {json.dumps(error)}}}'
