"""Every key of the screen beneath, built from its bindings."""

from __future__ import annotations

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tui.keys import bindings_of


class HelpScreen(ModalScreen[None]):
    """Lists key, name, what it does, and the id under which the settings can change the key."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,question_mark,q", "dismiss(None)", "Back", id="help.back", tooltip="Back to work"),
        Binding("up,k", "scroll(-1)", "Up", id="help.up", show=False, tooltip="Scroll up"),
        Binding("down,j", "scroll(1)", "Down", id="help.down", show=False, tooltip="Scroll down"),
    ]

    def __init__(self, beneath: Screen[object]) -> None:
        super().__init__()
        self.rows = tuple(
            (b.id or "", beneath.app.get_key_display(active.binding), active.binding.description, active.tooltip)
            for active in beneath.active_bindings.values()
            if (b := active.binding).id and active.binding.description
        )
        self._general = {b.id for b in bindings_of(type(beneath.app))}

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield Static(Content.styled("Keys of this screen", "bold"), markup=False)
            with VerticalScroll():
                yield Static(self._table(), markup=False)
            yield Static(
                Content.styled(
                    "Ctrl+P finds any command · keys can be changed in the settings by the name in grey", "$foreground-muted"
                ),
                markup=False,
            )

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=10, no_wrap=True)
        table.add_column(ratio=1)
        table.add_column(no_wrap=True)
        for id, key, name, tip in self.rows:
            table.add_row(Text(key, "bold"), Text(tip or name), Text(id, "dim"))
        return table

    def action_scroll(self, step: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=step * 2, animate=False)
