"""An answer -> spans with character offsets: sentences, clauses, and runs of neighbouring clauses.

Nothing is ever rewritten: a span is a pair of offsets into the answer as it was given. Speech without punctuation is cut at
connectives and fillers, and where there are none, at a fixed number of words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_READ = 30_000
"""Characters of an answer that are graded; half an hour of speech."""

_CLAUSE_WORDS = 3  # a clause has at least so many words, else it joins its neighbour
_LONG_CLAUSE = 16  # words beyond which a clause is cut although nothing marks a border
_RUN_CLAUSES = 3  # neighbouring clauses that are also tried together
_RUN_WORDS = 45

_SENTENCE_END = re.compile(r"(?:(?<=[.!?…])[\"')\]]*\s+(?!\(?\s*(?:e\.g|i\.e)\b))|\n+|(?<=[;:])\s+|\s+[-–—→]+>?\s+|\s*[•▪]\s*")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|cf|eq|fig|sec|al|etc|approx|resp|dr|mr)\.|\b[A-Za-z]\.)$", re.IGNORECASE)
_CLAUSE_BORDER = re.compile(
    r",\s+|\s+(?=\()|(?<=\))\s+|\s+(?=(?:and|but|so|because|which|then|while|since|whereas|although|though|however|"
    r"instead|unless|until|when|if|where|hence|therefore|thus|except|yet|plus|or|not)\s)",
    re.IGNORECASE,
)
_SPEECH_BORDER = re.compile(
    r"\s+(?=(?:um|uh|er|erm|like|yeah|okay|ok|well|right|basically|actually|also|anyway|you|i|it|its|it's|they|we|there|"
    r"that's|thats|this|the\s+other|the\s+problem|the\s+thing|for|as|with|by|to)\s)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\S+")
_EDGE = "".join((" \t\r\n\v\f", "\u00a0", ",-–—*•>"))


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`answer[start:end]`, in Unicode code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segmented:
    """An answer cut up.

    Attributes:
        text: the answer with every character that a tokenizer could choke on replaced by a space, so that offsets
            stay true; cut off at `LONGEST_READ`.
        sentences: in order, not overlapping.
        clauses: in order, not overlapping; each lies in one sentence.
        spans: every clause, every sentence that is not too long, and runs of neighbouring clauses; sorted, distinct.
    """

    text: str
    sentences: tuple[Span, ...]
    clauses: tuple[Span, ...]
    spans: tuple[Span, ...]


def readable(answer: str) -> str:
    """The answer with control, format and surrogate characters as spaces: same length, same offsets."""
    if answer.isascii() and answer.isprintable():
        return answer
    return "".join(c if c == "\n" or unicodedata.category(c) not in _UNREADABLE else " " for c in answer)


_UNREADABLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def segment(answer: str) -> Segmented:
    """Cut an answer into sentences, clauses, and the spans that are graded."""
    text = readable(answer[:LONGEST_READ])
    sentences = tuple(_sentences(text))
    clauses: list[Span] = []
    owners: list[int] = []
    for n, sentence in enumerate(sentences):
        for clause in _clauses(text, sentence):
            clauses.append(clause)
            owners.append(n)
    words = [_count(text, c) for c in clauses]
    spans = set(clauses)
    for first in range(len(clauses)):
        total = words[first]
        for last in range(first + 1, min(first + _RUN_CLAUSES, len(clauses))):
            total += words[last]
            if total > _RUN_WORDS or owners[last] - owners[first] > 1:
                break
            spans.add(Span(clauses[first].start, clauses[last].end))
    spans.update(s for s in sentences if _count(text, s) <= _RUN_WORDS)
    return Segmented(text, sentences, tuple(clauses), tuple(sorted(spans)))


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for border in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text[max(start, border.start() - 8) : border.start()]):
            continue
        yield from _stripped(text, start, border.start())
        start = border.end()
    yield from _stripped(text, start, len(text))


def _clauses(text: str, sentence: Span) -> Iterator[Span]:
    for part in _cut(text, sentence, _CLAUSE_BORDER):
        if _count(text, part) <= _LONG_CLAUSE:
            yield part
            continue
        for piece in _cut(text, part, _SPEECH_BORDER, least=6):
            yield from _windows(text, piece)


def _cut(text: str, span: Span, border: re.Pattern[str], least: int = _CLAUSE_WORDS) -> Iterator[Span]:
    """Cut at borders, as long as both sides keep at least so many words."""
    start = span.start
    for match in border.finditer(text, span.start, span.end):
        left, right = Span(start, match.start()), Span(match.end(), span.end)
        if _count(text, left) >= least and _count(text, right) >= least:
            yield from _stripped(text, left.start, left.end)
            start = match.end()
    yield from _stripped(text, start, span.end)


def _windows(text: str, span: Span) -> Iterator[Span]:
    """Equal runs of words where nothing marks a border."""
    words = list(_WORD.finditer(text, span.start, span.end))
    pieces = -(-len(words) // _LONG_CLAUSE)
    for n in range(pieces):
        run = words[n * len(words) // pieces : (n + 1) * len(words) // pieces]
        yield Span(run[0].start(), run[-1].end())


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    kept = piece.strip(_EDGE)
    if any(c.isalnum() for c in kept):
        start += piece.index(kept)
        yield Span(start, start + len(kept))


def _count(text: str, span: Span) -> int:
    return len(text[span.start : span.end].split())
