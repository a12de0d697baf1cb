"""How it is going: levels over time, tells, calibration."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static

from bank.demos.result import Axis, Curve, Plot
from tui.plain import one_line
from tui.statistics import RANKS, Statistics
from tui.store import utc_now
from tui.times import when
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.ladder import colour_of
from tui.widgets.plot import CurvePlot

PAGES = ("Levels", "Tells", "Calibration")


class StatsScreen(Screen[None]):
    """Three pages of honest numbers."""

    CSS_PATH = "stats.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,tab", "turn(1)", "Next page", id="stats.next", priority=True, tooltip="Levels, tells, calibration"),
        Binding("left,h", "turn(-1)", "Page before", id="stats.before", priority=True, show=False, tooltip="The page before"),
        Binding("escape", "dismiss(None)", "Back", id="stats.back", tooltip="Back to the questions"),
        Binding("question_mark,f1", "app.help", "Help", id="stats.help", key_display="?", tooltip="Every key"),
    ]

    page: reactive[int] = reactive(0, init=False)

    def __init__(self, statistics: Statistics) -> None:
        super().__init__()
        self.statistics = statistics

    def compose(self) -> ComposeResult:
        yield TitleBar("Stats")
        yield CurvePlot(id="plot")
        with VerticalScroll():
            yield Static("", id="words", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self._show()

    def watch_page(self) -> None:
        self._show()

    def action_turn(self, step: int) -> None:
        self.page = (self.page + step) % len(PAGES)

    def _show(self) -> None:
        tabs: list[Content | tuple[str, str]] = []
        for i, name in enumerate(PAGES):
            tabs.append((f" {name} ", "bold $background on $primary" if i == self.page else "$foreground-muted"))
        self.query_one(TitleBar).right = Content.assemble(*tabs)
        words = (self._levels, self._tells, self._calibration)[self.page]()
        plot = self._plot()
        self.query_one("#plot").display = plot is not None
        if plot is not None:
            self.call_after_refresh(self.query_one(CurvePlot).show, plot)
        self.query_one("#words", Static).update(words)
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _plot(self) -> Plot | None:
        told = self.statistics
        if self.page == 2 and len(told.sureness) > 1:
            sure = tuple(float(s.sure) for s in told.sureness)
            agreed = tuple(100 * s.agreed / s.marks for s in told.sureness)
            return Plot(Axis("how sure you were", "%"), Axis("how often the grader agreed", "%"),
                        (Curve("you", sure, agreed), Curve("well calibrated", sure, sure)))  # fmt: skip
        return None

    def _ladder(self) -> list[Content | str | tuple[str, str]]:
        """The latest answers from left to right, each on the rung that it reached."""
        room = max(1, (self.size.width - 12) // 3)
        shown = self.statistics.levels[-room:]
        parts: list[Content | str | tuple[str, str]] = []
        for rank in reversed(RANKS):
            parts.append((f"{'<L4' if rank == 'below' else rank:>4} │", f"bold {colour_of(rank)}"))
            for _, _, alone, probed in shown:
                parts.append((f"{'●' if alone == rank else '○' if probed == rank else ' ':>3}", colour_of(rank)))
            parts.append("\n")
        parts.append((f"     └{'─' * (3 * len(shown) + 2)}\n", "$foreground-muted"))
        parts.append(("      ● unprompted   ○ with probes   → the latest answer\n\n", "$foreground-muted"))
        return parts

    def _levels(self) -> Content:
        told = self.statistics
        if not told.answers:
            return Content("Nothing yet. Answer a question, and it is counted here.")
        minutes = f"{told.seconds / 60:.0f} minutes of talking"
        parts: list[Content | str | tuple[str, str]] = [
            (f"{told.answers} answers", "bold"),
            f", {told.graded} graded, {minutes}. {told.due} tells due.\n\n",
            *(self._ladder() if told.levels else ()),
        ]
        for rank in reversed(RANKS):
            name = "below L4" if rank == "below" else rank
            parts += [(f"{name:>8} ", f"bold {colour_of(rank)}"), ("█" * min(40, told.reached[rank]), colour_of(rank)),
                      f" {told.reached[rank]} question{'s' * (told.reached[rank] != 1)} at best\n"]  # fmt: skip
        if told.probes:
            parts.append(f"{told.drawn_out} of {told.probes} probes drew out the tell that was missed.")
        return Content.assemble(*parts)

    def _tells(self) -> Content:
        if not self.statistics.tells:
            return Content("Nothing yet. Every tell of a graded answer is counted here, the weakest first.")
        now = utc_now()
        lines = []
        for tell in self.statistics.tells:
            share = tell.said / tell.asked if tell.asked else 0.0
            colour = "$success" if share >= 0.8 else "$warning" if share >= 0.4 else "$error"
            bar = "█" * round(share * 10) + "░" * (10 - round(share * 10))
            again = f"  again {when(tell.due, now)}" if tell.due else ""
            name = one_line(f"{tell.address}/{tell.point}")
            lines.append(Content.assemble((bar, colour), f" {tell.said}/{tell.asked} {name}", (again, "$foreground-muted")))
        return Content("\n").join(lines)

    def _calibration(self) -> Content:
        told = self.statistics
        parts: list[Content | str | tuple[str, str]] = []
        if told.agreement is None:
            parts.append("No self-grades yet. Switch “self_grade” on in the settings (comma) to mark your answers first.\n\n")
        else:
            parts += [("Self-grades: ", "bold"), f"you and the grader agree on {told.agreement:.0%}.\n"]
            parts += [f"  {s.sure:>3}% sure: agreed on {s.agreed} of {s.marks}\n" for s in told.sureness]
        if told.predictions:
            parts += [("Predictions: ", "bold"), f"{told.right} of {told.predictions} demos predicted right."]
        else:
            parts.append("No predictions yet. Run a demo (X) and say the number first.")
        return Content.assemble(*parts)
