"""The verdict: where the answer stands, why, and the learner's own words behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from tui.records import Attempt, Contest
from tui.screens.models import ModelAnswers
from tui.store import utc_now
from tui.widgets.answer_view import AnswerView
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.ladder import ladder
from tui.widgets.points import Item, all_marks, detail, headline, items_of, list_line

if TYPE_CHECKING:
    from bank import Question
    from grader.verdict import Rank, Verdict

_NAME_CELLS = 22  # for a tell's name beside its level, in a list of 30
Choice = Literal["probes", "again", "home"]
Reconsider = Callable[["Question", "Verdict", "tuple[Contest, ...]"], "Verdict"]


@dataclass(frozen=True, slots=True)
class Judged:
    """How the verdict was left: what to do next, and the verdict with all contests counted."""

    choice: Choice
    verdict: Verdict


class VerdictScreen(Screen[Judged]):
    """Shows a verdict and lets the learner contest it; returns how it was left."""

    CSS_PATH = "verdict.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "choose('probes')", "Go on", id="verdict.probes", tooltip="The interviewer asks about what you missed"),
        Binding("d", "demo", "Show me", id="verdict.demo", tooltip="Run the demo behind this tell"),
        Binding("m", "models", "Model answers", id="verdict.models", tooltip="Reveal a model answer, one level at a time"),
        Binding("c", "contest", "Contest", id="verdict.contest", tooltip="“I said it here” or “I didn't say that”"),
        Binding("u", "undo", "Undo", id="verdict.undo", show=False, tooltip="Take the last contest back"),
        Binding("a", "choose('again')", "Again", id="verdict.again", tooltip="Answer the same question once more"),
        Binding("escape", "leave", "Back", id="verdict.back", tooltip="Back to the questions; everything is saved"),
        Binding("question_mark,f1", "app.help", "Help", id="verdict.help", key_display="?", tooltip="Every key"),
        Binding("tab", "switch", "Answer", id="verdict.switch", show=False, tooltip="Between the list and your answer"),
        Binding("enter", "said_it", "I said it here", id="verdict.said-it", show=False,
                tooltip="The selected words are what you meant"),
    ]  # fmt: skip

    verdict: reactive[Verdict]
    is_selecting: reactive[bool] = reactive(False, init=False)

    @dataclass
    class DemoAsked(Message):
        """The demo behind a tell was asked for."""

        entry: str
        point: str

    def __init__(
        self,
        question: Question,
        attempt: Attempt,
        verdict: Verdict,
        *,
        contests: tuple[Contest, ...] = (),
        reconsider: Reconsider,
        keep: Callable[[Contest], Awaitable[Contest]],
        drop: Callable[[Contest], None] = lambda contest: None,
        levelled: Callable[[Rank | None], None] = lambda level: None,
        can_go_on: bool = True,
        extra: Content | None = None,
    ) -> None:
        super().__init__()
        self.question = question
        self.attempt = attempt
        self.contests = contests
        self._given = verdict
        self._reconsider = reconsider
        self._keep = keep
        self._drop = drop
        self._levelled = levelled
        self._can_go_on = can_go_on
        self._extra = extra
        self.verdict = reconsider(question, verdict, contests) if contests else verdict

    def compose(self) -> ComposeResult:
        yield TitleBar(self.question.entry.title, id="title")
        yield Static("", id="headline", markup=False)
        with Horizontal():
            yield OptionList(id="points", markup=False)
            yield AnswerView(self.attempt.answer, id="answer")
        with VerticalScroll(id="detail", can_focus=False):
            yield Static("", id="words", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#answer").border_title = "Your answer"
        self._show()
        points = self.query_one(OptionList)
        points.focus()
        missed = [i for i, item in enumerate(self.items) if item.state in ("heard", "wrong")]
        points.highlighted = missed[0] if missed else 0

    @property
    def items(self) -> tuple[Item, ...]:
        """The lines of the list."""
        return items_of(self.question, self.verdict, self.contests)

    @property
    def item(self) -> Item | None:
        """The line under the cursor."""
        at = self.query_one(OptionList).highlighted
        return self.items[at] if at is not None and at < len(self.items) else None

    def _show(self) -> None:
        items = self.items
        bar = self.query_one(TitleBar)
        bar.right = ladder(self.verdict.level) if self.verdict.level else Content("")
        top = headline(self.question, self.verdict)
        self.query_one("#headline", Static).update(Content.assemble(top, "\n", self._extra) if self._extra else top)
        points = self.query_one(OptionList)
        at = points.highlighted
        points.clear_options()
        width = min(_NAME_CELLS, max(len(item.point.id) for item in items))
        points.add_options([Option(list_line(item, width)) for item in items])
        points.highlighted = min(at or 0, len(items) - 1)
        points.border_title = f"Tells {sum(h.heard for h in self.verdict.tells)}/{len(self.verdict.tells)}"
        self.query_one(AnswerView).marks = all_marks(items)
        self._show_item()

    @on(OptionList.OptionHighlighted)
    def _show_item(self) -> None:
        item = self.item
        if item is None:
            return
        if not self.is_selecting:
            self.query_one(AnswerView).current = item.marks
            self.query_one("#words", Static).update(detail(item))

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.query_one(AnswerView).focus()

    def watch_is_selecting(self, selecting: bool) -> None:
        self.set_class(selecting, "-selecting")
        if selecting:
            self.query_one(AnswerView).focus()
            self.query_one("#words", Static).update(
                Content.assemble(
                    ("I said it here. ", "bold $accent"),
                    "Select your words with Shift and the arrow keys (or F6 for the line), then press Enter. Esc gives up.",
                )
            )
        else:
            self.query_one(OptionList).focus()
            self._show_item()

    def action_switch(self) -> None:
        to = self.query_one(OptionList) if self.query_one(AnswerView).has_focus else self.query_one(AnswerView)
        to.focus()

    def action_leave(self) -> None:
        if self.is_selecting:
            self.is_selecting = False
        elif self.query_one(AnswerView).has_focus:
            self.query_one(OptionList).focus()
        else:
            self.action_choose("home")

    def action_choose(self, choice: Choice) -> None:
        if choice == "probes" and not self._can_go_on:
            self.notify("The interviewer has nothing left to ask here. Press A to answer again, or Esc to go back.")
            return
        self.dismiss(Judged(choice, self.verdict))

    def action_demo(self) -> None:
        if self.item:
            self.post_message(self.DemoAsked(self.question.entry.id, self.item.point.id))

    def action_models(self) -> None:
        self.app.push_screen(ModelAnswers(self.question, self.verdict.level))

    def action_contest(self) -> None:
        item = self.item
        if item is None or self.is_selecting:
            return
        if any(c.point == item.point.id for c in self.contests):
            self.notify("You have contested this one already. U takes the last contest back.")
        elif item.found.heard:
            words = item.found.evidence
            start, end = (words[0].start, words[0].end) if words else (0, 0)
            self._contest(item, False, start, end)
        else:
            self.is_selecting = True

    def action_said_it(self) -> None:
        item = self.item
        if not self.is_selecting or item is None:
            return
        start, end = self.query_one(AnswerView).selected
        if start == end:
            self.notify("Nothing is selected yet. Hold Shift and move, then press Enter.", severity="warning")
            return
        self._contest(item, True, start, end)
        self.is_selecting = False

    @work(group="contest")
    async def _contest(self, item: Item, heard: bool, start: int, end: int) -> None:
        attempt = self.attempt
        contest = Contest(0, attempt.id, attempt.address, item.point.id, heard, attempt.answer, start, end, utc_now())
        kept = await self._keep(contest)
        was = self.verdict.level
        self.contests = (*self.contests, kept)
        self._judge_again(was, "Noted: you said it." if heard else "Noted: you didn't say that.")

    def action_undo(self) -> None:
        if not self.contests:
            self.notify("There is no contest to take back.")
            return
        last, was = self.contests[-1], self.verdict.level
        self.contests = self.contests[:-1]
        self._drop(last)
        self._judge_again(was, "Taken back.")

    def _judge_again(self, was: str | None, saying: str) -> None:
        self.verdict = self._reconsider(self.question, self._given, self.contests)
        now = self.verdict.level
        self._levelled(now)
        self._show()
        self.notify(f"{saying} The level is now {now}, it was {was}." if now != was else f"{saying} U takes it back.")
