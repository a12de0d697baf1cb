"""What a YAML parser complains of, in words that say what to change."""

from __future__ import annotations

import re

import yaml

_QUOTED_THEN_MORE = re.compile(r"""(?:\s*-)*\s*(?:[\w -]+:\s+)?(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*[^\s#,\]}:]""")
_LEADING_TAB = re.compile(r" *\t")


def explain(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """`(line, sentence)` for what a parser found wrong in `text`; the line is 1-based."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return 1, "This is not YAML. Check the indentation and the quotes."
    lines = text.split("\n")
    line = min(error.problem_mark.line, len(lines) - 1)
    opened = error.context_mark.line if error.context_mark is not None else line
    problem, context = error.problem or "", error.context or ""
    for at in dict.fromkeys((line, opened)):
        if _LEADING_TAB.match(lines[min(at, len(lines) - 1)]):
            return at + 1, "A tab stands in the indentation. Indent with spaces."
    if "anchor" in context or "alias" in context:
        return line + 1, "A text cannot begin with '*' or '&'. Put a text that begins with '*' in quotes."
    if "quoted scalar" in context or "double-quoted" in context:
        return _quotes(problem, line, opened)
    for found in dict.fromkeys((line, line - 1)):
        if found >= 0 and _QUOTED_THEN_MORE.match(lines[found]):
            return found + 1, "Text goes on after the closing quote. Put the whole of it in quotes of the other kind."
    if "mapping values are not allowed" in problem:
        return (
            line + 1,
            "A colon and a space make a key of what stands before them. Put the text in quotes, or mend the indentation.",
        )
    if "cannot start any token" in problem:
        column = min(error.problem_mark.column, max(len(lines[line]) - 1, 0))
        return line + 1, f"{lines[line][column : column + 1]!r} cannot begin a text. Put the text in quotes."
    return _structure(problem, context, line, opened)


def _quotes(problem: str, line: int, opened: int) -> tuple[int, str]:
    if "end of stream" in problem or "document separator" in problem:
        return (
            opened + 1,
            "The quote that opens here is never closed. Close it; inside single quotes, write '' for an apostrophe.",
        )
    return line + 1, "In double quotes a backslash begins an escape. Double the backslash, or use single quotes."


def _structure(problem: str, context: str, line: int, opened: int) -> tuple[int, str]:
    if "flow sequence" in context:
        return (
            line + 1,
            f"The list that '[' opens in line {opened + 1} is not closed here. Add the ',' or the ']' that is missing.",
        )
    if "flow mapping" in context:
        return (
            line + 1,
            f"The mapping that '{{' opens in line {opened + 1} is not closed here. Add the ',' or the '}}' that is missing.",
        )
    if "simple key" in context or "expected ':'" in problem:
        return opened + 1, "This line is not `key: value`. Add the colon, or indent it under the text that it goes on."
    if "block" in context:
        return line + 1, (
            f"This line does not fit what began in line {opened + 1}. "
            "Indent the keys of one thing alike, and begin each item of a list with '- '."
        )
    if "directive" in context or "document start" in problem:
        return line + 1, "A line that begins with '%' or '---' stands in the way. Take it out."
    return line + 1, f"This is not YAML ({problem}). Check the indentation and the quotes."
