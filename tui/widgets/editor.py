"""Where an answer is typed: plain text, bounded, and kept as it grows."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.events import Paste
from textual.timer import Timer
from textual.widgets import TextArea

from tui.editor import EditorError, edited_text
from tui.plain import REPLACEMENT, printable

DRAFT_SECONDS = 0.6
MOST_CHARACTERS = 50_000


class Editor(TextArea):
    """Calls `keep` with the text soon after it changed, and when it is taken off the screen."""

    def __init__(self, text: str, keep: Callable[[str], None], placeholder: str = "", most: int = MOST_CHARACTERS) -> None:
        super().__init__(plain_text(text), id="answer", placeholder=placeholder, tab_behavior="focus")
        self.most = most
        self._keep = keep
        self._kept = text
        self._timer: Timer | None = None
        self._is_over = False

    def on_mount(self) -> None:
        self.move_cursor(self.document.end)

    def on_unmount(self) -> None:
        self.save()

    @on(TextArea.Changed)
    def _changed(self) -> None:
        if self._timer is None:
            self._timer = self.set_timer(DRAFT_SECONDS, self.save)

    def save(self) -> None:
        """Keeps the text now, unless it is kept already."""
        self._timer = None
        if not self._is_over and self.text != self._kept:
            self._kept = self.text
            self._keep(self.text)

    def finish(self) -> str:
        """The text, which is a draft no longer."""
        self._is_over = True
        return self.text

    async def _on_paste(self, event: Paste) -> None:
        room = self.most - len(self.text)
        if len(event.text) > room:
            self.notify(f"There is room for {self.most:,} characters; the rest was not pasted.", severity="warning")
        event.prevent_default()
        event.stop()
        await super()._on_paste(Paste(plain_text(event.text)[: max(0, room)]))

    def write_elsewhere(self, suffix: str = ".md") -> None:
        """Opens the learner's own editor on the text and takes over what comes back."""
        self.save()
        try:
            text = edited_text(self.app, self.text, suffix)
        except EditorError as error:
            self.notify(str(error), severity="error")
            return
        self.replace(plain_text(text.removesuffix("\n"))[: self.most], self.document.start, self.document.end)
        self.save()


def plain_text(text: str) -> str:
    """Pasted or read text as it goes into an answer: line ends made one kind, control characters dropped."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(c for c in printable(text) if c != REPLACEMENT and not "␀" <= c <= "␡")
