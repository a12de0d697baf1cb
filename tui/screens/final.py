"""How the whole interview went: what was said unprompted, what needed a probe, what is still missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from tui.plain import one_line
from tui.records import Attempt, Probe
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.ladder import ladder
from tui.widgets.points import way_up

if TYPE_CHECKING:
    from bank import Question
    from grader.verdict import Verdict


class FinalScreen(Screen[Literal["home", "again"]]):
    """Returns whether to answer again or to go home."""

    CSS_PATH = "final.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,escape", "dismiss('home')", "Done", id="final.done", key_display="Enter", tooltip="Back to the questions"
        ),
        Binding("a", "dismiss('again')", "Again", id="final.again", tooltip="Answer the same question once more"),
        Binding("question_mark,f1", "app.help", "Help", id="final.help", key_display="?", tooltip="Every key"),
    ]

    def __init__(
        self, question: Question, attempt: Attempt, verdict: Verdict, drawn_out: tuple[str, ...], probes: tuple[Probe, ...]
    ) -> None:
        super().__init__()
        self.question = question
        self.attempt = attempt
        self.verdict = verdict
        self.drawn_out = drawn_out
        self.probes = probes

    def compose(self) -> ComposeResult:
        yield TitleBar(self.question.entry.title, "The interview is over")
        with VerticalScroll():
            yield Static(self.summary(), id="summary", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def summary(self) -> Content:
        """Everything the screen says."""
        said = [h.id for h in self.verdict.tells if h.heard]
        missed = [h.id for h in self.verdict.tells if not h.heard and h.id not in self.drawn_out]
        parts: list[Content | str | tuple[str, str]] = [
            ("Unprompted       ", "bold"), ladder(self.attempt.level), "\n",
            ("With the probes  ", "bold"), ladder(self.attempt.final), "\n\n",
            _names("Said unprompted", said, "$success"),
            _names("Needed a probe", self.drawn_out, "$warning"),
            _names("Still missing", missed, "$foreground-muted"),
        ]  # fmt: skip
        for probe in self.probes:
            if not probe.point:
                count = (
                    "left unanswered"
                    if probe.heard is None
                    else f"{len(probe.heard)} heard: {', '.join(probe.heard) or 'nothing'}"
                )
                parts += [("\nFollow-up ", "bold"), f"{one_line(probe.prompt)}\n  {count}\n"]
        parts += ["\n", ("Next time unprompted. ", "bold"), way_up(self.verdict), "\n\n"]
        return Content.assemble(*parts, ("Each tell comes up again in the drill.", "$foreground-muted"))


def _names(what: str, names: tuple[str, ...] | list[str], colour: str) -> Content:
    return Content.assemble((f"{what:<17}", "bold"), (", ".join(names) or "nothing", colour), "\n")
