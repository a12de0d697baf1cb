"""Grading oneself first: which tells were said, and how sure one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from tui.plain import printable
from tui.widgets.bars import TitleBar, TroubleBar

if TYPE_CHECKING:
    from bank import Question

Claims = dict[str, tuple[bool, int]]
_LEAST, _MOST, _STEP = 50, 100, 10


class SelfGradeScreen(Screen[Claims | None]):
    """Returns, by tell, whether the learner thinks it was said, and how sure they are in percent; None where skipped."""

    CSS_PATH = "selfgrade.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Said/not said", id="selfgrade.toggle", tooltip="Whether you think you said it"),
        Binding("left", "surer(-1)", "Less sure", id="selfgrade.less", priority=True, tooltip="Ten percent less sure"),
        Binding("right", "surer(1)", "Surer", id="selfgrade.more", priority=True, tooltip="Ten percent surer"),
        Binding("ctrl+s", "done", "Show the verdict", id="selfgrade.done", tooltip="Done; compare with the grader"),
        Binding("escape", "dismiss(None)", "Skip", id="selfgrade.skip", tooltip="Straight to the verdict"),
        Binding("f1", "app.help", "Help", id="selfgrade.help", tooltip="Every key"),
    ]

    def __init__(self, question: Question, answer: str) -> None:
        super().__init__()
        self.question = question
        self.answer = answer
        self.claims: Claims = {tell.id: (False, 70) for tell in question.tells}

    def compose(self) -> ComposeResult:
        yield TitleBar("Before the verdict: what did you say?", self.question.entry.title)
        yield OptionList(*(Option(self._line(t.id), id=t.id) for t in self.question.tells), markup=False)
        yield Static("", id="says", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self.query_one(OptionList).highlighted = 0

    def _line(self, id: str) -> Content:
        said, sure = self.claims[id]
        bar = "▮" * ((sure - _LEAST) // _STEP) + "▯" * ((_MOST - sure) // _STEP)
        return Content.assemble(
            ("[x] " if said else "[ ] ", "bold $success" if said else "$foreground-muted"),
            f"{id:<28}",
            (f"{'said' if said else 'not said':<9} {bar} {sure}% sure", "" if said else "$foreground-muted"),
        )

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        tell = self.question.tells[self.query_one(OptionList).highlighted or 0]
        self.query_one("#says", Static).update(Content(printable(tell.says)))

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.action_mark()

    def _change(self, said: bool | None = None, by: int = 0) -> None:
        at = self.query_one(OptionList).highlighted or 0
        id = self.question.tells[at].id
        was, sure = self.claims[id]
        self.claims[id] = (was if said is None else said, max(_LEAST, min(_MOST, sure + by * _STEP)))
        self.query_one(OptionList).replace_option_prompt(id, self._line(id))

    def action_mark(self) -> None:
        at = self.query_one(OptionList).highlighted or 0
        self._change(said=not self.claims[self.question.tells[at].id][0])

    def action_surer(self, by: int) -> None:
        self._change(by=by)

    def action_done(self) -> None:
        self.dismiss(dict(self.claims))
