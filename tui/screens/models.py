"""Model answers, one level at a time, only when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.plain import one_line, printable
from tui.widgets.ladder import RUNGS, colour_of

if TYPE_CHECKING:
    from bank import Question
    from grader.verdict import Rank


class ModelAnswers(ModalScreen[None]):
    """Starts with the level above the learner's; left and right change it."""

    CSS_PATH = "models.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,m", "dismiss(None)", "Back", id="models.back", tooltip="Hide the model answer"),
        Binding("left,h", "turn(-1)", "Lower", id="models.lower", tooltip="The level below"),
        Binding("right,l", "turn(1)", "Higher", id="models.higher", tooltip="The level above"),
        Binding("up,k", "scroll(-1)", "Up", id="models.up", show=False, tooltip="Scroll up"),
        Binding("down,j", "scroll(1)", "Down", id="models.down", show=False, tooltip="Scroll down"),
    ]

    at: reactive[int] = reactive(0, init=False)

    def __init__(self, question: Question, level: Rank | None) -> None:
        super().__init__()
        self.question = question
        self.pages: list[tuple[str, str, str]]
        if question.follow_up:
            self.pages = [(one_line(question.prompt), question.follow_up.answer, "")]
        else:
            levels = question.entry.levels
            self.pages = [(rung, levels[rung].answer, levels[rung].summary) for rung in RUNGS]
        start = RUNGS.index(level) + 1 if level in RUNGS else 0
        self.set_reactive(ModelAnswers.at, min(start, len(self.pages) - 1))

    def compose(self) -> ComposeResult:
        with Vertical(id="model"):
            yield Static("", id="name", markup=False)
            with VerticalScroll():
                yield Static("", id="text", markup=False)
            yield Static(Content.styled("← → level · ↑ ↓ scroll · Esc back", "$foreground-muted"), markup=False)

    def on_mount(self) -> None:
        self._show()

    def watch_at(self) -> None:
        self._show()

    def _show(self) -> None:
        name, answer, summary = self.pages[self.at]
        head: list[Content | tuple[str, str]] = [
            (f"A model answer at {name}" if name in RUNGS else name, f"bold {colour_of(name)}")
        ]
        if summary:
            head.append((f"\n{printable(summary)}", "$foreground-muted"))
        self.query_one("#name", Static).update(Content.assemble(*head))
        self.query_one("#text", Static).update(Content(printable(answer) or "The entry has no model answer here."))
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_turn(self, step: int) -> None:
        self.at = max(0, min(len(self.pages) - 1, self.at + step))

    def action_scroll(self, step: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=step * 2, animate=False)
