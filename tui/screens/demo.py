"""A live demo: read the claim, predict a number, run it, turn a knob and watch it move."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Input, LoadingIndicator, ProgressBar, Static

from bank.demos.result import Axis, Curve, Demo, Plot, Value
from tui.guess import how_far, number_of
from tui.plain import one_line, printable
from tui.records import Predicted
from tui.store import utc_now
from tui.widgets.bars import TitleBar, TroubleBar
from tui.widgets.heatmap import HeatMaps
from tui.widgets.knobs import Knobs
from tui.widgets.plot import CurvePlot
from tui.worker import Worker, WorkerError, sweep_values

if TYPE_CHECKING:
    from tui.laboratory import DemoCard

State = Literal["reading", "predicting", "running", "shown", "sweeping", "failed"]


class DemoScreen(Screen[None]):
    """One demo, as often as the learner likes."""

    CSS_PATH = "demo.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (76, "-normal")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="demo.back", tooltip="Cancel what runs, or go back"),
        Binding("g", "guess", "Guess again", id="demo.guess", tooltip="Predict the number for the knobs as they are"),
        Binding("w", "sweep", "Sweep", id="demo.sweep", tooltip="Run over the whole range of the chosen knob"),
        Binding("c", "claims", "Claims", id="demo.claims", tooltip="What was claimed and what was got"),
        Binding("e", "equation", "Equation", id="demo.equation", tooltip="The equation and its source"),
        Binding("f1", "app.help", "Help", id="demo.help", tooltip="Every key"),
    ]

    state: reactive[State] = reactive[State]("reading", init=False)
    demo: reactive[Demo | None] = reactive[Demo | None](None, init=False)

    def __init__(
        self,
        name: str,
        worker: Worker,
        *,
        claim: str = "",
        settings: dict[str, Value] | None = None,
        keep: Callable[[Predicted], None] = lambda made: None,
    ) -> None:
        super().__init__()
        self.demo_name = name
        self.card: DemoCard | None = None
        self.guess: float | None = None
        self.swept: Plot | None = None
        self._worker = worker
        self._claim = claim
        self._settings: dict[str, Value] = dict(settings or {})
        self._keep = keep
        self._before: Plot | None = None
        self._wanted: dict[str, Value] | None = None
        self._guessed_at: dict[str, Value] | None = None
        self._guess_settings: dict[str, Value] | None = None
        self._page: Literal["result", "claims", "equation"] = "result"

    def compose(self) -> ComposeResult:
        yield TitleBar(self.demo_name, id="title")
        yield Static(Content(one_line(self._claim)), id="claim", markup=False)
        with Horizontal(id="middle"):
            with Vertical(id="stage"):
                yield LoadingIndicator()
                with Vertical(id="ask"):
                    yield Static("", id="question", markup=False)
                    yield Input(placeholder="a number, such as 12, 1e-3, 1/64 or 2^10", id="guess")
                    yield Static(
                        Content.styled("Enter runs it with your prediction; empty, without one.", "$foreground-muted"),
                        id="how", markup=False,
                    )  # fmt: skip
                yield CurvePlot(id="curves")
                yield HeatMaps(id="maps")
                yield ProgressBar(id="progress", show_eta=False)
            yield Knobs(id="knobs")
        with VerticalScroll(id="below", can_focus=False):
            yield Static("", id="words", markup=False)
        yield TroubleBar()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#claim").display = bool(self._claim)
        self._arrange()
        self._read()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("guess", "sweep", "claims", "equation"):
            return self.state in ("shown", "failed") and self.card is not None
        return True

    # What is on the stage

    def watch_state(self) -> None:
        self._arrange()
        self.refresh_bindings()

    def _arrange(self) -> None:
        state = self.state
        maps = self.demo is not None and bool(self.demo.plot.maps) and self.swept is None
        shows_plot = state in ("shown", "sweeping") or (state == "running" and self.demo is not None)
        self.query_one(LoadingIndicator).display = state in ("reading", "running") and not shows_plot
        self.query_one("#ask").display = state == "predicting"
        self.query_one(CurvePlot).display = shows_plot and not maps
        self.query_one(HeatMaps).display = shows_plot and maps
        self.query_one("#progress").display = state == "sweeping"
        self.query_one(Knobs).display = self.card is not None and state != "predicting"
        if state == "predicting":
            self.query_one("#guess").focus()
        elif state in ("shown", "failed") and self.card is not None:
            self.query_one(Knobs).focus()

    def _say(self, *words: Content | str | tuple[str, str]) -> None:
        self.query_one("#words", Static).update(Content.assemble(*words))

    @work(exclusive=True, group="reading")
    async def _read(self) -> None:
        self._say(("The demo is being set up…", "$foreground-muted"))
        try:
            self.card = await self._worker.card(self.demo_name)
        except WorkerError as error:
            self._fail(error)
            return
        self.query_one(TitleBar).left = self.card.title
        knobs = self.query_one(Knobs)
        knobs.show(self.card.knobs, self._settings)
        self._ask()

    def _ask(self) -> None:
        assert self.card is not None
        guess = self.card.guess
        unit = f" ({one_line(guess.unit)})" if guess.unit else ""
        question = one_line(guess.ask(self.query_one(Knobs).settings))
        self.query_one("#question", Static).update(
            Content.assemble(("Before you run it: ", "bold $accent"), (question + unit, "bold"))
        )
        self.query_one("#guess", Input).value = ""
        self._say()
        self.state = "predicting"

    def _fail(self, error: WorkerError) -> None:
        self._say((one_line(str(error)), "$error"))
        self.state = "failed"

    # Predict and run

    @on(Input.Submitted, "#guess")
    def _guessed(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        self.guess = number_of(typed) if typed else None
        if typed and self.guess is None:
            self.notify(f"{typed!r} is not a number. Type one such as 12, 1e-3, 1/64 or 2^10, or nothing.", severity="warning")
            return
        self._guessed_at = dict(self.query_one(Knobs).settings)
        self._want(self._guessed_at)

    @on(Knobs.Turned)
    def _turned(self, event: Knobs.Turned) -> None:
        if self.state in ("shown", "running", "failed"):
            self._want(event.settings)

    def _want(self, settings: dict[str, Value]) -> None:
        """Runs with these settings next; while a run is under way only the latest wish counts."""
        self._wanted = dict(settings)
        if self.state != "running":
            self.state = "running"
            self._run_wanted()

    @work(group="running")
    async def _run_wanted(self) -> None:
        try:
            while self._wanted is not None:
                settings, self._wanted = self._wanted, None
                demo = await self._worker.run(self.demo_name, settings)
                if self.state != "running":  # it was cancelled meanwhile
                    return
                self._take(demo)
        except WorkerError as error:
            if self.state == "running":
                self._fail(error)
            return
        self.state = "shown"

    def _take(self, demo: Demo) -> None:
        self._before = self.demo.plot if self.demo and self.swept is None else None
        self.swept = None
        self.demo = demo
        if self.guess is not None and self._guessed_at is not None:
            self._remember(demo, self.guess)
        self._draw()

    def _remember(self, demo: Demo, guess: float) -> None:
        """Keeps a prediction once, with the run that it was made for."""
        settings, self._guessed_at = self._guessed_at or {}, None
        made = demo.prediction
        self._keep(
            Predicted(demo.name, settings, made.question, made.unit, guess, made.answer, made.is_right(guess), utc_now())
        )
        self._guess_settings = settings

    def _draw(self) -> None:
        demo = self.demo
        if demo is None:
            return
        guess = self.guess if dict(self.query_one(Knobs).settings) == self._guess_settings else None
        if demo.plot.maps:
            self.query_one(HeatMaps).plot = demo.plot
        else:
            self.query_one(CurvePlot).show(demo.plot, self._before, demo.prediction, guess)
        self._tell(demo, guess)
        self._arrange()

    def _tell(self, demo: Demo, guess: float | None) -> None:
        made = demo.prediction
        if self._page == "equation":
            self._say((printable(demo.equation), "bold"))
            return
        if self._page == "claims":
            parts: list[Content | str | tuple[str, str]] = []
            for claim in demo.claims:
                sign = ("✓ ", "$success") if claim.holds else ("✗ ", "$error")
                got = f"expected {claim.expected}, got {claim.got} ({claim.tolerance})"
                parts += [sign, one_line(claim.statement), (f"\n  {one_line(got)}\n", "$foreground-muted")]
            self._say(*parts)
            return
        if guess is not None:
            right = made.is_right(guess)
            first = (how_far(guess, made), "bold $success" if right else "bold $warning")
        else:
            first = (one_line(f"Measured: {made.answer:.4g} {made.unit}"), "bold")
        held = sum(c.holds for c in demo.claims)
        holds = "$success" if held == len(demo.claims) else "$error"
        self._say(first, "\n", one_line(demo.see), "\n", (f"{held} of {len(demo.claims)} claims hold", holds),
                  (". Turn a knob with ← and → and watch it move.", "$foreground-muted"))  # fmt: skip

    # Sweep

    def action_sweep(self) -> None:
        knob = self.query_one(Knobs).knob
        if knob is None or isinstance(knob.default, bool | str) or knob.low is None or knob.high is None:
            self.notify("Only a number with a range can be swept. Choose another knob.", severity="warning")
            return
        self.state = "sweeping"
        self._sweep(knob.name, tuple(sweep_values(knob.low, knob.high, isinstance(knob.default, int))), knob.meaning)

    @work(exclusive=True, group="sweeping")
    async def _sweep(self, knob: str, values: tuple[float, ...], meaning: str) -> None:
        bar = self.query_one(ProgressBar)
        bar.update(total=len(values), progress=0)
        settings: dict[str, Any] = dict(self.query_one(Knobs).settings)
        points: list[tuple[float, float]] = []
        self.swept = None
        try:
            for value in values:
                demo = await self._worker.run(self.demo_name, settings | {knob: value})
                points.append((float(value), demo.prediction.answer))
                bar.advance(1)
                self._draw_sweep(knob, meaning, demo, points)
        except WorkerError as error:
            if self.state == "sweeping":
                self._fail(error)
            return
        self.state = "shown"

    def _draw_sweep(self, knob: str, meaning: str, demo: Demo, points: list[tuple[float, float]]) -> None:
        answers = [y for _, y in points]
        log = min(answers) > 0 and max(answers) / min(answers) > 1e3
        x, y = Axis(knob, meaning), Axis("answer", demo.prediction.unit, log=log)
        self.swept = Plot(x, y, (Curve(f"answer against {knob}", tuple(p[0] for p in points), tuple(answers)),))
        self.query_one(CurvePlot).show(self.swept)
        self._say(("The answer to: ", "bold"), one_line(demo.prediction.question), "\n",
                  (", ".join(f"{x:.4g} → {y:.4g}" for x, y in points), "$foreground-muted"))  # fmt: skip
        self._arrange()

    # Keys

    def action_guess(self) -> None:
        self._before = None
        self._ask()

    def action_claims(self) -> None:
        self._turn_to("claims")

    def action_equation(self) -> None:
        self._turn_to("equation")

    def _turn_to(self, page: Literal["claims", "equation"]) -> None:
        self._page = "result" if self._page == page else page
        self.set_class(self._page != "result", "-reading")
        if self.demo is not None:
            self._tell(self.demo, None if self._page != "result" else self.guess)

    def action_leave(self) -> None:
        if self.state in ("sweeping", "running"):
            self.workers.cancel_group(self, "sweeping")
            self._wanted = None
            self._cancel()
            self._say(("Cancelled.", "$foreground-muted"))
            self.state = "shown" if self.demo is not None else "predicting"
        elif self.state == "predicting" and self.demo is not None:
            self.state = "shown"
            self._draw()
        else:
            self.dismiss(None)

    @work(group="cancelling")
    async def _cancel(self) -> None:
        await self._worker.cancel()
