"""Every binding of the program by its id: what the help shows and the keymap may change."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping

from textual.binding import Binding
from textual.dom import DOMNode

import tui.screens
import tui.widgets


def places() -> tuple[type[DOMNode], ...]:
    """The app, every screen and every widget that has keys of its own; imports all of them."""
    from tui.app import TellsApp

    found: list[type[DOMNode]] = [TellsApp]
    for package in (tui.screens, tui.widgets):
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            members = vars(importlib.import_module(info.name)).values()
            found += [m for m in members if isinstance(m, type) and issubclass(m, DOMNode) and m.__module__ == info.name]
    return tuple(place for place in found if any(bindings_of(place)))


def bindings_of(place: type) -> Iterable[Binding]:
    """The bindings that a class itself declares."""
    return (b for b in vars(place).get("BINDINGS", ()) if isinstance(b, Binding))


def known_bindings() -> Mapping[str, Binding]:
    """Every binding with an id."""
    return {b.id: b for place in places() for b in bindings_of(place) if b.id}
