"""The store, asked from the screen without waiting for it: one thread, in order, and no error gets past it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from tui.records import Attempt
from tui.store import Store, StoreError

T = TypeVar("T")
U = TypeVar("U")
_Key = tuple[str, datetime, str]  # what tells an attempt from others before it has an id


class Memory:
    """Runs jobs on the store one after another.

    An answer that could not be saved is owed: it is tried again after the next write that goes well, and when all is closed.

    Attributes:
        on_trouble: called from the store's thread with one sentence, or with nothing when a later write went well and no answer
            is owed any more.
    """

    def __init__(self, open_store: Callable[[], Store], on_trouble: Callable[[str], None]) -> None:
        self._open = open_store
        self._store: Store | None = None
        self._on_trouble = on_trouble
        self._trouble = ""
        self._owed: dict[_Key, Attempt] = {}
        self._owing = ""  # the sentence that was said of the owed
        self._ids: dict[_Key, int] = {}
        self._thread = ThreadPoolExecutor(1, "store")

    def tell(self, job: Callable[[Store], object]) -> None:
        """Has the job done soon, after those before it."""
        self._thread.submit(self._do, job, None)

    async def ask(self, job: Callable[[Store], T], otherwise: U) -> T | U:
        """What the job returns, or `otherwise` where the store fails."""
        future: Future[T | U] = self._thread.submit(self._do, job, otherwise)
        return await asyncio.wrap_future(future)

    async def keep(self, attempt: Attempt) -> Attempt:
        """Keeps an answer as it stands now, however often; with its id, or with none while it is owed."""
        return await self.ask(lambda store: self._keep(store, attempt), attempt)

    def keep_soon(self, attempt: Attempt) -> None:
        """As `keep`, without waiting."""
        self.tell(lambda store: self._keep(store, attempt))

    @property
    def owed(self) -> tuple[Attempt, ...]:
        """The answers that are not saved; after `close` they never will be."""
        return tuple(self._owed.values())

    def close(self) -> None:
        """Waits for what was told, tries once more to save what is owed, then closes the store."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)

    def _close(self) -> None:
        if self._store is not None:
            self._pay(self._store)
            self._store.close()

    def _keep(self, store: Store, attempt: Attempt) -> Attempt:
        key = (attempt.address, attempt.submitted, attempt.answer)
        if id := attempt.id or self._ids.get(key, 0):
            known = replace(attempt, id=id)
            store.update_attempt(known)
            return known
        self._owed[key] = attempt
        try:
            kept = store.add_attempt(attempt)
        except StoreError as error:
            self._owing = str(error)
            raise
        del self._owed[key]
        self._ids[key] = kept.id
        return kept

    def _pay(self, store: Store) -> None:
        for attempt in self.owed:
            try:
                self._keep(store, attempt)
            except StoreError:
                return

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
            self._pay(self._store)
            self._say(self._owing if self._owed else self._store.problem)
        return done

    def _say(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._on_trouble(trouble)
