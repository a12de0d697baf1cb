"""Asking for one short text."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.plain import one_line


class NameScreen(ModalScreen[str | None]):
    """Returns what was typed, once `refuse` has nothing against it; None where the learner left."""

    CSS_PATH = "name.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="name.back", tooltip="Leave without a name"),
    ]

    def __init__(self, title: str, hint: str, refuse: Callable[[str], str]) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._refuse = refuse

    def compose(self) -> ComposeResult:
        with Vertical(id="name"):
            yield Static(Content.styled(one_line(self._title), "bold"), markup=False)
            yield Input(placeholder=self._hint)
            yield Static(Content.styled("Enter goes on · Esc goes back", "$foreground-muted"), id="trouble", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        trouble = self._refuse(typed)
        if trouble:
            self.query_one("#trouble", Static).update(Content.styled(one_line(trouble), "$error"))
        else:
            self.dismiss(typed)
