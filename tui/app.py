"""The practice UI: it owns the bank, the memory, the worker and the settings, and the way between screens."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from tui.plain import one_line
from tui.screens.home import HomeRow, HomeScreen
from tui.settings import Settings
from tui.themes import DARK, LIGHT
from tui.widgets.bars import TroubleBar

if TYPE_CHECKING:  # whatever the first picture can do without is imported after it
    from bank import Bank, Question
    from tui.memory import Memory
    from tui.records import Progress
    from tui.screens.verdict import VerdictScreen
    from tui.session import Session
    from tui.store import Store
    from tui.worker import Worker


PLACES = {
    "drill": "drill",
    "demos": "demos",
    "history": "history",
    "stats": "stats",
    "new": "new_entry",
    "problems": "problems",
    "settings": "settings",
}


PAINT_SECONDS = 0.05  # for the first picture to be on the screen before anything heavy begins
_WATCH_SECONDS = 1.0  # between two looks whether the terminal is still there


class TellsApp(App[None]):
    """Practice in a terminal."""

    TITLE = "Tells"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "app.tcss",
        "screens/home.tcss",
    ]  # of a default screen Textual reads none itself
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="app.quit", show=False, priority=True, tooltip="Leave; everything is saved"),
        Binding("f1", "help", "Help", id="app.help", show=False, tooltip="Every key of this screen"),
    ]

    def __init__(
        self,
        load: Callable[[], Bank],
        open_store: Callable[[], Store],
        worker: Worker,
        *,
        settings: Settings | None = None,
        problems: tuple[str, ...] = (),
        settings_path: Path | None = None,
        start_at: str = "",
    ) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self._open_store = open_store
        self.worker = worker
        self.bank: Bank | None = None
        self.problems = problems
        self.settings_path = settings_path
        self._load = load
        self._start_at = start_at
        self._trouble = ""
        self._is_away = bool(start_at)  # keys pressed before the question is there must not lead elsewhere
        self._typed_ahead: list[events.Event] | None = [] if start_at and not start_at.startswith("#") else None
        self._file_has_problems = bool(problems)
        self.home = HomeScreen(classes="-hidden" if start_at else "")
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self._set_theme()

    def get_default_screen(self) -> HomeScreen:
        return self.home

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, self._theme_changed)
        if not self.is_headless and _has_keyboard():
            self.set_interval(_WATCH_SECONDS, self._leave_if_left)
        if self._start_at:
            self._begin()
        else:
            self.set_timer(PAINT_SECONDS, self._prepare)

    def _leave_if_left(self) -> None:
        """A closed terminal tells only the shell's own child, which under make is not this program."""
        if not _has_keyboard():
            self.exit()

    @cached_property
    def memory(self) -> Memory:
        """The store, asked from the screen without waiting for it."""
        from tui.memory import Memory

        return Memory(self._open_store, self._trouble_from_thread)

    @work(group="prepare")
    async def _prepare(self) -> None:
        """Reads the bank and the history; the model is loaded meanwhile, in another process."""
        self._warm_up()
        await self.read_bank()
        self._settle()

    @work(group="prepare")
    async def _begin(self) -> None:
        """Straight to where the learner wants to be; the list of questions is not drawn before it is needed."""
        self.bank = await asyncio.to_thread(self._load)
        self._settle()
        self._is_away = False
        self.go_to(self._start_at)
        if not self._is_away:  # there is no such question
            self._typed_ahead = None
            self.home.remove_class("-hidden")
        self._warm_up()
        await self.show_questions()

    def _settle(self) -> None:
        self._set_keys()
        for problem in self.problems:
            self.notify(problem, severity="warning", timeout=10)

    async def on_event(self, event: events.Event) -> None:
        if self._typed_ahead is not None and isinstance(event, (events.Key, events.Paste)) and not _is_quit(event):
            self._typed_ahead.append(event)
        else:
            await super().on_event(event)

    async def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """What was typed before the editor of the named question was there goes into it."""
        from tui.widgets.editor import Editor

        if self._typed_ahead is not None and isinstance(event.widget, Editor):
            typed, self._typed_ahead = self._typed_ahead, None
            for key in typed:
                await super().on_event(key)

    @work(group="warm-up")
    async def _warm_up(self) -> None:
        from tui.worker import WorkerError

        with contextlib.suppress(WorkerError):  # the first answer asks again, and says so where it is seen
            await self.worker.start()

    async def read_bank(self) -> None:
        """Reads the questions anew."""
        self.bank = await asyncio.to_thread(self._load)
        await self.show_questions()

    async def show_questions(self) -> None:
        """Draws the list of questions anew."""
        progress: dict[str, Progress] = await self.memory.ask(lambda store: store.progress(), {})
        self.home.rows = home_rows(self.bank, progress) if self.bank else ()
        self.home.notice = bank_notice(self.bank) if self.bank else ""

    async def on_unmount(self) -> None:
        await self.worker.close()
        self.memory.close()

    def apply(self, settings: Settings) -> None:
        """Makes the settings felt."""
        keymap, self.settings = self.settings.keymap, settings
        self._set_theme()
        if settings.keymap != keymap:
            self._set_keys()

    def _set_theme(self) -> None:
        if self.settings.theme in self.available_themes:
            self.theme = self.settings.theme
        else:
            self.theme = DARK.name
            self.problems = (*self.problems, f"There is no theme {self.settings.theme!r}; the palette (Ctrl+P) lists them.")

    def _set_keys(self) -> None:
        from tui.settings import keymap_problems

        keymap = self.settings.keymap
        if keymap or self._keymap:
            from tui.keys import known_bindings

            known = known_bindings()
            self.problems = (*self.problems, *keymap_problems(keymap, known))
            self.set_keymap({id: keys for id, keys in keymap.items() if id in known})

    def change(self, settings: Settings) -> None:
        """Takes the settings over and keeps them; a file with problems is left to the learner."""
        from tui.settings import write_settings

        self.apply(settings)
        if self.settings_path is None or self._file_has_problems:
            return
        try:
            write_settings(self.settings_path, settings)
        except OSError as error:
            self.notify(f"The settings were not saved: {self.settings_path}: {error.strerror or error}.", severity="warning")

    def _theme_changed(self, theme: Theme) -> None:
        if theme.name != self.settings.theme:
            self.change(replace(self.settings, theme=theme.name))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers: on the home screen every place and question, elsewhere the keys of the screen."""
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)
        yield SystemCommand("Help", "Every key of this screen", self.action_help)
        if screen is self.home:
            for place in PLACES:
                yield SystemCommand(place.title(), f"Go to: {place}", partial(self.open_place, place))
            for row in self.home.rows:
                yield SystemCommand(f"Answer: {row.title}", one_line(row.prompt, 70), partial(self.go_to, row.id))
        else:
            for active in screen.active_bindings.values():
                binding = active.binding
                if active.enabled and binding.id and binding.description:
                    act = partial(self.run_action, binding.action, active.node)
                    yield SystemCommand(binding.description, active.tooltip, act)
        yield SystemCommand("Quit", "Leave; everything is saved", self.action_quit)

    def notify(self, message: str, **options: Any) -> None:
        super().notify(one_line(message, 300), **{**options, "markup": False})

    # What is not saved

    def _trouble_from_thread(self, sentence: str) -> None:
        with contextlib.suppress(RuntimeError):  # the app is going away
            self.call_later(self._say_trouble, sentence)

    def _say_trouble(self, sentence: str) -> None:
        self._trouble = sentence
        for screen in self.screen_stack:
            for bar in screen.query(TroubleBar):
                bar.say(sentence)

    def push_screen(self, screen: Any, *args: Any, **options: Any) -> Any:
        pushed = super().push_screen(screen, *args, **options)
        if self._trouble:
            self.call_after_refresh(self._say_trouble, self._trouble)
        return pushed

    # The ways between screens

    @on(HomeScreen.Chosen)
    def _chosen(self, event: HomeScreen.Chosen) -> None:
        self.go_to(event.id)

    def go_to(self, address: str) -> None:
        """Straight into one question."""
        from bank import UnknownEntry

        if self.bank is None:
            return
        if address.startswith("#"):
            self.open_place(address[1:])
            return
        try:
            question = self.bank.question(address)
        except UnknownEntry as error:
            self.notify(str(error), severity="error")
            return
        self._lead(self._session(question).practise)

    def _session(self, question: Question) -> Session:
        from tui.session import Room, Session

        return Session(self, Room(self.memory, self.worker, self.settings, self.bank), question)

    @on(HomeScreen.Opened)
    def _opened(self, event: HomeScreen.Opened) -> None:
        self.open_place(event.place)

    def open_place(self, place: str) -> None:
        """One of the places beside the questions: drill, demos, history, stats, new, problems, settings."""
        from tui import places

        if self.bank is not None and place in PLACES:
            self._lead(partial(getattr(places, PLACES[place]), self))

    @on(HomeScreen.Edited)
    def _edited(self, event: HomeScreen.Edited) -> None:
        from tui.places import edit_entry

        self._lead(partial(edit_entry, self, event.id))

    def _lead(self, way: Callable[[], Awaitable[None]]) -> None:
        """Leads through the screens of one way; until it ends no other is begun, so that no screen is left without its way."""
        if not self._is_away:
            self._is_away = True
            self._follow(way)

    @work(group="way")
    async def _follow(self, way: Callable[[], Awaitable[None]]) -> None:
        try:
            await way()
        finally:
            self._is_away = False
            self.home.remove_class("-hidden")
        await self.show_questions()

    @work(group="demo")
    async def _show_demo(self, entry: str, point: str) -> None:
        from tui.places import demo_of_tell

        await demo_of_tell(self, entry, point)

    def on_verdict_screen_demo_asked(self, event: VerdictScreen.DemoAsked) -> None:
        if not any(w.group == "demo" and w.is_running for w in self.workers):
            self._show_demo(event.entry, event.point)

    def action_help(self) -> None:
        from tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))


def _has_keyboard() -> bool:
    """Whether a terminal is there to be typed in; not in a browser, nor once the terminal is closed."""
    return sys.__stdin__ is not None and sys.__stdin__.isatty()


def _is_quit(event: events.Event) -> bool:
    return isinstance(event, events.Key) and event.key in ("ctrl+q", "ctrl+c")


def home_rows(bank: Bank, progress: dict[str, Progress]) -> tuple[HomeRow, ...]:
    """The list of questions, in the bank's order."""
    from tui.records import Progress

    return tuple(
        HomeRow(
            e.id, e.title, e.prompt, e.topics, e.asked_in, e.time_limit_minutes, len(e.tells), progress.get(e.id, Progress())
        )
        for e in bank
    )


def bank_notice(bank: Bank) -> str:
    """What to say of a bank that has nothing to show, or not everything."""
    broken = [p for p in bank.problems if not p.warning]
    if not bank.entries:
        return f"There are no questions. {broken[0]}" if broken else "There are no questions. Press N to write one."
    return ""
