"""Writing an entry, checked while one types; each problem can be jumped to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, OptionList, TextArea
from textual.widgets.option_list import Option

from tui.plain import one_line
from tui.screens.pick import PickScreen
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.editor import Editor

if TYPE_CHECKING:
    from bank import Problem

CHECK_SECONDS = 0.5
MOST_CHARACTERS = 500_000


class AuthorScreen(Screen[bool]):
    """Returns whether the entry was written to its file."""

    CSS_PATH = "author.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="author.save", tooltip="Write the file, broken or not"),
        Binding("f8", "next_problem", "Next problem", id="author.next-problem", tooltip="Jump to the next problem"),
        Binding("f6", "switch", "Problems", id="author.switch", priority=True, tooltip="Between the text and the problems"),
        Binding("f4", "editor", "$EDITOR", id="author.editor", tooltip="Write in your own editor"),
        Binding("escape", "leave", "Back", id="author.back", tooltip="Leave; asks about what is not saved"),
        Binding("f1", "app.help", "Help", id="author.help", tooltip="Every key"),
    ]

    problems: reactive[tuple[Problem, ...]] = reactive((), init=False)

    def __init__(
        self,
        path: Path,
        text: str,
        *,
        saved: str,
        check: Callable[[str], tuple[Problem, ...]],
        write: Callable[[str], str],
        keep: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.path = path
        self._text = text
        self._saved = saved
        self._check = check
        self._write = write
        self._keep = keep
        self._timer: Timer | None = None
        self._was_written = False

    def compose(self) -> ComposeResult:
        yield TitleBar(str(self.path.name), "checking…")
        editor = Editor(self._text, self._keep, most=MOST_CHARACTERS)
        editor.show_line_numbers = True
        yield editor
        yield OptionList(id="problems", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        editor = self.query_one(Editor)
        editor.focus()
        editor.call_after_refresh(editor.move_cursor, (0, 0))
        self._look()

    @property
    def text(self) -> str:
        """What stands in the editor."""
        return self.query_one(Editor).text

    @property
    def is_changed(self) -> bool:
        """Whether something is not in the file yet."""
        return self.text != self._saved

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(CHECK_SECONDS, self._look)

    @work(exclusive=True, group="checking")
    async def _look(self) -> None:
        self.problems = await asyncio.to_thread(self._check, self.text)

    def watch_problems(self, problems: tuple[Problem, ...]) -> None:
        errors = sum(not p.warning for p in problems)
        warnings = len(problems) - errors
        found = [f"{errors} problem{'s' * (errors != 1)}"] * bool(errors) + [
            f"{warnings} warning{'s' * (warnings != 1)}"
        ] * bool(warnings)
        state = ", ".join(found) or "no problems"
        colour = "$error" if errors else "$warning" if warnings else "$success"
        self.query_one(TitleBar).right = Content.assemble(
            (state, f"bold {colour}"), " · changed" if self.is_changed else " · saved"
        )
        self.query_one("#problems", OptionList).clear_options().add_options([Option(_line(p)) for p in problems])
        self.query_one("#problems").display = bool(problems)

    @on(OptionList.OptionSelected, "#problems")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._jump(event.option_index)

    def _jump(self, index: int) -> None:
        editor = self.query_one(Editor)
        row = max(0, self.problems[index].line - 1)
        editor.move_cursor((min(row, editor.document.line_count - 1), 0), center=True)
        editor.focus()

    def action_next_problem(self) -> None:
        if not self.problems:
            self.notify("There is no problem to jump to.")
            return
        here = self.query_one(Editor).cursor_location[0] + 1
        later = [i for i, p in enumerate(self.problems) if p.line > here]
        at = later[0] if later else 0
        self.query_one("#problems", OptionList).highlighted = at
        self._jump(at)
        self.notify(self.problems[at].what, severity="warning" if self.problems[at].warning else "error")

    def action_switch(self) -> None:
        problems = self.query_one("#problems")
        (self.query_one(Editor) if problems.has_focus or not self.problems else problems).focus()

    def action_editor(self) -> None:
        self.query_one(Editor).write_elsewhere(".yaml")

    def action_save(self) -> None:
        trouble = self._write(self.text)
        if trouble:
            self.notify(trouble, severity="error")
            return
        self._saved = self.text
        self._was_written = True
        self._keep("")
        self.watch_problems(self.problems)
        self.notify(f"Saved to {self.path}.")

    def action_leave(self) -> None:
        if not self.is_changed:
            self._go()
            return

        def answered(choice: int | None) -> None:
            if choice == 0:
                self.action_save()
                if self.is_changed:
                    return
            if choice == 2:
                self.query_one(Editor).save()
            if choice in (0, 2):
                self._go()
            if choice == 1:
                self._keep("")
                self._go()

        self.app.push_screen(
            PickScreen("There are changes that are not in the file", ("Save them", "Throw them away", "Keep them as a draft")),
            answered,
        )

    def _go(self) -> None:
        self.query_one(Editor).finish()
        self.dismiss(self._was_written)


def _line(problem: Problem) -> Content:
    colour = "$warning" if problem.warning else "$error"
    where = f"{one_line(problem.where)}: " if problem.where else ""
    return Content.assemble((f"{problem.line:>4} ", f"bold {colour}"), (where, "bold"), one_line(problem.what))


class ProblemsScreen(Screen[None]):
    """What is wrong with the bank."""

    CSS_PATH = "author.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="problems.back", tooltip="Back to the questions"),
        Binding("question_mark,f1", "app.help", "Help", id="problems.help", key_display="?", tooltip="Every key"),
    ]

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__()
        self.problems = problems

    def compose(self) -> ComposeResult:
        errors = sum(not p.warning for p in self.problems)
        yield TitleBar("What is wrong with the bank", f"{errors} problems, {len(self.problems) - errors} warnings")
        lines = [Option(Content.assemble((one_line(str(p.path)), "$foreground-muted"), "\n", _line(p))) for p in self.problems]
        yield OptionList(*(lines or [Option(Content.styled("Nothing at all.", "$success"))]), id="all", markup=False)
        yield Footer(compact=True, show_command_palette=False)
