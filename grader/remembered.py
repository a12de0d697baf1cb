"""A memory of bounded size, shared by threads."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """At most `most` values by key; what was put in first is forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[K, V] = {}
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """The value, or None where there is none."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: K, value: V) -> V:
        """Remember the value, and return it."""
        with self._lock:
            while len(self._values) >= self._most and key not in self._values:
                self._values.pop(next(iter(self._values)))
            self._values[key] = value
        return value
