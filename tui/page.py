"""Lines of text for a terminal, a pipe or a file: wrapped by cells, coloured where that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

Piece = tuple[str, str]
"""Words, made safe to print by the caller, and their Rich style."""


class Page:
    """Lines of text, wrapped to a width, that may carry colour."""

    def __init__(self, width: int, colour: bool) -> None:
        self._width = width
        self._colour = colour
        self._console = _console(width, colour)
        self._lines: list[Text] = []

    def line(self, *pieces: Piece, indent: int = 0) -> None:
        """Pieces one after another; what does not fit goes on below the first piece's end."""
        from rich.cells import cell_len
        from rich.text import Text

        mark, *rest = pieces
        first = " " * indent + mark[0]
        room = max(8, self._width - cell_len(first))
        wrapped = Text.assemble(*rest).wrap(self._console, room, overflow="fold") or [Text("")]
        for n, words in enumerate(wrapped):
            words.rstrip()
            head = Text().append(first, mark[1]) if n == 0 else Text(" " * cell_len(first))
            self._lines.append(head.append_text(words))

    def say(self, words: str, indent: int = 0, style: str = "") -> None:
        """A paragraph."""
        self.line(("", ""), (words, style), indent=indent)

    def gap(self) -> None:
        """One empty line."""
        self.line(("", ""))

    def text(self) -> str:
        """Everything, with a newline at the end."""
        if not self._colour:
            return "".join(f"{line.plain.rstrip()}\n" for line in self._lines)
        with self._console.capture() as caught:
            for line in self._lines:
                self._console.print(line, soft_wrap=True)
        return caught.get()


def _console(width: int, colour: bool) -> Console:
    from rich.console import Console

    return Console(
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
