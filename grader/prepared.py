"""What the grader makes ready of a question before it reads an answer to it, remembered until the entry changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch

from bank.entry import Question
from grader.comparison import Support, compare
from grader.correction import Correction
from grader.encoder import Encoder, alone
from grader.judge import Head, Judge, Phrases
from grader.lexical import WordHeads
from grader.model_answers import model_answers_of, said_in
from grader.own import Own
from grader.spans import segment
from grader.support import Phrase, PhraseStore, phrases_of
from grader.words import SharedWords


class Preparation:
    """Questions made ready.

    Args:
        encoder: text -> vectors.
        judge: makes heads of phrases.
        store: the vectors of phrases.
        owns: what labelled answers have taught, by the question's address.
        corrections: what the user has said against earlier verdicts.
    """

    def __init__(
        self,
        encoder: Encoder,
        judge: Judge,
        store: PhraseStore,
        owns: Mapping[str, Own],
        corrections: Sequence[Correction],
    ) -> None:
        self._encoder, self._judge, self._store = encoder, judge, store
        self._owns, self._corrections = owns, corrections
        self._whole: dict[str, tuple[str, Support]] = {}
        self._heads: dict[str, tuple[str, WordHeads]] = {}

    def own(self, question: Question) -> Own | None:
        """What labelled answers taught about the question, if there were enough and its points are still those."""
        own = self._owns.get(question.address)
        return own if own is not None and own.ids == tuple(p.id for p in question.points) else None

    def of(self, question: Question, without: str | None = None) -> Support:
        """What the grader knows of the question, made when first asked for.

        Args:
            without: a phrase to leave out, or a model answer, with all that it says.
        """
        key = question.entry.content_hash
        known = self._whole.get(question.address)
        if without is None and known is not None and known[0] == key:
            return known[1]
        listed, said = phrases_of(question, self._corrections), self._said(question)
        every = [*listed, *(phrase for _, phrase in said)]
        sources = [*(phrase.text for phrase in listed), *(answer for answer, _ in said)]
        out = {n for n, source in enumerate(sources) if without in (source, every[n].text)}
        kept = [phrase for n, phrase in enumerate(every) if n not in out]
        if without is None or without in model_answers_of(question):
            support = self._support(question, kept, self._word_heads(question, kept, quotes=True), quotes=True)
        else:
            heads = self._tried(question, every).without(out)
            support = self._support(question, kept, heads, quotes=False)
        if without is None:
            self._whole[question.address] = (key, support)
        return support

    def _said(self, question: Question) -> Sequence[tuple[str, Phrase]]:
        """Model answers with the words in which they say a tell, as heard from what is listed."""

        def find() -> Iterator[tuple[str, Phrase]]:
            phrases = phrases_of(question)
            heads = self._word_heads(question, phrases, quotes=False)  # the last step would ask them, and is left out here
            support = self._support(question, phrases, heads, quotes=True)
            for answer in model_answers_of(question):
                spans, vectors = self._encoder.spans(segment(answer))
                reading = compare(question, answer, spans, vectors, support, self._judge, None)
                yield from ((answer, phrase) for phrase in said_in(question, answer, reading))

        return self._store.said(question, find)

    def _word_heads(self, question: Question, phrases: Sequence[Phrase], quotes: bool) -> WordHeads:
        """Of the phrases, and of the quotes after them."""
        own = self.own(question)
        added = own.said if quotes and own is not None else ()
        return WordHeads([*phrases, *added], len(question.points))

    def _tried(self, question: Question, phrases: Sequence[Phrase]) -> WordHeads:
        """Of all phrases, for each of them to be left out in turn; remembered, since making them takes longer than that."""
        key = question.entry.content_hash
        known = self._heads.get(question.address)
        if known is None or known[0] != key:
            known = key, self._word_heads(question, phrases, quotes=False)
            self._heads[question.address] = known
        return known[1]

    def _support(self, question: Question, phrases: Sequence[Phrase], heads: WordHeads, quotes: bool) -> Support:
        own, J, counts = self.own(question), len(question.points), Counter((p.point, p.kind) for p in phrases)
        head = self._head(question, phrases, own if quotes else None)
        listed = np.array([[counts[j, kind] for kind in (1, -1)] for j in range(J)], float)
        return Support(head, SharedWords(phrases, J), heads, listed, own)

    def _head(self, question: Question, phrases: Sequence[Phrase], own: Own | None) -> Head:
        vectors = self._store.vectors(question.address, phrases)
        with alone():
            known = torch.from_numpy(vectors)
            kinds = torch.tensor([p.kind for p in phrases])
            points = torch.tensor([p.point for p in phrases])
            if own is not None:
                known = torch.cat([known, own.quotes])
                kinds = torch.cat([kinds, torch.ones(len(own.points), dtype=torch.long)])
                points = torch.cat([points, own.points])
            return self._judge.head(Phrases(known, kinds, points, len(question.points)))
