"""Every answer given, newest first; two at the same question can be laid side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from tui.plain import one_line, printable
from tui.records import Attempt
from tui.times import clock
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.ladder import colour_of


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One attempt, and what has become of its entry.

    Attributes:
        title: of the entry; empty where the bank no longer has it.
        has_changed: whether the entry was edited since.
    """

    attempt: Attempt
    title: str
    has_changed: bool


@dataclass(frozen=True, slots=True)
class HistoryChoice:
    """What to do with one attempt, or with two."""

    kind: Literal["show", "compare"]
    attempts: tuple[Attempt, ...]


class Attempts(OptionList):
    """The list of answers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Verdict", id="history.show", tooltip="Show its verdict, or have it graded now"),
    ]


class HistoryScreen(Screen[HistoryChoice | None]):
    """Returns an attempt to be shown, or two to be compared."""

    CSS_PATH = "history.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="history.mark", tooltip="Mark it; two at one question can be compared"),
        Binding(
            "c",
            "compare",
            "Compare",
            id="history.compare",
            tooltip="The marked one beside this one, else beside the one before",
        ),
        Binding("escape", "dismiss(None)", "Back", id="history.back", tooltip="Back to the questions"),
        Binding("question_mark,f1", "app.help", "Help", id="history.help", key_display="?", tooltip="Every key"),
    ]

    marked: reactive[int] = reactive(0, init=False)

    def __init__(self, rows: tuple[HistoryRow, ...], at: int = 0) -> None:
        super().__init__()
        self.rows = rows
        self._at = at

    def compose(self) -> ComposeResult:
        yield TitleBar("History", f"{len(self.rows)} answer{'s' * (len(self.rows) != 1)}")
        yield Attempts(*(Option(self._line(row)) for row in self.rows), id="attempts", markup=False)
        with VerticalScroll(id="below", can_focus=False):
            yield Static("", id="words", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        if self.rows:
            self.query_one(OptionList).highlighted = min(self._at, len(self.rows) - 1)
        else:
            self.query_one("#words", Static).update(Content("Nothing yet. Answer a question, and it is kept here."))

    @property
    def row(self) -> HistoryRow | None:
        """The one under the cursor."""
        at = self.query_one(OptionList).highlighted
        return self.rows[at] if at is not None and self.rows else None

    def _line(self, row: HistoryRow) -> Table:
        attempt = row.attempt
        line = Table.grid(expand=True, padding=(0, 1))
        for width in (1, 16, 4):
            line.add_column(width=width, no_wrap=True)
        line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        line.add_column(justify="right", no_wrap=True)
        level = {None: "  ·", "below": "<L4"}.get(attempt.level, str(attempt.level))
        after = f"→ {attempt.final} " if attempt.final and attempt.final != attempt.level else ""
        line.add_row(
            Text("●" if attempt.id == self.marked and attempt.id else ""),
            Text(f"{attempt.submitted.astimezone():%Y-%m-%d %H:%M}", "dim"),
            Text(level, "bold"),
            Text(one_line(row.title or attempt.address)),
            Text(after + ("" if attempt.verdict else "ungraded ") + clock(attempt.seconds), "dim"),
        )
        return line

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        row = self.row
        if row is None:
            return
        notes = []
        if not row.title:
            notes.append("The bank has no such entry any more; the answer is kept.")
        elif row.has_changed:
            notes.append("The entry has changed since this answer was graded.")
        if row.attempt.verdict is None:
            notes.append("Not graded yet: Enter has it graded now.")
        words = len(row.attempt.answer.split())
        self.query_one("#words", Static).update(
            Content.assemble(
                (
                    f"{one_line(row.attempt.address)} · {words} words · {row.attempt.mode}",
                    f"bold {colour_of(row.attempt.level)}",
                ),
                (f"\n{' '.join(notes)}" if notes else "", "$warning"),
                f"\n{printable(row.attempt.answer[:600])}",
            )
        )

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        if self.row:
            self.dismiss(HistoryChoice("show", (self.row.attempt,)))

    def watch_marked(self) -> None:
        attempts = self.query_one(OptionList)
        for index, row in enumerate(self.rows):
            attempts.replace_option_prompt_at_index(index, self._line(row))

    def action_mark(self) -> None:
        if self.row:
            self.marked = 0 if self.marked == self.row.attempt.id else self.row.attempt.id

    def action_compare(self) -> None:
        row = self.row
        if row is None:
            return
        here = row.attempt
        others = [r.attempt for r in self.rows if r.attempt.address == here.address and r.attempt.id != here.id]
        marked = [a for a in others if a.id == self.marked]
        earlier = [a for a in others if a.id < here.id]
        other = marked or earlier[:1] or others[:1]
        if not other:
            self.notify("There is no other answer to this question to compare with.")
            return
        first, second = sorted((here, other[0]), key=lambda a: a.id)
        self.dismiss(HistoryChoice("compare", (first, second)))
