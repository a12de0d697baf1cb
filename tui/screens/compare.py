"""Two answers to one question, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from tui.records import Attempt
from tui.times import clock
from tui.widgets.answer_view import AnswerView
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.ladder import badge
from tui.widgets.points import Item, all_marks, items_of

if TYPE_CHECKING:
    from bank import Question


class CompareScreen(Screen[None]):
    """The older answer on the left; the list of tells moves the highlight in both."""

    CSS_PATH = "compare.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="compare.back", tooltip="Back to the history"),
        Binding("tab", "app.focus_next", "Switch", id="compare.switch", tooltip="Between the tells and the answers"),
        Binding("question_mark,f1", "app.help", "Help", id="compare.help", key_display="?", tooltip="Every key"),
    ]

    def __init__(self, question: Question, older: Attempt, newer: Attempt) -> None:
        super().__init__()
        self.question = question
        self.attempts = (older, newer)

    def compose(self) -> ComposeResult:
        yield TitleBar(self.question.entry.title, "older │ newer")
        yield Static(self.summary(), id="summary", markup=False)
        with Horizontal():
            yield AnswerView(self.attempts[0].answer, id="older")
            yield AnswerView(self.attempts[1].answer, id="newer")
        yield OptionList(*(Option(self._line(t.id)) for t in self.question.points), id="points", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        for view, items in zip(self.query(AnswerView), map(self._items, self.attempts), strict=True):
            view.marks = all_marks(items)
        self.query_one(OptionList).focus()
        self.query_one(OptionList).highlighted = 0

    def _items(self, attempt: Attempt) -> tuple[Item, ...]:
        return items_of(self.question, attempt.verdict, ()) if attempt.verdict else ()

    def summary(self) -> Content:
        """Level, time and length of both, and what was gained and lost."""
        older, newer = self.attempts
        heard = [{h.id for h in a.verdict.tells if h.heard} if a.verdict else set() for a in self.attempts]
        order = [t.id for t in self.question.tells]
        gained = [id for id in order if id in heard[1] - heard[0]]
        lost = [id for id in order if id in heard[0] - heard[1]]

        def side(attempt: Attempt) -> Content:
            words = len(attempt.answer.split())
            when = f"{attempt.submitted.astimezone():%d %b %H:%M}"
            return Content.assemble(badge(attempt.level), f" {when}, {words} words, {clock(attempt.seconds)}")

        return Content.assemble(
            side(older), ("  │  ", "$foreground-muted"), side(newer), "\n",
            ("Gained: ", "bold"), (", ".join(gained) or "nothing", "$success"),
            ("  Lost: ", "bold"), (", ".join(lost) or "nothing", "$error"),
        )  # fmt: skip

    def _line(self, id: str) -> Content:
        def sign(attempt: Attempt) -> tuple[str, str]:
            heard = attempt.verdict is not None and attempt.verdict.heard(id)
            wrong = id in {m.id for m in self.question.misconceptions}
            return (
                ("✗ " if wrong else "✓ ", "bold $error" if wrong else "bold $success") if heard else ("○ ", "$foreground-muted")
            )

        return Content.assemble(sign(self.attempts[0]), sign(self.attempts[1]), f" {id}")

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        id = self.question.points[event.option_index].id
        for view, attempt in zip(self.query(AnswerView), self.attempts, strict=True):
            view.current = tuple(
                mark for item in self._items(attempt) if item.point.id == id and item.found.heard for mark in item.marks
            )
