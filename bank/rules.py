"""What must hold between the parts of an entry: one small generator a rule, listed in RULES."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bank.entry import LEVELS
from bank.outline import Named, Outline, PointOutline, RungOutline
from bank.source import Steps


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that is not kept, and where; a leading `{}` in `what` stands for the name of the place."""

    steps: Steps
    what: str
    warning: bool = False


MOST_BREACHES = 50
"""Breaches of one rule that are told of one entry."""
_MOST_CHOICES = 100

Rule = Callable[[Outline], Iterator[Breach]]


def points_have_distinct_ids(entry: Outline) -> Iterator[Breach]:
    """Tells and misconceptions share one set of ids, each follow-up its own."""
    for group in entry.groups:
        yield from _repeated([Named((*p.steps, "id"), p.id) for p in group if p.id], "tell or misconception")


def follow_ups_have_distinct_ids(entry: Outline) -> Iterator[Breach]:
    """A follow-up is addressed by its id."""
    yield from _repeated(entry.follow_ups, "follow-up")


def claims_have_distinct_ids(entry: Outline) -> Iterator[Breach]:
    """A claim is cited by its id."""
    yield from _repeated(entry.claims, "claim")


def named_tells_exist(entry: Outline) -> Iterator[Breach]:
    """Levels, missing groups and claims name tells of the entry."""
    if not entry.complete:
        return
    tells = [p.id for p in entry.points if p.is_tell]
    misconceptions = {p.id for p in entry.points if not p.is_tell}
    follow_up_tells = [p.id for group in entry.groups[1:] for p in group if p.is_tell]
    by_rules = [*(n for rung in entry.rungs for n in rung.named), *(n for group in entry.missing for n in group)]
    for named, known in ((by_rules, tells), (entry.claimed, [*tells, *follow_up_tells])):
        ids = set(known)
        for name in named:
            if name.id in ids:
                continue
            if name.id in misconceptions:
                yield Breach(name.steps, f"{{}} names the misconception {name.id!r}. Name a tell.")
            elif name.id in follow_up_tells:
                yield Breach(name.steps, f"{{}} names {name.id!r}, a follow-up's tell. Name a tell of the entry itself.")
            else:
                hint = _nearest(name.id, known) or f"The tells are {', '.join(dict.fromkeys(known[:12]))}."
                yield Breach(name.steps, f"{{}} names a tell {name.id[:80]!r} that is not there. {hint}")


def choices_can_be_met(entry: Outline) -> Iterator[Breach]:
    """`at_least` asks for no more than `of` offers."""
    for rung in entry.rungs:
        for choice in rung.any:
            offered = len({name.id for name in choice.of})
            if choice.of and choice.at_least > offered:
                yield Breach(
                    (*choice.steps, "at_least"),
                    f"{{}} asks for {choice.at_least} of {offered} tells, so {rung.level} can never be reached. "
                    "Ask for fewer, or name more.",
                )


def levels_are_distinct(entry: Outline) -> Iterator[Breach]:
    """A level asks for something that the levels below it do not."""
    below: list[RungOutline] = []
    for rung in entry.rungs:
        if not rung.named:
            every = "any answer reaches it" if rung.level == LEVELS[0] else "whoever reaches the level below reaches it too"
            yield Breach(rung.steps, f"{{}} asks for nothing, so {every}. Name the tells that {rung.level} needs.", True)
        elif below and _is_implied(rung, below):
            what = f"{{}} asks for nothing that the levels below do not, so no answer stays below {rung.level}."
            yield Breach(rung.steps, f"{what} Name a tell that only {rung.level} needs.", True)
        below.append(rung)


def levels_need_their_own_tells(entry: Outline) -> Iterator[Breach]:
    """What a level needs in every case is not a tell of a higher level."""
    levels = {p.id: p.level for p in reversed(entry.points) if p.is_tell}
    for rung in entry.rungs:
        for name in rung.all:
            level = levels.get(name.id)
            if level in LEVELS and level > rung.level:
                what = f"{{}}: {rung.level} needs {name.id!r}, which is a tell of {level}."
                yield Breach(name.steps, f"{what} Lower the tell's level, or move it into 'any'.", True)


def examples_and_contrasts_differ(entry: Outline) -> Iterator[Breach]:
    """No text is both an example and a contrast of one point, or stands in one list twice."""
    for point in (p for group in entry.groups for p in group):
        seen: dict[str, Named] = {}
        for text in (*point.examples, *point.contrasts):
            first = seen.setdefault(_bare(text.id), text)
            if first is text:
                continue
            if first.steps[-2] == text.steps[-2]:
                yield Breach(text.steps, f"{{}} repeats '{_place(first)}'. Put it in other words, or take it out.", True)
            else:
                yield Breach(text.steps, f"{{}} is also an example, '{_place(first)}'. It can be only one of them.")


def points_differ(entry: Outline) -> Iterator[Breach]:
    """No example belongs to two points of one question."""
    for group in entry.groups:
        seen: dict[str, tuple[PointOutline, Named]] = {}
        for point in group:
            for text in point.examples:
                other, first = seen.setdefault(_bare(text.id), (point, text))
                if other is not point:
                    what = f"{{}} is also '{_place(first)}' of {other.id!r}."
                    yield Breach(text.steps, f"{what} An example should make one point only.", True)


def points_can_be_learned(entry: Outline) -> Iterator[Breach]:
    """Examples and contrasts teach the grader; a probe draws a tell out."""
    for point in (p for group in entry.groups for p in group):
        if not point.examples:
            yield Breach(
                (*point.steps, "examples"), "There are no examples. Add five or more ways to say it, so that it is heard.", True
            )
        if not point.contrasts:
            yield Breach(
                (*point.steps, "contrasts"), "There are no contrasts. Add three or more near misses that must not count.", True
            )
        if point.probe is not None and not point.probe.strip():
            yield Breach((*point.steps, "probe"), "There is no probe. Add the question that draws it out.", True)


def entry_is_not_related_to_itself(entry: Outline) -> Iterator[Breach]:
    """`related` leads elsewhere."""
    for name in entry.related:
        if name.id == entry.id:
            yield Breach(name.steps, "{} is the entry itself. Take it out.", True)


def demos_exist(entry: Outline) -> Iterator[Breach]:
    """A claim names a demo that is installed."""
    from bank.demos import demo_names

    known = demo_names()
    for name in entry.demos:
        if name.id not in known:
            hint = _nearest(name.id, known) or "`tells demo` lists them."
            yield Breach(name.steps, f"{{}} names a demo {name.id[:80]!r} that is not there. {hint}")


RULES: tuple[Rule, ...] = (
    points_have_distinct_ids,
    follow_ups_have_distinct_ids,
    claims_have_distinct_ids,
    named_tells_exist,
    choices_can_be_met,
    levels_are_distinct,
    levels_need_their_own_tells,
    examples_and_contrasts_differ,
    points_differ,
    points_can_be_learned,
    entry_is_not_related_to_itself,
    demos_exist,
)


def breaches(entry: Outline) -> Iterator[Breach]:
    """The breaches of every rule, of each no more than anybody would read."""
    for rule in RULES:
        yield from islice(rule(entry), MOST_BREACHES)


def unknown_related(entry: Outline, known: Iterable[str]) -> Iterator[Breach]:
    """`related` names entries of the bank; the one rule that needs all of it."""
    ids = set(known) | {entry.id}
    for name in islice((name for name in entry.related if name.id not in ids), MOST_BREACHES):
        hint = _nearest(name.id, ids) or "`tells list` shows them all."
        yield Breach(name.steps, f"{{}} names an entry {name.id[:80]!r} that is not in the bank. {hint}", True)


def _repeated(names: Iterable[Named], kind: str) -> Iterator[Breach]:
    seen: dict[str, Named] = {}
    for name in names:
        first = seen.setdefault(name.id, name)
        if first is not name:
            where = f"'{_place(Named(first.steps[:-1], ''), 2)}'"
            yield Breach(name.steps, f"{{}} {name.id[:80]!r} is taken by {where}. Give every {kind} an id of its own.")


def _is_implied(rung: RungOutline, below: list[RungOutline]) -> bool:
    needed = {name.id for lower in below for name in lower.all}
    choices = [(c.at_least, {n.id for n in c.of}) for lower in below for c in lower.any[:_MOST_CHOICES]]
    for choice in rung.any[:_MOST_CHOICES]:
        offered = {name.id for name in choice.of}
        sure = len(offered & needed) >= choice.at_least
        if not sure and not any(least >= choice.at_least and of <= offered for least, of in choices):
            return False
    return needed.issuperset(name.id for name in rung.all)


def _place(name: Named, last: int = 2) -> str:
    """Such as `examples[3]`."""
    key, index = name.steps[-last:][:2]
    return f"{key}[{index}]"


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold())) or text


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name[:80], list(known), 1)
    return f"Did you mean {near[0]!r}?" if near else ""
