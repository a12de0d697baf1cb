"""The demos by name. Naming them is cheap; loading one imports torch.

A demo is a module whose docstring is its equation, with `KNOBS`, `GUESS`, `SEE` and `run`. Another package adds one through
an entry point of the group `tells.demos`, whose name is the demo's and whose value is the module.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import math
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

from bank.demos.result import Demo, DemoSpec, Guess, Knob, Outcome, Value

GROUP = "tells.demos"

SHIPPED: Mapping[str, str] = {
    "chain-rule-graph": "Gradients multiply along a path and add over paths",
    "reverse-against-forward": "One reverse pass against one forward pass per input",
    "bptt-is-backprop": "Backpropagation through time is backpropagation",
    "activation-memory": "What backward keeps, against the number of steps",
    "spectral-radius": "The gradient through a linear net is a power of rho",
    "non-normal-growth": "Growth before decay with all eigenvalues below one",
    "lyapunov-slope": "The Lyapunov exponent sets the decay, not the eigenvalues",
    "nilpotent-doubling": "All eigenvalues zero, and the gradient doubles",
    "norm-bound": "A largest singular value below one makes it vanish",
    "gradient-share-by-lag": "What vanishes is the long lags' share",
    "gain-sweep": "The Lyapunov exponent against the gain of the weights",
    "float-underflow": "The lag at which a float format gives up",
    "truncation-map": "Which loss reaches which step under truncation",
    "truncation-error": "How wrong the truncated gradient is",
    "truncation-schemes": "Chunks against a sliding window",
    "truncation-learnability": "What cannot be learned beyond the truncation",
    "reservoir-memory": "Memory without any gradient through time",
    "forgotten-detach": "What a forgotten detach costs",
    "truncated-memory": "Truncation keeps the memory constant",
    "random-truncation": "Random truncation without bias",
    "norm-clipping": "What clipping does to one gradient",
    "clipping-cliff": "Descent over a cliff, with and without clipping",
    "forget-bias": "The forget gate's bias sets the half-life",
    "cell-gradients": "The gradient by lag in nine recurrent cells",
    "retention-training": "A larger keep bias learns longer lags",
    "path-length": "The path from the loss to the first input",
    "attention-reach": "Attention reaches every lag alike",
    "rank-collapse": "Attention without residuals forgets who is who",
    "attention-window": "How far sliding-window attention reaches",
    "blockwise-attention": "Blockwise attention is exact",
    "attention-memory": "What attention keeps for backward",
    "attention-work": "Blockwise attention does more work, not less",
    "parallel-scan": "A parallel scan is the loop",
    "scan-depth": "The depth of a scan against that of a loop",
    "convolution-view": "When a state-space layer is a convolution",
    "gated-discretisation": "A discretised state space is a gated net",
    "selective-memory": "Keeping one marked token among distractors",
    "cumulative-product-scan": "The scan that divides by a vanishing product",
    "checkpoint-segments": "Checkpoints every S steps",
    "checkpoint-recursion": "Checkpoints all the way down",
    "fixed-point-gradient": "The gradient of a fixed point without time",
    "softmax-gradient": "The logit gradient of cross-entropy and of squared error",
    "initialisation-variance": "The gradient's variance by depth and initialisation",
    "residual-depth": "The gradient by depth with and without a skip",
    "attention-saturation": "Why attention divides by the root of d",
    "loss-scaling": "What float16 loses and loss scaling saves",
    "dropout-gradient": "Mean and variance of the gradient under dropout",
}  # in the order of a lesson


class DemoError(Exception):
    """A demo cannot be run as asked; the message is one sentence for the user."""


class UnknownDemo(DemoError):
    """No demo has that name."""


class BadSetting(DemoError):
    """A knob that does not exist, or a value that it does not take."""


class BrokenDemo(DemoError):
    """A demo of another package that does not keep to the rules."""


def demo_names() -> tuple[str, ...]:
    """The shipped demos in the order of a lesson, then those of other packages by name."""
    return (*SHIPPED, *sorted(_added()))


def demo_title(name: str) -> str:
    """The title, without loading the demo; for one of another package, where it comes from."""
    if name in SHIPPED:
        return SHIPPED[name]
    point = _added().get(name)
    if point is None:
        raise _unknown(name)
    return f"added by {point.dist.name}" if point.dist else f"added by {point.value}"


@cache
def load_demo(name: str) -> DemoSpec:
    """The demo of that name; imports torch.

    Raises:
        UnknownDemo: with the nearest name.
        BrokenDemo: where another package's module cannot be used.
    """
    if name in SHIPPED:
        return spec_of(name, SHIPPED[name], importlib.import_module(f"bank.demos.{name.replace('-', '_')}"))
    point = _added().get(name)
    if point is None:
        raise _unknown(name)
    try:
        module = point.load()
        return spec_of(name, _title(module), module)
    except Exception as error:
        raise BrokenDemo(f"The demo {name!r} of {point.value!r} cannot be used: {error}.") from error


def run_demo(name: str, settings: Mapping[str, object] | None = None, device: str = "cpu") -> Demo:
    """Runs one demo; knobs that are not named keep their defaults, and values may be given as text.

    Raises:
        DemoError: with one sentence that says what to change.
    """
    return load_demo(name).run(**(settings or {}), device=device)


def spec_of(name: str, title: str, module: ModuleType | Any) -> DemoSpec:
    """The demo that a module defines."""
    knobs: tuple[Knob, ...] = module.KNOBS
    guess: Guess = module.GUESS
    defaults = {knob.name: knob.default for knob in knobs}
    equation = _equation(module)
    devices: tuple[str, ...] = getattr(module, "DEVICES", ("cpu",))

    def run(*, device: str = "cpu", **settings: object) -> Demo:
        chosen = chosen_settings(name, knobs, settings)
        _check_device(name, device, devices)
        from bank.demos.measure import alone

        with alone(device):
            outcome: Outcome = module.run(**chosen)
        prediction = guess.answered(outcome.answer, chosen)
        return Demo(name, title, equation, chosen, outcome.plot, outcome.claims, prediction, module.SEE, outcome.extra)

    return DemoSpec(name, title, knobs, guess.ask(defaults), run, equation, module.SEE, guess, devices)


def chosen_settings(name: str, knobs: tuple[Knob, ...], settings: Mapping[str, object]) -> dict[str, Value]:
    """Every knob with its value: the one given, converted from text where it is text, else the default.

    Raises:
        BadSetting: for a knob that is not there, a wrong type, a value out of range.
    """
    known = {knob.name: knob for knob in knobs}
    for key in settings:
        if key not in known:
            raise BadSetting(f"{name!r} has no knob {key!r}.{_nearest(key, known)} It has {_listed(known)}.")
    return {key: knob_value(name, knob, settings[key]) if key in settings else knob.default for key, knob in known.items()}


def knob_value(name: str, knob: Knob, given: object) -> Value:
    """The value of one knob, converted from text where it is text.

    Raises:
        BadSetting: for a wrong type or a value out of range.
    """
    value = _converted(knob, given)
    wanted = f"{name!r} wants {knob.name} {_range(knob)}, not {given!r}."
    if value is None or (knob.choices and value not in knob.choices):
        raise BadSetting(wanted)
    if isinstance(value, int | float) and not isinstance(value, bool):
        low = -math.inf if knob.low is None else knob.low
        high = math.inf if knob.high is None else knob.high
        if not (math.isfinite(value) and low <= value <= high):
            raise BadSetting(wanted)
    return value


def _converted(knob: Knob, given: object) -> Value | None:
    if isinstance(knob.default, bool):
        words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
        return given if isinstance(given, bool) else words.get(given.lower()) if isinstance(given, str) else None
    if isinstance(given, bool):
        return None
    if isinstance(knob.default, str):
        return given if isinstance(given, str) else None
    try:
        if isinstance(knob.default, int):
            return int(given) if isinstance(given, int | str) else None
        return float(given) if isinstance(given, int | float | str) else None
    except (ValueError, OverflowError):
        return None


def _range(knob: Knob) -> str:
    if knob.choices:
        return "to be " + " or ".join(str(choice) for choice in knob.choices)
    if isinstance(knob.default, bool):
        return "to be true or false"
    kind = "a whole number" if isinstance(knob.default, int) else "a number"
    if knob.low is not None and knob.high is not None:
        return f"to be {kind} from {knob.low:g} to {knob.high:g}"
    return f"to be {kind}"


def _check_device(name: str, device: str, devices: tuple[str, ...]) -> None:
    if device not in ("cpu", "cuda"):
        raise DemoError(f"There is no device {device!r}. Say cpu or cuda.")
    if device not in devices:
        raise DemoError(f"{name!r} runs on {' or '.join(devices)} only, because it measures what torch does there.")
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise DemoError("There is no CUDA device here. Leave --device out to run on the CPU.")


@cache
def _added() -> Mapping[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in SHIPPED}


def _unknown(name: str) -> UnknownDemo:
    return UnknownDemo(f"There is no demo {name!r}.{_nearest(name, demo_names())} `tells demo` lists them all.")


def _nearest(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _listed(known: Mapping[str, Knob]) -> str:
    return ", ".join(known) if known else "none"


def _title(module: ModuleType) -> str:
    return (inspect.getdoc(module) or "").partition("\n")[0].rstrip(".")


def _equation(module: ModuleType) -> str:
    """The docstring after its first line: equations as they stand, every paragraph of prose on one line."""
    lines: list[str] = []
    for line in (inspect.getdoc(module) or "").partition("\n")[2].strip("\n").splitlines():
        if lines and line[:1].strip() and lines[-1][:1].strip():
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    return "\n".join(lines)
