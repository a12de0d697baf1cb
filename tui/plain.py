"""Text from outside, made safe to draw: one code point in, one code point out, so that offsets stay true."""

from __future__ import annotations

import unicodedata

REPLACEMENT = "�"
_MOST_MARKS = 4  # combining marks one after another before they are taken for an attack on the layout
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPACES = frozenset("\t\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029")


def printable(text: str) -> str:
    r"""The text with everything that could steer a terminal replaced, newlines kept.

    `len(printable(text)) == len(text)`, and only `\n` still breaks a line.
    """
    if text.isascii() and text.isprintable():
        return text
    marks = 0
    shown: list[str] = []
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        shown.append(REPLACEMENT if marks > _MOST_MARKS else _stand_in(char))
    return "".join(shown)


def one_line(text: str, most: int = 0) -> str:
    """The text on one line, runs of white space closed up, cut with an ellipsis after `most` characters (0: never)."""
    line = " ".join(printable(text).split())
    return line[: most - 1].rstrip() + "…" if most and len(line) > most else line


def storable(text: str) -> str:
    """The text with lone surrogates replaced one for one, so that it can be encoded."""
    return text if text.isascii() else "".join(REPLACEMENT if "\ud800" <= c <= "\udfff" else c for c in text)


def _stand_in(char: str) -> str:
    if char == "\n" or char.isprintable():
        return char
    if char in _SPACES:
        return " "
    if char < " ":
        return chr(0x2400 + ord(char))
    if char == "\x7f":
        return "\u2421"
    if char in _BIDI or "\x80" <= char <= "\x9f" or "\ud800" <= char <= "\udfff":
        return REPLACEMENT
    return " " if unicodedata.category(char) == "Zs" else char
