"""A round of drill: one tell at a time, answered in a sentence or two, rated by the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static

from tui.drill import Drill, DrillItem
from tui.plain import one_line, printable
from tui.records import RATINGS, Probe, Review
from tui.store import utc_now
from tui.times import when
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.editor import Editor
from tui.widgets.points import detail, items_of
from tui.worker import WorkerError

_COLOURS = {1: "$error", 2: "$warning", 3: "$success", 4: "$accent"}


@dataclass(frozen=True, slots=True)
class Done:
    """One tell of the round that has been rated."""

    item: DrillItem
    review: Review
    heard: bool


class DrillScreen(Screen[tuple[Done, ...]]):
    """Returns what was rated, when the round is over or left."""

    CSS_PATH = "drill.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Submit", id="drill.submit", tooltip="Hand the answer in"),
        Binding("ctrl+n", "show", "Don't know", id="drill.show", tooltip="Show what was hoped for; counts as missed"),
        Binding("enter", "next", "Next", id="drill.next", tooltip="The next tell"),
        Binding("1", "override(1)", "Again", id="drill.again", tooltip="Rate it Again: you did not know it"),
        Binding("2", "override(2)", "Hard", id="drill.hard", tooltip="Rate it Hard"),
        Binding("3", "override(3)", "Good", id="drill.good", tooltip="Rate it Good"),
        Binding("4", "override(4)", "Easy", id="drill.easy", tooltip="Rate it Easy"),
        Binding("u", "undo", "Undo", id="drill.undo", tooltip="Take this rating back, or the one before, and answer again"),
        Binding("escape", "leave", "Back", id="drill.back", tooltip="End the round; what was rated is kept"),
        Binding("f1", "app.help", "Help", id="drill.help", tooltip="Every key"),
    ]

    state: reactive[str] = reactive("answering", init=False)

    def __init__(self, items: tuple[DrillItem, ...], drill: Drill, text: str = "") -> None:
        super().__init__()
        self.items = items
        self.done: tuple[Done, ...] = ()
        self.at = 0
        self._drill = drill
        self._text = text
        self._probe: Probe | None = None

    @property
    def item(self) -> DrillItem:
        """The tell that is asked now."""
        return self.items[min(self.at, len(self.items) - 1)]

    def compose(self) -> ComposeResult:
        yield TitleBar("Drill", id="title")
        yield Static("", id="prompt", markup=False)
        yield VerticalScroll(id="paper", can_focus=False)
        with VerticalScroll(id="result"):
            yield Static("", id="words", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    async def on_mount(self) -> None:
        await self._ask(self._text)

    async def _ask(self, text: str) -> None:
        """Puts the question, with an empty sheet to answer on."""
        item = self.item
        self._probe = None
        self.query_one(TitleBar).left = f"Drill · {item.question.entry.title}"
        self.query_one(TitleBar).right = f"{self.at + 1} of {len(self.items)}"
        self.query_one("#prompt", Static).update(Content(printable(item.prompt)))
        paper = self.query_one("#paper")
        await paper.remove_children()
        editor = Editor(text, lambda text: self._drill.keep_draft(item, text), "One or two sentences. Ctrl+S hands it in.")
        await paper.mount(editor)
        self.state = "answering"
        editor.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("submit", "show"):
            return self.state in ("answering", "failed")
        if action in ("next", "override"):
            return self.state == "rated"
        return self.state in ("rated", "over") if action == "undo" else True

    def watch_state(self, state: str) -> None:
        self.set_class(state in ("grading", "rated", "failed"), "-answered")
        self.set_class(state == "over", "-over")
        for editor in self.query(Editor):
            editor.read_only = state not in ("answering", "failed")
        if state in ("rated", "over"):
            self.query_one("#result").focus()
        self.refresh_bindings()

    def _say(self, *words: Content | str | tuple[str, str]) -> None:
        self.query_one("#words", Static).update(Content.assemble(*words))

    def action_submit(self) -> None:
        editor = self.query_one(Editor)
        if not editor.text.strip():
            self.notify(
                "There is nothing to grade yet. Type a sentence, or press Ctrl+N if you don't know.", severity="warning"
            )
            return
        self._submit(editor.finish())

    @work(exclusive=True, group="grading")
    async def _submit(self, answer: str) -> None:
        item = self.item
        self.state = "grading"
        if self._probe is None or self._probe.answer != answer:
            self._probe = await self._drill.keep(item, answer)
        self._say(("Saved. The grader is reading it…", "$foreground-muted"))
        try:
            verdict = await self._drill.grade(item, self._probe)
        except WorkerError as error:
            self._say((one_line(str(error)), "$error"), "\nCtrl+S tries again.")
            self.state = "failed"
            return
        lines = [i for i in items_of(item.question, verdict, ()) if i.state == "wrong" or i.point.id == item.point]
        found = Content("\n").join([detail(i) for i in lines])
        await self._rate(verdict.heard(item.point), found)

    @work(exclusive=True, group="grading")
    async def _give_up(self) -> None:
        tell = next(t for t in self.item.question.tells if t.id == self.item.point)
        hoped = Content.assemble(("An interviewer hoped to hear: ", "bold $warning"), one_line(tell.says))
        await self._rate(False, hoped)

    def action_show(self) -> None:
        self.query_one(Editor).save()
        self._give_up()

    async def _rate(self, heard: bool, found: Content, rating: int = 0) -> None:
        review = await self._drill.rate(self.item, heard, rating)
        self._found = found
        self.done = (*self.done[: self.at], Done(self.item, review, heard))
        self._show_rating(review, found)
        self.state = "rated"

    def _show_rating(self, review: Review, found: Content) -> None:
        self._say(
            found, "\n\n", ("Rated ", "bold"), (RATINGS[review.rating], f"bold {_COLOURS[review.rating]}"),
            f", asked again {when(review.due, utc_now())}. ", ("Enter goes on; 1 to 4 rate it otherwise.", "$foreground-muted"),
        )  # fmt: skip

    def action_override(self, rating: int) -> None:
        self._override(rating)

    @work(exclusive=True, group="grading")
    async def _override(self, rating: int) -> None:
        last = self.done[-1]
        self._drill.take_back(last.review)
        await self._rate(last.heard, self._found, rating)

    def action_next(self) -> None:
        self._next()

    @work(exclusive=True, group="grading")
    async def _next(self) -> None:
        self.at += 1
        if self.at < len(self.items):
            await self._ask(await self._drill.draft(self.item))
        else:
            self._show_end()

    def _show_end(self) -> None:
        heard = sum(done.heard for done in self.done)
        parts: list[Content | str | tuple[str, str]] = [(f"{heard} of {len(self.done)} said. ", "bold"), "\n\n"]
        for done in self.done:
            rating = done.review.rating
            parts += [(f"{RATINGS[rating]:<6}", f"bold {_COLOURS[rating]}"), f"{done.item.question.entry.id}/{done.item.point}",
                      (f"  {when(done.review.due, utc_now())}\n", "$foreground-muted")]  # fmt: skip
        self._say(*parts, ("\nEsc goes back to the questions; U takes the last rating back.", "$foreground-muted"))
        self.query_one("#prompt", Static).update(Content.styled("The round is over.", "bold"))
        self.state = "over"

    def action_undo(self) -> None:
        if self.done:
            self._undo()

    @work(exclusive=True, group="grading")
    async def _undo(self) -> None:
        last = self.done[-1]
        self._drill.take_back(last.review)
        self.done = self.done[:-1]
        self.at = len(self.done)
        await self._ask(self._probe.answer if self._probe else "")

    def action_leave(self) -> None:
        self.dismiss(self.done)
