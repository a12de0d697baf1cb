"""A small list to pick one thing from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.plain import one_line


class PickScreen(ModalScreen[int | None]):
    """Returns the index of what was picked, or None."""

    CSS_PATH = "pick.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="pick.back", tooltip="Pick nothing"),
        Binding("j", "move(1)", "Down", id="pick.down", show=False, tooltip="The next one"),
        Binding("k", "move(-1)", "Up", id="pick.up", show=False, tooltip="The one before"),
    ]

    def __init__(self, title: str, choices: Sequence[str], at: int = 0) -> None:
        super().__init__()
        self.choices = tuple(choices)
        self._title = title
        self._at = at

    def compose(self) -> ComposeResult:
        with Vertical(id="pick"):
            yield Static(Content.styled(one_line(self._title), "bold"), markup=False)
            yield OptionList(*(Option(Content(one_line(choice))) for choice in self.choices), markup=False)
            yield Static(Content.styled("Enter picks · Esc goes back", "$foreground-muted"), markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).highlighted = self._at

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)

    def action_move(self, step: int) -> None:
        choices = self.query_one(OptionList)
        if step > 0:
            choices.action_cursor_down()
        else:
            choices.action_cursor_up()
