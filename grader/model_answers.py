"""Model answers teach as well: where one of them says a tell, its words are a further example of that tell.

The grader finds them itself, so an author lists nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bank.entry import LEVELS, Question
from grader.stacking import TOGETHER
from grader.support import Phrase

if TYPE_CHECKING:  # which needs torch
    from grader.comparison import Reading

_SAID = 2.0  # the judge's logit from which a tell is said in a model answer


def model_answers_of(question: Question) -> tuple[str, ...]:
    """Those of the entry's levels, or that of the follow-up; empty ones left out."""
    if question.follow_up is not None:
        found = [question.follow_up.answer]
    else:
        found = [question.entry.levels[level].answer for level in LEVELS]
    return tuple(answer for answer in found if answer)


def said_in(question: Question, answer: str, reading: Reading) -> Iterator[Phrase]:
    """The words in which a model answer says a tell, for each tell that it says."""
    for j in range(len(question.tells)):
        if reading.spans and reading.features[j, TOGETHER] >= _SAID:
            span = reading.spans[int(reading.logits[:, j].argmax())]
            yield Phrase(answer[span.start : span.end], j, 1)
