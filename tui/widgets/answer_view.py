"""A learner's answer, read only, with the words that were heard marked in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from tui.plain import printable

Kind = Literal["heard", "wrong", "near"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the answer, in code points, and what it is."""

    start: int
    end: int
    kind: Kind


class AnswerView(TextArea):
    """Shows the answer; `marks` are tinted, and those of `current` stand out and are scrolled to."""

    COMPONENT_CLASSES = {"answer--heard", "answer--wrong", "answer--now", "answer--now-wrong", "answer--near"}

    marks: reactive[tuple[Mark, ...]] = reactive((), init=False)
    current: reactive[tuple[Mark, ...]] = reactive((), init=False)

    def __init__(self, answer: str, id: str | None = None) -> None:
        self._starts = _line_starts(printable(answer))
        super().__init__(printable(answer), read_only=True, show_cursor=True, id=id, highlight_cursor_line=False)

    def watch_marks(self) -> None:
        self._repaint()

    def watch_current(self, now: tuple[Mark, ...]) -> None:
        self._repaint()
        if now:
            self.selection = Selection.cursor(self.location_of(now[0].end))
            self.move_cursor(self.location_of(now[0].start), center=True)

    def _repaint(self) -> None:
        self._line_cache.clear()
        self.refresh()

    def location_of(self, offset: int) -> tuple[int, int]:
        """Code points from the answer's start -> (row, column)."""
        row = max(r for r, start in enumerate(self._starts) if start <= max(0, offset))
        return row, offset - self._starts[row]

    def offset_of(self, location: tuple[int, int]) -> int:
        """(row, column) -> code points from the answer's start."""
        return self._starts[location[0]] + location[1]

    @property
    def selected(self) -> tuple[int, int]:
        """The selected words, `start <= end`, in code points."""
        start, end = sorted((self.offset_of(self.selection.start), self.offset_of(self.selection.end)))
        return start, end

    def get_line(self, line_index: int) -> Text:
        line = super().get_line(line_index)
        first = self._starts[line_index]
        for mark, style in self._styled():
            start, end = mark.start - first, mark.end - first
            if start < len(line) and end > 0:
                line.stylize(style, max(0, start), min(len(line), end))
        return line

    def _styled(self) -> Iterable[tuple[Mark, Style]]:
        for mark in self.marks:
            yield mark, self._component("answer--heard" if mark.kind == "heard" else "answer--wrong")
        names = {"heard": "answer--now", "wrong": "answer--now-wrong", "near": "answer--near"}
        for mark in self.current:
            yield mark, self._component(names[mark.kind])

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(name)


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n")[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    return starts
