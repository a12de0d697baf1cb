"""Labelled answers and a question's phrases as token ids, ready to be trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from bank.entry import Question
from grader import support
from grader.chunks import chunks
from grader.dataset import LabelledAnswer
from grader.encoder import LONGEST_PHRASE, load_tokenizer
from grader.spans import readable, segment

Ids = tuple[int, ...]
Rows = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a question, as token ids; `kind` +1 asserts the point, -1 does not."""

    text: str
    ids: Ids
    point: int
    kind: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A labelled answer, ready to be read.

    Attributes:
        windows: token ids and span rows of each window.
        texts: of the spans, S.
        labels: (J,) 1 where the point is asserted.
        quoted: (S, J) 1 where the span holds the point's quote, -1 where it touches it, 0 elsewhere.
        group: the two sides of a pair share it.
    """

    windows: tuple[tuple[Ids, Rows], ...]
    texts: tuple[str, ...]
    labels: Tensor
    quoted: Tensor
    group: str

    @property
    def length(self) -> int:
        """Tokens in all windows."""
        return sum(len(ids) for ids, _ in self.windows)


class Tokenizer:
    """Texts -> token ids, with the model's own vocabulary."""

    def __init__(self, folder: Path) -> None:
        self._fast = load_tokenizer(folder)

    def phrase(self, phrase: support.Phrase) -> Phrase:
        """At most `LONGEST_PHRASE` ids, without special tokens."""
        ids = self._fast.encode(readable(phrase.text), add_special_tokens=False).ids[:LONGEST_PHRASE]
        return Phrase(phrase.text, tuple(ids), phrase.point, phrase.kind)

    def reading(self, answer: LabelledAnswer, question: Question) -> Reading:
        """Cut, tokenize and label an answer."""
        segmented = segment(answer.answer)
        cut = chunks(segmented, self._fast.encode(segmented.text, add_special_tokens=False))
        ids = [point.id for point in question.points]
        spans = [span for chunk in cut for span in chunk.spans]
        quoted = torch.zeros(len(spans), len(ids), dtype=torch.int8)
        for j, id in enumerate(ids):
            begin = answer.answer.find(answer.quotes[id]) if id in answer.quotes else -1
            for n, span in enumerate(spans if begin >= 0 else ()):
                quoted[n, j] = _overlap(span.start, span.end, begin, begin + len(answer.quotes[id]))
        labels = torch.tensor([float(id in answer.heard) for id in ids])
        texts = tuple(answer.answer[span.start : span.end] for span in spans)
        return Reading(tuple((chunk.ids, chunk.rows) for chunk in cut), texts, labels, quoted, answer.group)


def _overlap(start: int, end: int, begin: int, finish: int) -> int:
    shared = min(end, finish) - max(start, begin)
    span, quote = end - start, finish - begin
    if shared <= 2:
        return 0
    holds = shared >= 0.6 * quote and shared >= 0.4 * span
    within = shared >= 0.8 * span and shared >= 0.4 * quote
    return 1 if holds or within else -1
