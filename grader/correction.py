"""What a user says against a verdict: "I did say that: here", or "I did not say that"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Correction:
    """One disagreement with the grader.

    Attributes:
        entry: the address of the question.
        point: id of the tell or misconception.
        heard: True for "I did say that", False for "I did not".
        answer: the whole answer that was graded.
        start, end: the words it is about, `answer[start:end]`; equal where no words are meant.
    """

    entry: str
    point: str
    heard: bool
    answer: str
    start: int
    end: int

    @property
    def words(self) -> str:
        """The words it is about; empty where none are meant."""
        return self.answer[self.start : self.end]
