"""The interviewer follows up: one probe, one short answer, graded on its point."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static

from tui.plain import one_line, printable
from tui.records import Probe
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.editor import Editor
from tui.widgets.points import detail, items_of
from tui.worker import WorkerError

if TYPE_CHECKING:
    from bank import Question
    from grader.verdict import Verdict


class ProbeScreen(Screen[Probe | None]):
    """Returns the answered probe, one with an empty answer where it was skipped, None where the learner had enough."""

    CSS_PATH = "probe.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Submit", id="probe.submit", tooltip="Hand the answer in; afterwards: go on"),
        Binding("ctrl+n", "skip", "Skip", id="probe.skip", tooltip="Leave this one out"),
        Binding("enter", "go_on", "Go on", id="probe.go-on", tooltip="The next question"),
        Binding("escape", "stop", "Stop here", id="probe.back", tooltip="No more questions; the draft is kept"),
        Binding("f4", "editor", "$EDITOR", id="probe.editor", tooltip="Write in your own editor"),
        Binding("f1", "app.help", "Help", id="probe.help", tooltip="Every key"),
    ]

    state: reactive[str] = reactive("answering", init=False)

    def __init__(
        self,
        question: Question,
        prompt: str,
        point: str,
        *,
        number: int,
        of: int,
        grade: Callable[[Question, str], Awaitable[Verdict]],
        keep: Callable[[str], Awaitable[Probe]],
        graded: Callable[[Probe], object] = lambda probe: None,
        text: str = "",
        keep_draft: Callable[[str], None] = lambda text: None,
    ) -> None:
        super().__init__()
        self.question = question
        self.prompt = prompt
        self.point = point
        self.probe: Probe | None = None
        self._place = f"{number} of {of}"
        self._grade = grade
        self._keep = keep
        self._graded = graded
        self._text = text
        self._keep_draft = keep_draft

    def compose(self) -> ComposeResult:
        kind = "The interviewer asks" if self.point else "A follow-up"
        yield TitleBar(kind, self._place)
        yield Static(Content(printable(self.prompt)), id="prompt", markup=False)
        yield Editor(self._text, self._keep_draft, "One or two sentences. Ctrl+S hands it in.")
        with VerticalScroll(id="result"):
            yield Static("", id="words", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(Editor).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("submit", "skip", "editor"):
            return self.state in ("answering", "failed")
        return self.state == "graded" if action == "go_on" else True

    def watch_state(self, state: str) -> None:
        self.set_class(state != "answering", "-answered")
        self.query_one(Editor).read_only = state in ("grading", "graded")
        self.refresh_bindings()
        if state == "graded":
            self.query_one("#result").focus()

    def _say(self, words: Content) -> None:
        self.query_one("#words", Static).update(words)

    @work(exclusive=True, group="grading")
    async def _submit(self, answer: str) -> None:
        self.state = "grading"
        if self.probe is None or self.probe.answer != answer:
            self.probe = await self._keep(answer)
        self._say(Content.styled("Saved. The grader is reading it…", "$foreground-muted"))
        try:
            verdict = await self._grade(self.question, answer)
        except WorkerError as error:
            self._say(
                Content.assemble((one_line(str(error)), "$error"), "\nCtrl+S tries again, Ctrl+N goes on without a verdict.")
            )
            self.state = "failed"
            return
        heard = tuple(h.id for h in verdict.tells if h.heard and self.point in ("", h.id))
        self.probe = replace(self.probe, heard=heard)
        self._graded(self.probe)
        self._show(verdict)
        self.state = "graded"

    def _show(self, verdict: Verdict) -> None:
        items = [
            item for item in items_of(self.question, verdict, ()) if item.state == "wrong" or self.point in ("", item.point.id)
        ]
        parts: list[Content | str] = []
        for item in items:
            parts += [detail(item), "\n\n"]
        if not self.point:
            told = sum(i.state == "heard" for i in items)
            parts.insert(0, Content.styled(f"{told} of {len(verdict.tells)} points heard.\n\n", "bold"))
        self._say(Content.assemble(*parts, Content.styled("Enter goes on.", "$foreground-muted")))

    def action_submit(self) -> None:
        editor = self.query_one(Editor)
        if not editor.text.strip():
            self.notify("There is nothing to grade yet. Type an answer, or skip with Ctrl+N.", severity="warning")
            return
        self._submit(editor.finish())

    def action_skip(self) -> None:
        self.dismiss(self.probe or self._skipped())

    def _skipped(self) -> Probe:
        from tui.store import utc_now

        return Probe(0, 0, self.question.address, self.point, self.prompt, "", None, utc_now())

    def action_go_on(self) -> None:
        self.dismiss(self.probe)

    def action_stop(self) -> None:
        self.dismiss(None)

    def action_editor(self) -> None:
        self.query_one(Editor).write_elsewhere()
