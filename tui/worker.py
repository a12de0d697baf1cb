"""The processes that think: one grades answers, one runs demos, and neither ever holds up the screen.

Importing torch holds the interpreter for seconds, so it happens elsewhere. A request is one pickled value down a pipe, an
answer one pickled value back. A process that dies is named in one sentence and started again by the next request.
"""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bank import Question
    from bank.demos.result import Demo
    from grader.correction import Correction
    from grader.verdict import Verdict
    from tui.laboratory import DemoCard

HEADER = struct.Struct(">Q")
_START = "import sys; sys.path[:] = sys.argv[2:]; from tui.laboratory import serve; serve(sys.argv[1])"
_STOP_SECONDS = 2.0
_MOST_LOG_BYTES = 1_000_000


class WorkerError(Exception):
    """A request was not answered; the message is one sentence for the learner."""


class Worker(Protocol):
    """What the screens ask for; each call may take seconds and raises WorkerError."""

    async def start(self) -> None:
        """Gets ready to grade, so that a later request is quick."""

    async def study(self, question: Question) -> None:
        """Learns the question's phrases, so that its first answer is graded as quickly as any."""

    async def grade(self, question: Question, answer: str) -> Verdict:
        """The verdict on one answer."""

    async def hear(self, question: Question, answer: str) -> Verdict:
        """The verdict on an answer that is still being written; only what changed is read anew."""

    async def learn(self, corrections: Sequence[Correction]) -> None:
        """Has later answers graded with everything the learner has contested."""

    async def card(self, name: str) -> DemoCard:
        """The demo before it is run."""

    async def run(self, name: str, settings: dict[str, Any]) -> Demo:
        """One run of one demo."""

    async def cancel(self) -> None:
        """Ends the demo that is running."""

    async def close(self) -> None:
        """Ends everything at once."""


class Child:
    """One process; requests are answered in their order."""

    def __init__(self, what: str, setup: dict[str, Any], log: Path | None) -> None:
        self.what = what
        self.setup = setup
        self.log = log
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._kills = 0
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return self._process.pid if self._process is not None else None

    async def _running(self) -> asyncio.subprocess.Process:
        """The running process; starts one where there is none."""
        if self._process is not None and self._process.returncode is None:
            return self._process
        if self._is_closed:
            raise WorkerError(f"The {self.what} has been closed.")
        kills, path = self._kills, [p for p in sys.path if p]
        try:
            with open(self.log, "ab") if self.log else contextlib.nullcontext(asyncio.subprocess.DEVNULL) as errors:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-c", _START, self.what, *path,
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors, start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            raise WorkerError(f"The {self.what} could not be started: {error.strerror or error}.") from error
        self._process = process
        if kills != self._kills:  # it was to end before it had begun
            await self.kill()
            raise WorkerError(f"The {self.what} was stopped.")
        await self._send(process, ("set-up", self.setup))
        return process

    async def ask(self, request: str, *values: Any) -> Any:
        """What the process makes of the request.

        Raises:
            WorkerError: it failed, or the process died.
        """
        exchange = asyncio.ensure_future(self._exchange(request, values))
        exchange.add_done_callback(lambda done: done.cancelled() or done.exception())
        kind, value = await asyncio.shield(exchange)  # an answer left unread would be taken for the next request's
        if kind == "error":
            raise WorkerError(value)
        return value

    async def _exchange(self, request: str, values: tuple[Any, ...]) -> tuple[str, Any]:
        async with self._turn:
            process = await self._running()
            try:
                await self._send(process, (request, values))
                assert process.stdout is not None
                size = HEADER.unpack(await process.stdout.readexactly(HEADER.size))[0]
                answer: tuple[str, Any] = pickle.loads(await process.stdout.readexactly(size))
                return answer
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                await self._reap(process)
                where = f" Its log is {self.log}." if self.log else ""
                raise WorkerError(f"The {self.what} stopped unexpectedly; the next request starts it again.{where}") from error

    async def _send(self, process: asyncio.subprocess.Process, message: Any) -> None:
        assert process.stdin is not None
        packed = pickle.dumps(message, protocol=5)
        process.stdin.write(HEADER.pack(len(packed)) + packed)
        with contextlib.suppress(ConnectionError):  # the read that follows finds the pipe closed and says so
            await process.stdin.drain()

    async def kill(self) -> None:
        """Ends the process now, whatever it is doing."""
        self._kills += 1
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await self._reap(process)

    async def close(self) -> None:
        """Ends the process for good; later requests fail."""
        self._is_closed = True
        await self.kill()

    async def _reap(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        if process is self._process:
            self._process = None


class Processes:
    """The worker of the program: a grader and a demo laboratory, each in a process of its own."""

    def __init__(self, model: str | None, history: Path | None, cache: Path | None, log: Path | None) -> None:
        setup = {"model": model, "history": history, "cache": cache}
        self._grader = Child("grader", setup, log)
        self._laboratory = Child("demo laboratory", setup, log)

    async def start(self) -> None:
        await self._grader.ask("load")

    async def study(self, question: Question) -> None:
        await self._grader.ask("study", question)

    async def grade(self, question: Question, answer: str) -> Verdict:
        verdict: Verdict = await self._grader.ask("grade", question, answer)
        return verdict

    async def hear(self, question: Question, answer: str) -> Verdict:
        verdict: Verdict = await self._grader.ask("hear", question, answer)
        return verdict

    async def learn(self, corrections: Sequence[Correction]) -> None:
        await self._grader.ask("learn", tuple(corrections))

    async def card(self, name: str) -> DemoCard:
        card: DemoCard = await self._laboratory.ask("card", name)
        return card

    async def run(self, name: str, settings: dict[str, Any]) -> Demo:
        demo: Demo = await self._laboratory.ask("run", name, settings)
        return demo

    async def cancel(self) -> None:
        await self._laboratory.kill()

    async def close(self) -> None:
        await asyncio.gather(self._grader.close(), self._laboratory.close())


def sweep_values(low: float, high: float, whole: bool, most: int = 7) -> Sequence[float]:
    """At most so many values from low to high: evenly spaced, or by equal factors over more than a factor 20."""
    if low > 0 and high / low > 20:
        raw = [low * (high / low) ** (i / (most - 1)) for i in range(most)]
    else:
        raw = [low + (high - low) * i / (most - 1) for i in range(most)]
    return tuple(sorted({round(v) if whole else float(f"{v:.3g}") for v in raw}))


def make_processes(model: str | None) -> Processes:
    """The worker over the user's own folders; without a log where none can be written."""
    from tui.folders import cache_folder, history_file, log_file, make_private_file

    log: Path | None = log_file()
    try:
        make_private_file(log_file())
        if log_file().stat().st_size > _MOST_LOG_BYTES:
            log_file().write_bytes(b"")
    except OSError:
        log = None
    return Processes(model, history_file(), cache_folder(), log)
