"""Answering a question: an editor with a clock, and nothing typed is lost."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Static, TextArea

from tui.plain import one_line, printable
from tui.records import Draft, Mode
from tui.store import utc_now
from tui.times import clock
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.editor import Editor
from tui.worker import WorkerError

if TYPE_CHECKING:
    from bank import Question
    from grader.verdict import Verdict

COACH_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Submitted:
    """An answer as it was handed in."""

    answer: str
    seconds: float
    mode: Mode


class AnswerScreen(Screen[Submitted | None]):
    """Returns what was submitted; None where the learner left, and then the draft is kept."""

    CSS_PATH = "answer.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Submit", id="answer.submit", tooltip="Hand the answer in and have it graded"),
        Binding("escape", "leave", "Back", id="answer.back", tooltip="Leave; the draft is kept"),
        Binding(
            "f2", "mode", "Coach/interview", id="answer.mode", tooltip="Show tells as you say them, or nothing until you submit"
        ),
        Binding("f4", "editor", "$EDITOR", id="answer.editor", tooltip="Write in your own editor"),
        Binding("f1", "app.help", "Help", id="answer.help", tooltip="Every key"),
    ]

    seconds: reactive[float] = reactive(0.0)
    mode: reactive[Mode] = reactive("interview")
    heard: reactive[frozenset[str]] = reactive(frozenset[str](), init=False)
    coach: reactive[str] = reactive("", init=False)

    def __init__(
        self,
        question: Question,
        *,
        draft: Draft | None = None,
        mode: Mode = "interview",
        minutes: int = 5,
        keep: Callable[[Draft], None] = lambda draft: None,
        hear: Callable[[Question, str], Awaitable[Verdict]] | None = None,
    ) -> None:
        super().__init__()
        self.question = question
        self.minutes = minutes
        self._keep = keep
        self._hear = hear
        self._draft = draft
        self._before = draft.seconds if draft else 0.0
        self._since = time.monotonic()
        self._hearing: Timer | None = None
        self.set_reactive(AnswerScreen.mode, draft.mode if draft else mode)

    def compose(self) -> ComposeResult:
        yield TitleBar(self.question.entry.title, id="title")
        yield Static(Content(printable(self.question.prompt)), id="prompt", markup=False)
        with Horizontal():
            yield Editor(
                self._draft.answer if self._draft else "",
                self._keep_text,
                "Answer as you would aloud. Ctrl+S hands it in; Esc keeps it as a draft.",
            )
            yield Static("", id="coach", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self._since = time.monotonic()
        self.query_one(Editor).focus()
        self.set_class(self.mode == "coach", "-coach")
        self.set_interval(0.5, self._tick)
        self._tick()
        if self._draft:
            self.notify(f"Your draft of {self._draft.saved.astimezone():%d %b %H:%M} goes on.")
        self._hear_soon()

    def _tick(self) -> None:
        self.seconds = self.elapsed

    @property
    def elapsed(self) -> float:
        """Seconds spent on this answer, earlier sittings of its draft included."""
        return self._before + time.monotonic() - self._since

    @property
    def answer(self) -> str:
        """What has been typed."""
        return self.query_one(Editor).text

    def watch_seconds(self) -> None:
        if self.is_mounted:
            self._show_state()

    def watch_mode(self, mode: Mode) -> None:
        self.set_class(mode == "coach", "-coach")
        if self.is_mounted:
            self._show_state()
            self._hear_soon()

    def watch_heard(self) -> None:
        self._show_coach()

    def watch_coach(self) -> None:
        self._show_coach()

    def _show_state(self) -> None:
        words = len(self.answer.split())
        over = self.seconds > self.minutes * 60
        self.query_one(TitleBar).right = Content.assemble(
            (f"{self.mode} · ", "$foreground-muted"),
            f"{words} word{'s' * (words != 1)} · ",
            (clock(self.seconds), "bold $warning" if over else "bold"),
            (f" of {self.minutes}:00", "$foreground-muted"),
        )

    def _show_coach(self) -> None:
        lines: list[Content | tuple[str, str] | str] = [("Heard so far\n", "bold")]
        for tell in self.question.tells:
            level = getattr(tell, "level", "")
            if tell.id in self.heard:
                lines.append((f"● {tell.id}\n", "$success"))
            else:
                lines.append((f"○ {level or 'point'}\n", "$foreground-muted"))
        wrong = [m.id for m in self.question.misconceptions if m.id in self.heard]
        lines += [(f"✗ {id}\n", "$error") for id in wrong]
        lines.append((f"\n{one_line(self.coach)}", "$foreground-muted"))
        self.query_one("#coach", Static).update(Content.assemble(*lines))

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._show_state()
        self._hear_soon()

    def _keep_text(self, text: str) -> None:
        self._keep(Draft(self.question.address, text, round(self.elapsed, 1), self.mode, utc_now()))

    def _hear_soon(self) -> None:
        if self._hearing is not None:
            self._hearing.stop()
        if self.mode == "coach" and self._hear is not None:
            self._hearing = self.set_timer(COACH_SECONDS, self._listen)

    @work(exclusive=True, group="coach")
    async def _listen(self) -> None:
        if self._hear is None:
            return
        self.coach = self.coach or "The grader is listening…"
        try:
            verdict = await self._hear(self.question, self.answer)
        except WorkerError as error:
            self.coach = str(error)
            return
        self.coach = "Up to date"
        self.heard = frozenset(h.id for h in (*verdict.tells, *verdict.misconceptions) if h.heard)

    def action_submit(self) -> None:
        if not self.answer.strip():
            self.notify("There is nothing to grade yet. Type an answer, or leave with Esc.", severity="warning")
            return
        self.dismiss(Submitted(self.query_one(Editor).finish(), round(self.elapsed, 1), self.mode))

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_mode(self) -> None:
        self.mode = "interview" if self.mode == "coach" else "coach"

    def action_editor(self) -> None:
        self.query_one(Editor).write_elsewhere()
