"""The store, asked from the screen without waiting for it: one thread, in order, and no error gets past it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tui.store import Store, StoreError

T = TypeVar("T")
U = TypeVar("U")


class Memory:
    """Runs jobs on the store one after another.

    Attributes:
        on_trouble: called from the store's thread with one sentence, or with nothing when a later write went well.
    """

    def __init__(self, open_store: Callable[[], Store], on_trouble: Callable[[str], None]) -> None:
        self._open = open_store
        self._store: Store | None = None
        self._on_trouble = on_trouble
        self._trouble = ""
        self._thread = ThreadPoolExecutor(1, "store")

    def tell(self, job: Callable[[Store], object]) -> None:
        """Has the job done soon, after those before it."""
        self._thread.submit(self._do, job, None)

    async def ask(self, job: Callable[[Store], T], otherwise: U) -> T | U:
        """What the job returns, or `otherwise` where the store fails."""
        future: Future[T | U] = self._thread.submit(self._do, job, otherwise)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Waits for what was told, then closes the store."""
        self._thread.submit(lambda: self._store.close() if self._store else None)
        self._thread.shutdown(wait=True)

    def _do(self, job: Callable[[Store], T], otherwise: U) -> T | U:
        if self._store is None:
            self._store = self._open()
            self._say(self._store.problem)
        writes = self._store.writes
        try:
            done = job(self._store)
        except StoreError as error:
            self._say(str(error))
            return otherwise
        if self._store.writes > writes:
            self._say(self._store.problem)
        return done

    def _say(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._on_trouble(trouble)
