"""Waiting for a verdict, which can always be left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import LoadingIndicator, Static

from tui.plain import one_line
from tui.worker import WorkerError

LATER = "Esc leaves; the history (H) has it graded later"


class WaitScreen(ModalScreen[Any]):
    """Returns what the job returns; None where the learner left first."""

    CSS_PATH = "wait.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave", id="wait.leave", tooltip="Do not wait; what you wrote is saved"),
        Binding("r", "again", "Try again", id="wait.again", tooltip="Ask once more after a failure"),
    ]

    trouble: reactive[str] = reactive("", init=False)

    def __init__(self, job: Callable[[], Awaitable[Any]], saying: str) -> None:
        super().__init__()
        self._job = job
        self._saying = saying

    def compose(self) -> ComposeResult:
        with Vertical(id="wait"):
            yield Static(Content(one_line(self._saying)), id="saying", markup=False)
            yield LoadingIndicator()
            yield Static(Content.styled(LATER, "$foreground-muted"), id="keys", markup=False)

    def on_mount(self) -> None:
        self._ask()

    @work(exclusive=True, group="waiting")
    async def _ask(self) -> None:
        self.trouble = ""
        try:
            self.dismiss(await self._job())
        except WorkerError as error:
            self.trouble = str(error)

    def watch_trouble(self, trouble: str) -> None:
        self.query_one(LoadingIndicator).display = not trouble
        saying = Content.styled(one_line(trouble), "$error") if trouble else Content(one_line(self._saying))
        self.query_one("#saying", Static).update(saying)
        keys = "R tries again · Esc leaves it for later" if trouble else LATER
        self.query_one("#keys", Static).update(Content.styled(keys, "$foreground-muted"))

    def action_again(self) -> None:
        if self.trouble:
            self._ask()
