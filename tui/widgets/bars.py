"""One-line bars: what the screen is about, and what is not being saved."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from tui.plain import one_line


class TitleBar(Widget):
    """A line with a name on the left and a state on the right."""

    left: reactive[str] = reactive("")
    right: reactive[Content | str] = reactive("", always_update=True)  # contents of one text are equal whatever their colours

    def __init__(self, left: str = "", right: Content | str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(TitleBar.left, left)
        self.set_reactive(TitleBar.right, right)

    def render(self) -> Content:
        right = self.right if isinstance(self.right, Content) else Content(one_line(self.right))
        room = max(8, self.size.width - right.cell_length - 2)
        left = Content.styled(one_line(self.left), "bold").truncate(room, ellipsis=True)
        gap = max(1, self.size.width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * gap, right)


class TroubleBar(Static):
    """Says in one or two lines what is not being saved; absent while all is well."""

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.display = False

    def say(self, sentence: str) -> None:
        self.display = bool(sentence)
        self.update(Content(one_line(sentence)))
