"""A learner's number: read from what was typed, and compared with what was measured."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bank.demos.result import Prediction

_NUMBER = r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_POWER = re.compile(rf"({_NUMBER})\s*(?:\^|\*\*)\s*({_NUMBER})")
_FRACTION = re.compile(rf"({_NUMBER})\s*/\s*({_NUMBER})")


def number_of(typed: str) -> float | None:
    """`12`, `1e-3`, `1/64`, `2^10`, `5%`, a unit after it or not; None for anything else, or what is not finite."""
    text = typed.strip().replace(",", "").replace("−", "-")
    try:
        if found := _POWER.match(text):
            value = float(found[1]) ** float(found[2])
        elif found := _FRACTION.match(text):
            value = float(found[1]) / float(found[2])
        elif found := re.match(rf"({_NUMBER})\s*(%?)", text):
            value = float(found[1]) / (100 if found[2] else 1)
        else:
            return None
    except (OverflowError, ZeroDivisionError):
        return None
    return value if isinstance(value, float) and math.isfinite(value) else None


def how_far(guess: float, prediction: Prediction) -> str:
    """How far off the guess was, in words."""
    measured = prediction.answer
    unit = f" {prediction.unit}" if prediction.unit else ""
    said = f"You said {guess:.4g}{unit}; measured {measured:.4g}{unit}."
    if prediction.is_right(guess):
        return f"{said} {'Exactly right.' if guess == measured else 'Right.'}"
    if guess * measured > 0:
        factor = abs(guess / measured)
        times = factor if factor > 1 else 1 / factor
        if prediction.factor or times >= 2:
            return f"{said} {times:.3g} times too {'high' if factor > 1 else 'low'}."
    return f"{said} Off by {abs(guess - measured):.3g}{unit}."
