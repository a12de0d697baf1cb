"""The one place that orders the steps: answer -> spans -> vectors -> logits -> points heard -> level -> verdict."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from bank.entry import Question
from grader.adaptation import SHIPPED, calibrations_of, judge_state, own_of, stack_of
from grader.calibration import Calibration
from grader.comparison import Logits, Reading, Support, compare
from grader.correction import Correction
from grader.encoder import Encoder, file_sha256, load_encoder, workers
from grader.evidence import evidence_for, nearest_to
from grader.judge import Judge
from grader.level import level_of, next_step, reconsider
from grader.prepared import Preparation
from grader.remembered import Remembered
from grader.spans import segment
from grader.support import PhraseStore
from grader.verdict import GraderStamp, Heard, Verdict

VERSION = "1"
_LEAST_WORDS = 4
_AHEAD = 64  # answers of a batch in work at a time
_REMEMBERED = 4096  # verdicts of a batch, for answers that come again


@dataclass(frozen=True, slots=True)
class Trial:
    """What the grader makes of one of an entry's own texts, that text left out of what it knows.

    Attributes:
        point: id the text belongs to.
        kind: `example` or `contrast`.
        confidence: that the text asserts its point.
        heard: the decision.
        loudest: id of the point heard most clearly in it; empty where none is.
    """

    point: str
    text: str
    kind: str
    confidence: float
    heard: bool
    loudest: str


class Grader:
    """Grades answers. Make one with `Grader.load`; it may be used from several threads.

    Args:
        encoder: text -> vectors.
        adaptation: the judge's parameters and calibration.
        corrections: what the user has said against earlier verdicts.
        cache: folder for vectors of phrases; None keeps them in memory only.
    """

    def __init__(
        self,
        encoder: Encoder,
        adaptation: Path = SHIPPED,
        corrections: Sequence[Correction] = (),
        cache: Path | None = None,
    ) -> None:
        kind = "judge" if encoder.adapted else "plain"
        state = judge_state(adaptation, kind)
        self.encoder = encoder
        self.judge = Judge(state["compare.weight"].shape[1] // 4 if "compare.weight" in state else 0)
        self.judge.load_state_dict(state)
        self.judge.requires_grad_(False)
        calibrations = calibrations_of(adaptation)
        self._calibration = calibrations[kind]
        self._known = calibrations.get("known") if encoder.adapted else None
        self._stack = stack_of(adaptation) if encoder.adapted else None
        self.stamp = GraderStamp(encoder.name, encoder.sha256, f"{VERSION}.{file_sha256(adaptation)[:8]}")
        self.corrections = tuple(corrections)
        store, owns = PhraseStore(encoder, self.stamp.version, cache), own_of(adaptation) if encoder.adapted else {}
        self._prepared = Preparation(encoder, self.judge, store, owns, self.corrections)
        self._graded: Remembered[bytes, Verdict] = Remembered(_REMEMBERED)

    @classmethod
    def load(cls, model: str | None = None, corrections: Sequence[Correction] = (), cache: Path | None = None) -> Grader:
        """Load the encoder (about two seconds) and the judge.

        Raises:
            EncoderError: the encoder cannot be had; says what to do.
        """
        return cls(load_encoder(model), corrections=corrections, cache=cache)

    def grade(self, question: Question, answer: str) -> Verdict:
        """The verdict on one answer."""
        reading = self.read(question, answer)
        verdict = self._verdict(question, answer, reading)
        return reconsider(question, verdict, [c for c in self.corrections if c.answer == answer])

    def grade_many(self, items: Iterable[tuple[Question, str]]) -> Iterator[Verdict]:
        """Verdicts in order; an answer that comes again is graded once. Reads ahead only a little: memory does not grow."""
        source = iter(items)
        with ThreadPoolExecutor(workers()) as pool:
            while block := list(islice(source, _AHEAD)):
                for question, _ in block:
                    self.support(question)
                keys = [_key(*item) for item in block]
                asked = dict(zip(keys, block, strict=True))
                known = {key: verdict for key in asked if (verdict := self._graded.get(key)) is not None}
                new = {key: pool.submit(self.grade, *item) for key, item in asked.items() if key not in known}
                for key in keys:
                    yield known[key] if key in known else self._graded.put(key, new[key].result())

    def coach(self, question: Question) -> Coach:
        """For an answer that is still being written."""
        return Coach(self, question)

    def read(self, question: Question, answer: str, without: str | None = None) -> Reading:
        """Every span of the answer against every point of the question.

        Args:
            without: a phrase of the question, or a model answer, to leave out of what the grader knows.
        """
        spans, vectors = self.encoder.spans(segment(answer))
        return compare(question, answer, spans, vectors, self.support(question, without), self.judge, self._stack)

    def support(self, question: Question, without: str | None = None) -> Support:
        """What the grader knows of the question, made when first asked for.

        Args:
            without: a phrase to leave out, or a model answer, with all that it says.
        """
        return self._prepared.of(question, without)

    def confidences(self, question: Question, reading: Reading) -> Logits:
        """Calibrated probability that each point was made, (J,)."""
        if not reading.spans:
            return np.zeros(len(question.points))
        return self.calibration(question).probability(question, reading.answer)

    def calibration(self, question: Question) -> Calibration:
        """The question's own where answers to it were trained on, else the one for any question."""
        own = self._known.points.get(question.address, {}) if self._known else {}
        if self._known and own.keys() >= {p.id for p in question.points}:
            return self._known
        return self._calibration

    def self_test(self, question: Question) -> list[Trial]:
        """Each example and contrast graded as an answer, with itself left out of what the grader knows."""
        texts = [(j, "example", text) for j, point in enumerate(question.points) for text in point.examples]
        texts += [(j, "contrast", text) for j, point in enumerate(question.points) for text in point.contrasts]
        self.support(question)  # once, before every thread wants its vectors
        with ThreadPoolExecutor(workers()) as pool:
            return list(pool.map(lambda text: self._trial(question, *text), texts))

    def _trial(self, question: Question, j: int, kind: str, text: str) -> Trial:
        p = self.confidences(question, self.read(question, text, without=text))
        heard, top = self.calibration(question).decisions(question, p), int(np.argmax(p))
        loudest = question.points[top].id if heard[top] else ""
        return Trial(question.points[j].id, text, kind, float(p[j]), bool(heard[j]), loudest)

    def unlisted(self, question: Question, answer: str) -> Verdict:
        """The verdict on a model answer as if it were a candidate's: it has taught the grader nothing."""
        return self._verdict(question, answer, self.read(question, answer, without=answer))

    def _verdict(self, question: Question, answer: str, reading: Reading) -> Verdict:
        confidences = self.confidences(question, reading)
        too_little = len(answer.split(maxsplit=_LEAST_WORDS)) < _LEAST_WORDS
        decisions = self.calibration(question).decisions(question, confidences) & (not too_little)
        points = [
            self._heard(question, answer, reading, j, float(p), bool(heard))
            for j, (p, heard) in enumerate(zip(confidences, decisions, strict=True))
        ]
        count = len(question.tells)
        ids = {h.id for h in points if h.heard}
        ladder = None if question.follow_up else question.entry
        level, earned, lowered = level_of(ladder, ids) if ladder else (None, None, ())
        return Verdict(
            entry=question.address,
            level=level,
            earned=earned,
            lowered_by=lowered,
            tells=tuple(points[:count]),
            misconceptions=tuple(points[count:]),
            next=next_step(ladder, ids) if ladder else None,
            grader=self.stamp,
            too_little=too_little,
        )

    def _heard(self, question: Question, answer: str, reading: Reading, j: int, confidence: float, heard: bool) -> Heard:
        point = question.points[j]
        tell = next((t for t in question.entry.tells if t.id == point.id), None) if not question.follow_up else None
        return Heard(
            id=point.id,
            heard=heard,
            confidence=confidence,
            evidence=evidence_for(answer, reading, j) if heard else (),
            level=tell.level if tell else None,
            strong_hire=bool(tell and tell.strong_hire),
            nearest=None if heard else nearest_to(answer, reading, j, confidence),
        )


def _key(question: Question, answer: str) -> bytes:
    asked = f"{question.address}\n{question.entry.content_hash}\n{answer}"
    return hashlib.sha256(asked.encode(errors="surrogatepass")).digest()


class Coach:
    """Grades an answer again and again as it grows; only windows that changed are read anew."""

    def __init__(self, grader: Grader, question: Question) -> None:
        self.grader = grader
        self.question = question

    def hear(self, answer: str) -> Verdict:
        """The verdict on the answer as it stands."""
        return self.grader.grade(self.question, answer)
