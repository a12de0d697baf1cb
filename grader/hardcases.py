"""How the grader does on the kinds of answers that are hard: denials, reversals, double turns, word salads, contrast pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from grader.evaluate import Scored

HARD = (
    "pair", "negation", "inverted", "double-turn", "salad", "off-topic", "neighbour", "misconception", "unusual", "junk",
    "retracted", "hedged", "questioning", "attributed",
)  # fmt: skip

_DENIED = ("negation", "inverted")
EMPTY = ("salad", "off-topic", "junk")
SENTENCES = ("statement", "near-miss")
"""Single plain sentences that make a point, or nearly make one: no answers, so they count in no other figure."""

Row = tuple["Scored", int]
"""One graded answer: the question's answers, and which of them."""


def group_of(style: str) -> str:
    """The hard case or the kind of sentence a style belongs to, or `plain`."""
    first = style.lower().replace("_", "-")
    return next((h for h in (*HARD, *SENTENCES) if first.startswith(h)), "plain")


def groups(scored: Sequence[Scored]) -> dict[str, dict[str, float]]:
    """By kind of answer: how many; shares of right decisions, of answers all right, of those with nothing false; recall."""
    found = {}
    for group in (*HARD, "plain", *SENTENCES):
        if rows := _rows(scored, group):
            right = [s.Y[n] == s.D[n] for s, n in rows]
            found[group] = {
                "answers": len(rows),
                "decisions_right": float(np.concatenate(right).mean()),
                "answers_right": float(np.mean([r.all() for r in right])),
                "nothing_false_heard": _nothing_false(rows),
                "recall": _recall(rows),
            }
    return found


def hard_figures(scored: Sequence[Scored]) -> dict[str, float]:
    """Over all questions.

    `denials_unheard`: of the points not made in answers that deny or reverse facts, how many are not heard.
    `double_turns_heard`: of the points made in double turns, how many are.
    `empty_unheard`: answers without content in which nothing false is heard.
    `pairs_right`: of the points in which the sides of a contrast pair differ, how many are judged rightly on both.
    `pairs_all_right`: pairs of which that is so for every such point.
    `sentences_heard`: of the points made in one plain sentence, how many are heard.
    `near_misses_unheard`: sentences that nearly make a point in which nothing false is heard.
    """
    unsaid = [~s.D[n][s.Y[n] == 0] for s, n in _rows(scored, *_DENIED)]
    pairs = [_points_right(sides) for sides in _pairs(scored)]
    turns, empty, said, near = (_rows(scored, *kinds) for kinds in (("double-turn",), EMPTY, ("statement",), ("near-miss",)))
    found = {
        "denials_unheard": float(np.concatenate(unsaid).mean()) if unsaid else None,
        "double_turns_heard": _recall(turns) if turns else None,
        "empty_unheard": _nothing_false(empty) if empty else None,
        "pairs_right": float(np.concatenate(pairs).mean()) if pairs else None,
        "pairs_all_right": float(np.mean([pair.all() for pair in pairs])) if pairs else None,
        "sentences_heard": _recall(said) if said else None,
        "near_misses_unheard": _nothing_false(near) if near else None,
    }
    return {name: figure for name, figure in found.items() if figure is not None}


def _rows(scored: Sequence[Scored], *kinds: str) -> list[Row]:
    return [(s, n) for s in scored for n, g in enumerate(s.graded) if group_of(g.answer.style) in kinds]


def _nothing_false(rows: Sequence[Row]) -> float:
    return float(np.mean([not (s.D[n] & (s.Y[n] == 0)).any() for s, n in rows]))


def _recall(rows: Sequence[Row]) -> float:
    said = sum(float(s.Y[n].sum()) for s, n in rows)
    return sum(float(s.D[n][s.Y[n] > 0].sum()) for s, n in rows) / said if said else 1.0


def _pairs(scored: Sequence[Scored]) -> list[list[Row]]:
    """Both sides of each pair that was graded whole."""
    found: dict[tuple[str, str], list[Row]] = {}
    for s, n in _rows(scored, "pair"):
        answer = s.graded[n].answer
        found.setdefault((answer.entry, answer.group), []).append((s, n))
    differ = (sides for sides in found.values() if len(sides) == 2)
    return [sides for sides in differ if (sides[0][0].Y[sides[0][1]] != sides[1][0].Y[sides[1][1]]).any()]


def _points_right(sides: Sequence[Row]) -> NDArray[np.bool_]:
    """For each point in which the sides differ, whether both were judged rightly."""
    (s, a), (_, b) = sides
    differ = s.Y[a] != s.Y[b]
    right: NDArray[np.bool_] = (s.Y[a] == s.D[a])[differ] & (s.Y[b] == s.D[b])[differ]
    return right
