"""The settings, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.reactive import reactive
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from tui.plain import one_line
from tui.settings import SETTINGS, Settings
from tui.widgets.bars import TitleBar, TroubleBar

_STEPS: Mapping[str, float] = {"retention": 0.01, "time_limit_minutes": 1, "probes": 1, "drill_size": 1}


class SettingsScreen(Screen[None]):
    """Every change is felt and kept at once."""

    CSS_PATH = "options.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "change(-1)", "Less", id="settings.less", priority=True, tooltip="The value before"),
        Binding("right", "change(1)", "More", id="settings.more", priority=True, tooltip="The next value"),
        Binding("k", "keys", "Keys", id="settings.keys", tooltip="Give a command another key"),
        Binding("backspace", "restore", "Default", id="settings.default", tooltip="This setting as it was at first"),
        Binding("escape", "dismiss(None)", "Back", id="settings.back", tooltip="Back; everything is kept"),
        Binding("f1", "app.help", "Help", id="settings.help", tooltip="Every key"),
    ]

    settings: reactive[Settings] = reactive(Settings(), init=False)

    def __init__(
        self,
        settings: Settings,
        themes: tuple[str, ...],
        apply: Callable[[Settings], None],
        bindings: Mapping[str, Binding],
        problems: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.set_reactive(SettingsScreen.settings, settings)
        self.themes = themes
        self.problems = problems
        self._apply = apply
        self._known = bindings

    def compose(self) -> ComposeResult:
        yield TitleBar("Settings")
        yield OptionList(*(Option(self._line(name), id=name) for name in SETTINGS), id="settings", markup=False)
        yield Static("", id="meaning", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self.query_one(OptionList).highlighted = 0

    def _line(self, name: str) -> Content:
        value = getattr(self.settings, name)
        words = {True: "on", False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)
        if name == "time_limit_minutes" and not value:
            words = "each entry's own"
        changed = value != getattr(Settings(), name)
        return Content.assemble(
            f"{name.replace('_', ' '):<22}", (f"‹ {one_line(words)} ›", "bold $accent" if changed else "bold")
        )

    @property
    def name_here(self) -> str:
        """The setting under the cursor."""
        return list(SETTINGS)[self.query_one(OptionList).highlighted or 0]

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        parts: list[Content | str | tuple[str, str]] = [SETTINGS[self.name_here].meaning]
        parts += [(f"\n{one_line(problem)}", "$error") for problem in self.problems]
        self.query_one("#meaning", Static).update(Content.assemble(*parts))

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.action_change(1)

    def watch_settings(self, settings: Settings) -> None:
        for name in SETTINGS:
            self.query_one(OptionList).replace_option_prompt(name, self._line(name))
        self._apply(settings)

    def _set(self, name: str, value: Any) -> None:
        changes: dict[str, Any] = {name: value}
        self.settings = replace(self.settings, **changes)

    def action_change(self, step: int) -> None:
        name = self.name_here
        setting, value = SETTINGS[name], getattr(self.settings, name)
        choices = self.themes if name == "theme" else setting.choices
        if isinstance(value, bool):
            self._set(name, not value)
        elif choices:
            at = choices.index(value) if value in choices else 0
            self._set(name, choices[(at + step) % len(choices)])
        else:
            moved = max(setting.low, min(setting.high, value + step * _STEPS[name]))
            self._set(name, round(moved, 2) if isinstance(value, float) else int(moved))

    def action_restore(self) -> None:
        self._set(self.name_here, getattr(Settings(), self.name_here))

    def action_keys(self) -> None:
        def changed(keymap: Mapping[str, str] | None) -> None:
            if keymap is not None:
                self.settings = replace(self.settings, keymap=keymap)

        self.app.push_screen(KeysScreen(self._known, self.settings.keymap), changed)


class KeysScreen(Screen[Mapping[str, str]]):
    """Returns the keymap as it was left."""

    CSS_PATH = "options.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Change", id="keys.change", show=False, tooltip="Press a new key for it"),
        Binding("backspace", "restore", "Default", id="keys.default", tooltip="Its key as it was at first"),
        Binding("escape", "leave", "Back", id="keys.back", tooltip="Back to the settings"),
    ]

    def __init__(self, bindings: Mapping[str, Binding], keymap: Mapping[str, str]) -> None:
        super().__init__()
        self.bindings = dict(sorted(bindings.items()))
        self.keymap = dict(keymap)

    def compose(self) -> ComposeResult:
        yield TitleBar("Keys", "Enter changes one")
        yield OptionList(*(Option(self._line(id), id=id) for id in self.bindings), id="settings", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def _line(self, id: str) -> Content:
        binding = self.bindings[id]
        keys = self.keymap.get(id, binding.key)
        return Content.assemble(
            (f"{keys:<20}", "bold $accent" if id in self.keymap else "bold"),
            f" {binding.tooltip or binding.description}",
            (f"  {id}", "$foreground-muted"),
        )

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        id = event.option_id or ""

        def pressed(key: str | None) -> None:
            if key is not None:
                self.keymap[id] = key
                self.query_one(OptionList).replace_option_prompt(id, self._line(id))

        self.app.push_screen(KeyScreen(self.bindings[id].description), pressed)

    def action_restore(self) -> None:
        id = list(self.bindings)[self.query_one(OptionList).highlighted or 0]
        self.keymap.pop(id, None)
        self.query_one(OptionList).replace_option_prompt(id, self._line(id))

    def action_leave(self) -> None:
        self.dismiss(dict(self.keymap))


class KeyScreen(ModalScreen[str | None]):
    """Returns the next key that is pressed; None for Escape."""

    CSS_PATH = "options.tcss"

    def __init__(self, name: str) -> None:
        super().__init__()
        self._for = name

    def compose(self) -> ComposeResult:
        with Vertical(id="press"):
            yield Static(Content(f"Press the key for “{one_line(self._for)}”. Esc leaves it as it is."), markup=False)

    def on_key(self, event: Key) -> None:
        event.stop()
        self.dismiss(None if event.key == "escape" else event.key)
