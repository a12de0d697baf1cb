"""A guide to an interview question, as prose under headings -> its parts.

Headings may be Markdown, bold, or plain lines; quotes straight or curly; lists with `-`, `*`, `•` or numbers; sections may
stand in any order or be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bank.entry import Level

_LONGEST_HEADING = 90
_OPENING, _CLOSING = '“"«„', '”"»“'
_MARKER = re.compile(r"(?:[-*•–—▪]|\(?\d{1,2}[.)])\s+")
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s+(?:\d{1,2}[.)]\s+)?")
_EMPHASIS = re.compile(r"(\*\*|__|\*)(?=\S)(.+?)(?<=\S)\1")
_BULLET = re.compile(r"[-*•–—▪]\s")
_ARTICLE = r"(?:an?\s+|the\s+)?"
_RUNG = r"(?P<level>L[456])(?:[- ]level)?"
_SECTIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("asked_in", r"asked in\b\s*:?\s*(?P<rest>.*)"),
        ("L", rf"(?:(?:what|how)\s+)?{_ARTICLE}{_RUNG}(?:\s+answers?)?\s+(?:sounds?|looks?)\s+like\s*:?(?P<rest>)"),
        ("L", rf"{_ARTICLE}{_RUNG}(?:\s+(?:model\s+)?answers?)?\s*:?(?P<rest>)"),
        ("strong", r"(?:.*\b)?strong[- ]hire\b[^.]*?:?(?P<rest>)"),
        ("down", r"(?:.*\b)?down[- ]?level(?:l?ed|l?ing|s)?\b[^.]*?:?(?P<rest>)"),
        (
            "follow_up",
            rf"{_ARTICLE}(?:(?:common|typical|likely)\s+)?follow[- ]?ups?(?:\s+questions?)?(?:\s+\d+)?\s*(?::\s*(?P<rest>.*))?",
        ),
        ("related", r"(?:related|see also)(?:\s+(?:entries|questions|topics|guides|reading))?\s*(?::\s*(?P<rest>.*))?"),
    )
)
_ANSWER_MARK = re.compile(
    r"(?:(?:the|an?|your)\s+)?(?:(?:good|strong|model|best|L[456])\s+)*answer\s*:\s*(?P<rest>.*)", re.IGNORECASE
)
_HEDGE = re.compile(r"^(?:especially|mostly|mainly|often|sometimes)?\s*(?:in\s+)?", re.IGNORECASE)
_GOES_ON = ("…", "...")


@dataclass(slots=True)
class Chunk:
    """A paragraph or one item of a list.

    Attributes:
        line: where it begins, 1-based.
        quoted: whether it stands, or began, within quotation marks.
        item: whether it is an item of a list.
    """

    line: int
    text: str
    quoted: bool = False
    item: bool = False


@dataclass(slots=True)
class FollowUpPart:
    """A question asked afterwards."""

    prompt: str
    answer: list[Chunk] = field(default_factory=list)


@dataclass(slots=True)
class Article:
    """The parts of a guide; those that are not there are empty.

    Attributes:
        answers: by level, what is quoted as an answer.
        remarks: by level, what is said about it.
        goes_on: the levels whose answer begins where the one below ends.
        strong, down: the bullets of what wins a strong-hire vote, and of what costs a level.
        unplaced: what stands nowhere.
    """

    title: str = ""
    asked_in: list[str] = field(default_factory=list)
    answers: dict[Level, list[Chunk]] = field(default_factory=dict)
    remarks: dict[Level, list[Chunk]] = field(default_factory=dict)
    goes_on: set[Level] = field(default_factory=set)
    strong: list[Chunk] = field(default_factory=list)
    down: list[Chunk] = field(default_factory=list)
    follow_ups: list[FollowUpPart] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    unplaced: list[Chunk] = field(default_factory=list)


def read_article(text: str) -> Article:
    """The parts of an article; never fails, whatever the text."""
    article = Article()
    for section, level, chunks in _sections(text, article):
        if section == "asked_in":
            _asked_in(article, chunks)
        elif section == "L" and level is not None:
            _level(article, level, chunks)
        elif section == "strong":
            article.strong += _bullets(chunks)
        elif section == "down":
            article.down += _bullets(chunks)
        elif section == "follow_up":
            _follow_ups(article, chunks)
        elif section == "related":
            article.related += [name for chunk in chunks for name in _listed(chunk.text)]
        else:
            article.unplaced += chunks
    return article


def _sections(text: str, article: Article) -> Iterator[tuple[str, Level | None, list[Chunk]]]:
    section, level, lines = "", None, list[tuple[int, str]]()
    answered = False
    for number, raw in enumerate(text.splitlines(), 1):
        line = _unmarked(raw)
        in_answer = section == "follow_up" and not answered and _ANSWER_MARK.fullmatch(line)
        found = None if in_answer or _BULLET.match(raw.strip()) else _heading(line)
        answered = answered or bool(_ANSWER_MARK.fullmatch(line))
        if found is None and not article.title and _is_title(raw, line, section, lines):
            article.title = line.rstrip(":")
        elif found is None:
            lines.append((number, raw))
        else:
            yield section, level, _chunks(lines)
            section, level, rest = found
            lines, answered = [(number, rest)] if rest else [], False
    yield section, level, _chunks(lines)


def _heading(line: str) -> tuple[str, Level | None, str] | None:
    if not line or line[0] in _OPENING:
        return None
    for name, pattern in _SECTIONS:
        match = pattern.fullmatch(line)
        if match is None:
            continue
        rest = (match["rest"] or "").strip()
        if len(line) - len(rest) > _LONGEST_HEADING:
            continue
        level = match.groupdict().get("level")
        return name, level.upper() if level else None, rest  # type: ignore[return-value]
    return None


def _is_title(raw: str, line: str, section: str, lines: list[tuple[int, str]]) -> bool:
    if _MARKDOWN_HEADING.match(raw.strip()):
        return bool(line) and not section
    short = 0 < len(line) <= _LONGEST_HEADING and not line.endswith((".", "!", ",", ";"))
    return short and not section and not lines and not _MARKER.match(raw.strip())


def _unmarked(raw: str) -> str:
    """A line without what Markdown puts around a heading."""
    line = _MARKDOWN_HEADING.sub("", raw.strip(), count=1)
    return _EMPHASIS.sub(r"\2", line).strip().rstrip("#").strip()


def _chunks(lines: list[tuple[int, str]]) -> list[Chunk]:
    """Paragraphs and list items; a line that is not one of them goes on with what stands above it."""
    chunks: list[Chunk] = []
    quoted = apart = False
    for number, raw in lines:
        line = raw.strip()
        block = line.startswith(">")
        line = _EMPHASIS.sub(r"\2", line.lstrip("> ")).strip()
        marker = _MARKER.match(line)
        line = line[marker.end() :] if marker else line
        if not line:
            apart = True
            continue
        opens = line[0] in _OPENING
        quoted = quoted or opens
        text = line[1:] if opens else line
        closes = quoted and text.rstrip(" .,;").endswith(tuple(_CLOSING))
        text = text.rstrip().rstrip(_CLOSING) if closes else text
        wraps = bool(chunks) and not apart and not marker and not opens and _is_wrapped(chunks[-1], raw, quoted or block)
        if wraps:
            chunks[-1].text += f" {text.strip()}"
        elif text.strip():
            chunks.append(Chunk(number, text.strip(), quoted or block, bool(marker)))
        quoted, apart = quoted and not closes, False
    return chunks


def _is_wrapped(above: Chunk, raw: str, quoted: bool) -> bool:
    """Whether a line goes on with the sentence above it, as in text broken at a fixed width."""
    if above.quoted != quoted:
        return False
    return raw.startswith("  ") or not above.text.endswith((".", ":", "?", "!", ")"))


def _bullets(chunks: list[Chunk]) -> list[Chunk]:
    return [c for c in chunks if c.item] or [c for c in chunks if not c.text.endswith(":")]


def _asked_in(article: Article, chunks: list[Chunk]) -> None:
    for chunk in chunks[:1]:
        sentence, _, rest = chunk.text.partition(". ")
        article.asked_in += _listed(sentence)
        if rest:
            article.unplaced.append(Chunk(chunk.line, rest))
    article.unplaced += chunks[1:]


def _level(article: Article, level: Level, chunks: list[Chunk]) -> None:
    answer = [c for c in chunks if c.quoted] or chunks
    if answer and answer[0].text.startswith(_GOES_ON):
        article.goes_on.add(level)
        answer[0].text = answer[0].text.lstrip("…. ")
    article.answers.setdefault(level, []).extend(c for c in answer if c.text)
    article.remarks.setdefault(level, []).extend(c for c in chunks if c not in answer)


def _follow_ups(article: Article, chunks: list[Chunk]) -> None:
    part: FollowUpPart | None = None
    answering = False
    for chunk in chunks:
        mark = _ANSWER_MARK.fullmatch(chunk.text)
        if mark is not None and part is not None:
            answering = True
            if rest := mark["rest"].strip().strip(_OPENING + _CLOSING):
                part.answer.append(Chunk(chunk.line, rest, True))
        elif chunk.text.endswith("?") and (part is None or bool(part.answer) or not answering):
            part, answering = FollowUpPart(chunk.text), False
            article.follow_ups.append(part)
        elif part is not None:
            part.answer.append(chunk)
        else:
            article.unplaced.append(chunk)


def _listed(text: str) -> list[str]:
    """`A, B, and C.` -> its items."""
    parts = re.split(r"\s*[,;]\s*(?:and\s+|or\s+)?|\s+and\s+(?=[^,]*$)", text.strip().rstrip("."))
    cleaned = (
        re.sub(r"^(?:especially|mostly|mainly|often|sometimes)?\s*(?:in\s+)?", "", part, flags=re.IGNORECASE) for part in parts
    )
    return [part.strip(" .") for part in cleaned if part.strip(" .")]
