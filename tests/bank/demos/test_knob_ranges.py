"""Every claim holds over the whole range of every knob: ends and middle one at a time, then corners and random places."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

from bank.demos import SHIPPED, load_demo
from bank.demos.result import Knob, Value

every_demo = pytest.mark.parametrize("name", SHIPPED)


def ends(knob: Knob) -> tuple[Value, ...]:
    """The outermost values of a knob."""
    if isinstance(knob.default, bool):
        return (False, True)
    if knob.choices:
        return (knob.choices[0], knob.choices[-1])
    assert knob.low is not None
    assert knob.high is not None
    kind = type(knob.default)
    return (kind(knob.low), kind(knob.high))


def anywhere(knob: Knob, rng: random.Random) -> Value:
    """A value of a knob drawn evenly."""
    if knob.choices or isinstance(knob.default, bool):
        return rng.choice(knob.choices or (False, True))
    assert knob.low is not None
    assert knob.high is not None
    if isinstance(knob.default, int):
        return rng.randint(int(knob.low), int(knob.high))
    return rng.uniform(knob.low, knob.high)


def one_at_a_time(knobs: tuple[Knob, ...]) -> Iterator[dict[str, Value]]:
    for knob in knobs:
        for value in {*ends(knob)} - {knob.default}:
            yield {knob.name: value}


def corners_and_random_places(name: str, knobs: tuple[Knob, ...], most: int) -> Iterator[dict[str, Value]]:
    rng = random.Random(name)
    corners = list(itertools.product(*(ends(knob) for knob in knobs)))
    for corner in rng.sample(corners, min(most, len(corners))):
        yield {knob.name: value for knob, value in zip(knobs, corner, strict=True)}
    for _ in range(most):
        yield {knob.name: anywhere(knob, rng) for knob in knobs}


def failures(name: str, settings: Iterator[dict[str, Value]]) -> list[str]:
    spec = load_demo(name)
    return [
        f"{choice}: {claim.statement}: expected {claim.expected}, got {claim.got}"
        for choice in settings
        for claim in spec.run(**choice).claims
        if not claim.holds
    ]


@every_demo
def test_claims_hold_at_both_ends_of_every_knob(name: str) -> None:
    assert not failures(name, one_at_a_time(load_demo(name).knobs))


@pytest.mark.slow
@every_demo
def test_claims_hold_at_corners_and_random_places(name: str) -> None:
    settings = {tuple(choice.items()): choice for choice in corners_and_random_places(name, load_demo(name).knobs, 4)}
    assert not failures(name, iter(settings.values()))
