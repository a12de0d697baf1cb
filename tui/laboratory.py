"""What runs in the processes of `tui.worker`: the grader and the demos, behind a pipe."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from tui.worker import HEADER

if TYPE_CHECKING:
    from bank import Question
    from bank.demos.result import Demo, Guess, Knob
    from grader.correction import Correction
    from grader.grade import Grader
    from grader.verdict import Verdict


@dataclass(frozen=True, slots=True)
class DemoCard:
    """A demo before it is run: what it is called, what it asks, and what can be turned."""

    name: str
    title: str
    equation: str
    see: str
    guess: Guess
    knobs: tuple[Knob, ...]


class GraderDesk:
    """Answers the grader's requests; the model is loaded by the first of them."""

    def __init__(self, setup: dict[str, Any]) -> None:
        self._setup = setup
        self._grader: Grader | None = None
        self._coaches: dict[str, Any] = {}

    def load(self) -> None:
        if self._grader is None:
            from grader.grade import Grader
            from tui.store import Store

            history = self._setup["history"]
            store = Store(history if history and history.exists() else None)
            corrections = store.corrections()
            store.close()
            self._grader = Grader.load(self._setup["model"], corrections, self._setup["cache"])

    def learn(self, corrections: tuple[Correction, ...]) -> None:
        """Grades with these corrections from now on; the model stays loaded."""
        if self._grader is not None:
            self._grader = type(self._grader)(self._grader.encoder, corrections=corrections, cache=self._setup["cache"])
            self._coaches = {}

    def _loaded(self) -> Grader:
        self.load()
        assert self._grader is not None
        return self._grader

    def study(self, question: Question) -> None:
        self._loaded().support(question)

    def grade(self, question: Question, answer: str) -> Verdict:
        verdict: Verdict = self._loaded().grade(question, answer)
        return verdict

    def hear(self, question: Question, answer: str) -> Verdict:
        if question.address not in self._coaches:
            self._coaches = {question.address: self._loaded().coach(question)}
        verdict: Verdict = self._coaches[question.address].hear(answer)
        return verdict


class DemoDesk:
    """Answers the demos' requests."""

    def __init__(self, setup: dict[str, Any]) -> None:
        pass

    def card(self, name: str) -> DemoCard:
        from bank.demos import load_demo

        spec = load_demo(name)
        return DemoCard(spec.name, spec.title, spec.equation, spec.see, spec.guess, spec.knobs)

    def run(self, name: str, settings: dict[str, Any]) -> Demo:
        from bank.demos import run_demo

        return run_demo(name, settings)


_DESKS: dict[str, tuple[type[GraderDesk] | type[DemoDesk], frozenset[str]]] = {
    "grader": (GraderDesk, frozenset({"load", "learn", "study", "grade", "hear"})),
    "demo laboratory": (DemoDesk, frozenset({"card", "run"})),
}


def serve(what: str) -> None:
    """Answers requests from standard input until it ends; whatever else is printed goes to the log."""
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    make, names = _DESKS[what]
    _, setup = _receive(requests)
    desk = make(setup)
    while (message := _receive(requests)) is not None:
        request, values = message
        try:
            if request not in names:
                raise ValueError(f"no such request: {request}")
            _answer(answers, "value", getattr(desk, request)(*values))
        except BrokenPipeError:
            return
        except Exception as error:  # one request failed, the next may not
            traceback.print_exc()
            _answer(answers, "error", _sentence(what, error))


def _sentence(what: str, error: Exception) -> str:
    """An error meant for people as it is; any other with what failed."""
    words = str(error).strip()
    ours = type(error).__module__.partition(".")[0] in {"bank", "grader", "tui"}
    return words if ours and words else f"The {what} failed: {type(error).__name__}: {words}".rstrip(": ") + "."


def _receive(pipe: BinaryIO) -> Any:
    header = pipe.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    size = HEADER.unpack(header)[0]
    packed = pipe.read(size)
    return pickle.loads(packed) if len(packed) == size else None


def _answer(pipe: BinaryIO, kind: str, value: Any) -> None:
    packed = pickle.dumps((kind, value), protocol=5)
    pipe.write(HEADER.pack(len(packed)) + packed)
    pipe.flush()
