"""A small bank, and a worker that grades by looking for a point's name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bank.demos.result import Axis, Claim, Curve, Demo, Guess, Knob, Plot
from bank.entry import Entry, Question
from bank.load import Bank
from grader.level import level_of, next_step
from grader.verdict import Evidence, GraderStamp, Heard, Nearest, Verdict
from tui.app import TellsApp
from tui.laboratory import DemoCard
from tui.settings import Settings
from tui.store import Store
from tui.worker import WorkerError


def an_entry(id: str = "gradients", title: str = "Gradients", prompt: str = "Why do [b]gradients[/b] vanish?") -> Entry:
    point = {"examples": ["An example."], "contrasts": ["A contrast."]}
    return Entry.model_validate(
        {
            "schema": 1,
            "id": id,
            "title": title,
            "prompt": prompt,
            "topics": ["optimisation", id],
            "time_limit_minutes": 5,
            "levels": {
                "L4": {
                    "summary": "S4",
                    "answer": "Model answer four.",
                    "requires": {"any": [{"at_least": 1, "of": ["chain-rule"]}]},
                },
                "L5": {"summary": "S5", "answer": "Model answer five.", "requires": {"all": ["long-product"]}},
                "L6": {"summary": "S6", "answer": "Model answer six.", "requires": {"all": ["lyapunov"]}},
            },
            "tells": [
                {"id": "chain-rule", "level": "L4", "says": "It is the chain rule.", "probe": "Which rule?", **point},
                {
                    "id": "long-product",
                    "level": "L5",
                    "strong_hire": True,
                    "says": "A product of many.",
                    "probe": "A product?",
                    **point,
                },
                {"id": "lyapunov", "level": "L6", "says": "The exponent decides.", "probe": "What decides?", **point},
            ],
            "misconceptions": [
                {"id": "learning-rate", "says": "It is the learning rate.", "contrasts": ["It is not."], "lowers": 1}
            ],
            "claims": [
                {
                    "id": "it-decays",
                    "says": "The gradient decays as rho^T.",
                    "tells": ["long-product"],
                    "demo": "decay",
                    "args": {"T": 20},
                }
            ],
            "follow_ups": [
                {
                    "id": "gates",
                    "prompt": "And gates?",
                    "answer": "They keep it.",
                    "tells": [{"id": "gate-near-one", "says": "A gate near one keeps it.", "probe": "Which value?", **point}],
                }
            ],
        }
    )


def verdict_on(question: Question, answer: str) -> Verdict:
    """Hears a point where its name stands in the answer, with a blank for each hyphen."""

    def found(id: str) -> tuple[Evidence, ...]:
        at = answer.casefold().find(id.replace("-", " "))
        return (Evidence(at, at + len(id), answer[at : at + len(id)]),) if at >= 0 else ()

    def heard(point: Any) -> Heard:
        words = found(point.id)
        near = Nearest(0, min(4, len(answer)), answer[:4], "unsure") if not words and answer else None
        return Heard(
            point.id, bool(words), 0.9 if words else 0.1, words,
            getattr(point, "level", None), getattr(point, "strong_hire", False), near,
        )  # fmt: skip

    tells = tuple(map(heard, question.tells))
    wrong = tuple(map(heard, question.misconceptions))
    return judged(question, tells, wrong)


def judged(question: Question, tells: tuple[Heard, ...], wrong: tuple[Heard, ...]) -> Verdict:
    ids = {h.id for h in (*tells, *wrong) if h.heard}
    level, earned, lowered = level_of(question.entry, ids) if not question.follow_up else (None, None, ())
    way_up = next_step(question.entry, ids) if not question.follow_up else None
    return Verdict(question.address, level, earned, lowered, tells, wrong, way_up, GraderStamp("fake", "0" * 64, "1"))


class FakeWorker:
    """Answers at once, or fails with what is in `trouble`; `gate`, where set, is awaited first."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.studied: list[str] = []
        self.runs: list[tuple[str, dict[str, Any]]] = []
        self.learned: tuple[Any, ...] | None = None
        self.trouble = ""
        self.gate: Callable[[], Any] | None = None
        self.is_closed = False

    async def start(self) -> None:
        pass

    async def study(self, question: Question) -> None:
        self.studied.append(question.address)
        if self.trouble:
            raise WorkerError(self.trouble)

    async def _answered(self) -> None:
        if self.gate:
            await self.gate()
        if self.trouble:
            raise WorkerError(self.trouble)

    async def grade(self, question: Question, answer: str) -> Verdict:
        self.asked.append((question.address, answer))
        await self._answered()
        return verdict_on(question, answer)

    async def hear(self, question: Question, answer: str) -> Verdict:
        return await self.grade(question, answer)

    async def learn(self, corrections: Any) -> None:
        self.learned = tuple(corrections)

    async def card(self, name: str) -> DemoCard:
        await self._answered()
        knobs = (
            Knob("T", 40, "steps", 10, 80),
            Knob("rho", 0.9, "size of W", 0.5, 1.5),
            Knob("cell", "rnn", "kind", choices=("rnn", "lstm")),
        )
        guess = Guess("How small is the gradient after {T} steps?", 2.0, "of one", factor=True, on="y")
        return DemoCard(name, "The gradient decays", "g = rho^T", "A straight line.", guess, knobs)

    async def run(self, name: str, settings: dict[str, Any]) -> Demo:
        self.runs.append((name, settings))
        await self._answered()
        steps = tuple(float(t) for t in range(settings["T"] + 1))
        values = tuple(settings["rho"] ** t for t in steps)
        guess = (await FakeWorker().card(name)).guess
        return Demo(
            name, "The gradient decays", "g = rho^T", settings,
            Plot(Axis("lag", "steps"), Axis("gradient", log=True), (Curve("measured", steps, values),)),
            (Claim("It is rho^T", "0.01", "0.01", "exact", True),), guess.answered(values[-1], settings), "A straight line.",
        )  # fmt: skip

    async def cancel(self) -> None:
        pass

    async def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def entry() -> Entry:
    return an_entry()


@pytest.fixture
def question(entry: Entry) -> Question:
    return Question(address=entry.id, entry=entry)


@pytest.fixture
def worker() -> FakeWorker:
    return FakeWorker()


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "home" / "history.sqlite"


@pytest.fixture
def make_app(worker: FakeWorker, history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., TellsApp]:
    monkeypatch.setenv("TELLS_HOME", str(tmp_path / "home"))

    def make(bank: Bank | None = None, **options: Any) -> TellsApp:
        entries = {e.id: e for e in (an_entry(), an_entry("attention", "Attention", "What is attention?"))}
        return TellsApp(
            lambda: bank if bank is not None else Bank(entries),
            options.pop("open_store", lambda: Store(history)),
            worker,
            settings=options.pop("settings", Settings()),
            **options,
        )

    return make


@pytest.fixture
def kept(history: Path) -> Callable[[], Store]:
    """Opens what the app has written, as another program would."""
    return lambda: Store(history)


@pytest.fixture
def until() -> Callable[..., Any]:
    """Waits until something holds, as long as it takes within reason."""

    async def wait(pilot: Any, holds: Callable[[], Any]) -> None:
        for _ in range(3000):
            await pilot.pause(0.01)
            if holds():
                return
        raise AssertionError(f"it never came to hold; on the screen is {pilot.app.screen}:\n{all_text_on(pilot.app)}")

    return wait


@pytest.fixture
def shows() -> Callable[..., Any]:
    """Waits until a screen of that kind is shown and laid out."""

    async def wait(pilot: Any, kind: type) -> Any:
        for _ in range(3000):
            await pilot.pause(0.01)
            if isinstance(pilot.app.screen, kind):
                await pilot.pause()
                return pilot.app.screen
        raise AssertionError(f"no {kind.__name__}; on the screen is {pilot.app.screen}")

    return wait


def all_text_on(app: Any) -> str:
    """Everything that stands on the screen, as plain text."""
    width, height = app.size
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join("".join(segment.text for segment in strip)[:width] for strip in strips[:height])


@pytest.fixture
def text_on() -> Callable[[Any], str]:
    return all_text_on


@pytest.fixture
def drawn(until, text_on) -> Callable[..., Any]:
    """Waits until all of these texts stand on the screen, then returns everything that does."""

    async def wait(pilot: Any, *texts: str) -> str:
        await until(pilot, lambda: all(text in text_on(pilot.app) for text in texts))
        return text_on(pilot.app)

    return wait


@pytest.fixture
def verdict_of() -> Callable[[Question, str], Verdict]:
    return verdict_on


@pytest.fixture
def judge() -> Callable[..., Verdict]:
    return judged
