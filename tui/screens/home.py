"""The questions, how each is going, and the ways into practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.plain import one_line, printable
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.ladder import colour_of

if TYPE_CHECKING:
    from tui.records import Progress


@dataclass(frozen=True, slots=True)
class HomeRow:
    """What the list shows of one entry."""

    id: str
    title: str
    prompt: str
    topics: tuple[str, ...]
    asked_in: tuple[str, ...]
    minutes: int
    tells: int
    progress: Progress

    def matches(self, words: str, topic: str) -> bool:
        """Whether it holds every word, and the topic where one is chosen."""
        text = f"{self.id} {self.title} {self.prompt} {' '.join(self.topics)}".casefold()
        return all(word in text for word in words.casefold().split()) and (not topic or topic in self.topics)


class Questions(OptionList):
    """The list of questions."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Answer", id="home.start", tooltip="Answer the question, or go on with its draft"),
    ]


class HomeScreen(Screen[None]):
    """Where a session starts and ends."""

    AUTO_FOCUS = "#questions"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", id="home.search", key_display="/", tooltip="Narrow the list to some words"),
        Binding("t", "topic", "Topic", id="home.topic", tooltip="Show one topic only"),
        Binding("d", "open('drill')", "Drill", id="home.drill", tooltip="Short questions on the tells that are due"),
        Binding("x", "open('demos')", "Demos", id="home.demos", tooltip="Predict and run a live gradient demo"),
        Binding("h", "open('history')", "History", id="home.history", tooltip="Every answer you gave, and how two compare"),
        Binding("s", "open('stats')", "Stats", id="home.stats", tooltip="How it is going, by level, tell and calibration"),
        Binding("n", "open('new')", "New", id="home.new", show=False, tooltip="Write a new entry"),
        Binding("e", "edit", "Edit", id="home.edit", show=False, tooltip="Edit this entry, in your own copy"),
        Binding("p", "open('problems')", "Problems", id="home.problems", show=False, tooltip="What is wrong with the bank"),
        Binding("comma", "open('settings')", "Settings", id="home.settings", show=False, key_display=",",
                tooltip="Theme, mode, limits"),
        Binding("question_mark,f1", "app.help", "Help", id="home.help", key_display="?", tooltip="Every key"),
        Binding("q", "app.quit", "Quit", id="home.quit", tooltip="Leave; everything is saved"),
        Binding("escape", "clear", "Clear search", id="home.clear", show=False, tooltip="Show every question again"),
        Binding("j", "move(1)", "Down", id="home.down", show=False, tooltip="The next question"),
        Binding("k", "move(-1)", "Up", id="home.up", show=False, tooltip="The question before"),
    ]  # fmt: skip

    rows: reactive[tuple[HomeRow, ...]] = reactive((), init=False)
    words: reactive[str] = reactive("", init=False)
    topic: reactive[str] = reactive("", init=False)
    notice: reactive[str] = reactive("Reading the questions…", init=False)

    @dataclass
    class Chosen(Message):
        """A question was chosen."""

        id: str

    @dataclass
    class Edited(Message):
        """An entry was chosen for editing."""

        id: str

    @dataclass
    class Opened(Message):
        """Another part of the program was asked for, by its name."""

        place: str

    def compose(self) -> ComposeResult:
        yield TitleBar("Tells", id="title")
        yield Input(placeholder="Search questions", id="search")
        with Container(id="body"):
            yield Questions(id="questions", markup=False)
            with Vertical(id="preview"):
                yield Static("", id="about", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#search").display = False
        self._show()

    def watch_rows(self) -> None:
        self._show()

    def watch_words(self) -> None:
        self._show()

    def watch_topic(self) -> None:
        self._show()

    def watch_notice(self) -> None:
        self._show()

    @property
    def shown(self) -> tuple[HomeRow, ...]:
        """The rows that the search and the topic leave."""
        return tuple(row for row in self.rows if row.matches(self.words, self.topic))

    @property
    def chosen(self) -> HomeRow | None:
        """The row under the cursor."""
        at = self.query_one(OptionList).highlighted
        shown = self.shown
        return shown[at] if at is not None and at < len(shown) else None

    def _show(self) -> None:
        if not self.is_mounted:
            return
        questions = self.query_one(OptionList)
        was = self.chosen_id
        shown = self.shown
        questions.clear_options()
        questions.add_options([Option(_line(row), id=row.id) for row in shown])
        ids = [row.id for row in shown]
        questions.highlighted = ids.index(was) if was in ids else (0 if ids else None)
        due = sum(row.progress.due for row in self.rows)
        parts = [f"{len(shown)} of {len(self.rows)}" if len(shown) < len(self.rows) else f"{len(self.rows)} questions"]
        parts += [self.topic] * bool(self.topic) + [f"{due} due"] * bool(due)
        self.query_one(TitleBar).right = self.notice if not self.rows else " · ".join(parts)
        self._preview()

    @property
    def chosen_id(self) -> str:
        at = self.query_one(OptionList).highlighted
        if at is None or at >= self.query_one(OptionList).option_count:
            return ""
        return self.query_one(OptionList).get_option_at_index(at).id or ""

    def _preview(self) -> None:
        row = self.chosen
        if row is None:
            nothing = "Nothing matches. Esc shows every question again." if self.rows else self.notice
            self.query_one("#about", Static).update(Content(printable(nothing)))
            return
        went = row.progress
        record = f"{went.attempts} answer{'s' * (went.attempts != 1)}" if went.attempts else "Not answered yet"
        if went.best:
            record += f", best {'below L4' if went.best == 'below' else went.best}"
        record += f" · {went.due} due" * bool(went.due) + " · a draft is waiting" * went.has_draft
        self.query_one("#about", Static).update(
            Content.assemble(
                (one_line(row.prompt), "bold"),
                f"\n{row.minutes} minutes · {row.tells} tells · {one_line(', '.join(row.topics))}\n",
                (record, f"{colour_of(went.best)}"),
            )
        )

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._preview()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.post_message(self.Chosen(event.option_id or ""))

    @on(Input.Changed, "#search")
    def _searched(self, event: Input.Changed) -> None:
        self.words = event.value

    @on(Input.Submitted, "#search")
    def _found(self) -> None:
        self.query_one(OptionList).focus()

    def action_edit(self) -> None:
        if self.chosen:
            self.post_message(self.Edited(self.chosen.id))

    def action_open(self, place: str) -> None:
        self.post_message(self.Opened(place))

    def action_search(self) -> None:
        search = self.query_one("#search", Input)
        search.display = True
        search.focus()

    def action_clear(self) -> None:
        search = self.query_one("#search", Input)
        search.value = ""
        search.display = False
        self.topic = ""
        self.query_one(OptionList).focus()

    def action_move(self, step: int) -> None:
        questions = self.query_one(OptionList)
        if step > 0:
            questions.action_cursor_down()
        else:
            questions.action_cursor_up()

    def action_topic(self) -> None:
        from tui.screens.pick import PickScreen

        topics = sorted({topic for row in self.rows for topic in row.topics})
        if not topics:
            return

        def picked(at: int | None) -> None:
            if at is not None:
                self.topic = topics[at - 1] if at else ""

        self.app.push_screen(PickScreen("Topic", ("All topics", *topics)), picked)


def _line(row: HomeRow) -> Table:
    """One line of the list: level, title, what is due, whether a draft waits."""
    line = Table.grid(expand=True, padding=(0, 1))
    line.add_column(width=4)
    line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    line.add_column(width=8, justify="right", no_wrap=True)
    best = row.progress.best
    mark = "✎ draft" if row.progress.has_draft else f"{row.progress.due} due" if row.progress.due else ""
    line.add_row(Text({None: " ·", "below": "<L4"}.get(best, str(best)), "bold" if best else "dim"),
                 Text(one_line(row.title)), Text(mark, "italic"))  # fmt: skip
    return line
