"""What a verdict says, in words: the headline, the list of points, and the detail of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.content import Content

from tui.plain import one_line
from tui.widgets.answer_view import Mark
from tui.widgets.ladder import colour_of

if TYPE_CHECKING:
    from bank.entry import Point, Question
    from grader.verdict import Heard, Lowered, Verdict
    from tui.records import Contest

State = Literal["heard", "missed", "wrong", "avoided"]
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six")
_WHY = {
    "denied": "but you denied it",
    "only-named": "but you only named it, and said nothing of it",
    "contrast": "but that is a near miss: close in words, not the point",
    "unsure": "but it was not clear enough to count",
    "not-said": "which is about something else",
}
_MARKS = {
    "heard": ("✓", "$success"),
    "missed": ("○", "$foreground-muted"),
    "wrong": ("✗", "$error"),
    "avoided": ("·", "$foreground-muted"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the verdict's list."""

    point: Point
    found: Heard
    state: State
    is_contested: bool

    @property
    def level(self) -> str:
        return str(getattr(self.point, "level", ""))

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The words that stand out while the cursor is on it."""
        if self.found.heard:
            kind: Literal["heard", "wrong"] = "wrong" if self.state == "wrong" else "heard"
            return tuple(Mark(e.start, e.end, kind) for e in self.found.evidence)
        near = self.found.nearest
        return (Mark(near.start, near.end, "near"),) if near else ()


def items_of(question: Question, verdict: Verdict, contests: Sequence[Contest]) -> tuple[Item, ...]:
    """Misconceptions heard or contested first, then every tell in the entry's order."""
    contested = {c.point for c in contests}
    wrong = {h.id: h for h in verdict.misconceptions}
    tells = {h.id: h for h in verdict.tells}
    first = [
        Item(point, wrong[point.id], "wrong" if wrong[point.id].heard else "avoided", point.id in contested)
        for point in question.misconceptions
        if point.id in wrong and (wrong[point.id].heard or point.id in contested)
    ]
    rest = [
        Item(point, tells[point.id], "heard" if tells[point.id].heard else "missed", point.id in contested)
        for point in question.tells
        if point.id in tells
    ]
    return (*first, *rest)


def all_marks(items: Sequence[Item]) -> tuple[Mark, ...]:
    """Every stretch that counted for or against."""
    return tuple(mark for item in items if item.found.heard for mark in item.marks)


def list_line(item: Item, width: int = 0) -> Content:
    """One line: its mark, its name in at least that many cells, whose level carries it."""
    sign, colour = _MARKS[item.state]
    star = "★" if getattr(item.point, "strong_hire", False) else ""
    return Content.assemble(
        (f"{sign} ", f"bold {colour}"),
        (item.point.id, "" if item.state in ("heard", "wrong") else "$foreground-muted"),
        (" yours" if item.is_contested else "", "italic $accent"),
        " " * (width - len(item.point.id) - 6 * item.is_contested),
        (f" {item.level}{star}", colour_of(item.level) if item.level else "$foreground-muted"),
    )


def detail(item: Item) -> Content:
    """What the point is, and what was made of it."""
    says = one_line(item.point.says)
    sure = f"{item.found.confidence:.0%} sure"
    contested = " You contested this." if item.is_contested else ""
    if item.state == "wrong":
        instead = f"\nTrue instead: {one_line(item.point.contrasts[0])}" if item.point.contrasts else ""
        cost = getattr(item.point, "lowers", 1)
        lost = f" It costs {cost} level{'s' * (cost != 1)}." if cost else ""
        return Content.assemble(
            ("Misconception: ", "bold $error"),
            says,
            (instead, "$success"),
            (f"\n{sure}.{lost}{contested}", "$foreground-muted"),
        )
    if item.state == "avoided":
        return Content.assemble(("Not said: ", "bold"), says, (contested, "$foreground-muted"))
    if item.state == "heard":
        words = " … ".join(f"“{one_line(e.text, 160)}”" for e in item.found.evidence)
        return Content.assemble(
            ("Heard: ", "bold $success"), says, (f"\n{words}", "italic"), (f"\n{sure}.{contested}", "$foreground-muted")
        )
    hoped = Content.assemble(("An interviewer hoped to hear: ", "bold $warning"), says)
    near = item.found.nearest
    if near is None:
        return Content.assemble(hoped, ("\nNothing in your answer comes close." + contested, "$foreground-muted"))
    closest = Content.assemble("\nClosest: ", (f"“{one_line(near.text, 160)}”", "italic"), f", {_WHY[near.why]}.")
    return Content.assemble(hoped, closest, (contested, "$foreground-muted"))


def headline(question: Question, verdict: Verdict) -> Content:
    """Why the answer stands where it does, and the shortest way up."""
    if verdict.too_little:
        return Content.styled("Too little was said to judge. A few sentences are enough.", "$warning")
    heard = sum(h.heard for h in verdict.tells)
    counts = f"{heard} of {len(verdict.tells)} tells heard"
    if verdict.level is None:
        return Content(counts)
    lowered = [_lowered(x) for x in verdict.lowered_by]
    why = f"{counts}; {verdict.earned} earned, but {' and '.join(lowered)}" if lowered else counts
    return Content.assemble(f"{one_line(why)}\n", way_up(verdict))


def way_up(verdict: Verdict) -> Content:
    """“One tell from L6: …”"""
    step = verdict.next
    if step is None:
        return Content.styled("Nothing is missing for L6.", "$success")
    n = len(step.tells)
    count = _NUMBERS[n] if n < len(_NUMBERS) else str(n)
    drop = f"don't say {', '.join(step.drop)}" if step.drop else ""
    if not n:
        return Content.assemble(
            ("For ", "bold"), (step.level, f"bold {colour_of(step.level)}"), f": {drop or 'mend the misconceptions'}"
        )
    names = ", ".join(step.tells) + (f"; and {drop}" if drop else "")
    return Content.assemble(
        (f"{count} tell{'s' * (n != 1)} from ", "bold"), (step.level, f"bold {colour_of(step.level)}"), f": {names}"
    )


def agreement(verdict: Verdict, claims: Mapping[str, tuple[bool, int]]) -> Content:
    """How the learner's own marks compare with the grader's."""
    heard = {h.id: h.heard for h in verdict.tells}
    both = [id for id, (said, _) in claims.items() if heard.get(id) == said]
    more = [id for id, (said, _) in claims.items() if said and not heard.get(id)]
    less = [id for id, (said, _) in claims.items() if not said and heard.get(id)]
    parts = [f"You and the grader agree on {len(both)} of {len(claims)}"]
    parts += [f"you alone heard {', '.join(more)}"] * bool(more) + [f"the grader alone {', '.join(less)}"] * bool(less)
    return Content.styled(one_line("; ".join(parts)), "$accent")


def _lowered(lowered: Lowered) -> str:
    levels = f"{lowered.lowers} level{'s' * (lowered.lowers != 1)}"
    if lowered.kind == "missing":
        return f"not saying {' or '.join(lowered.none_of)} costs {levels}"
    return f"{lowered.id} costs {levels}"
