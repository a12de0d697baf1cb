"""Every binding of every screen, by its id: what the help shows and the keymap may change."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping

from textual.binding import Binding
from textual.screen import Screen

import tui.screens


def screen_classes() -> tuple[type[Screen[object]], ...]:
    """Every screen of the program; imports all of them."""
    found: list[type[Screen[object]]] = []
    for module in pkgutil.iter_modules(tui.screens.__path__):
        members = vars(importlib.import_module(f"tui.screens.{module.name}")).values()
        found += [
            m for m in members if isinstance(m, type) and issubclass(m, Screen) and m.__module__.endswith(f".{module.name}")
        ]
    return tuple(sorted(found, key=lambda c: c.__name__))


def bindings_of(place: type) -> Iterable[Binding]:
    """The bindings that a class itself declares."""
    return (b for b in vars(place).get("BINDINGS", ()) if isinstance(b, Binding))


def known_bindings() -> Mapping[str, Binding]:
    """Every binding with an id."""
    from tui.app import TellsApp

    places: list[type] = [TellsApp, *screen_classes()]
    return {b.id: b for place in places for b in bindings_of(place) if b.id}
