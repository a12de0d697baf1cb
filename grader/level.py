"""Ids heard -> level, by the entry's own rule, and the shortest way up."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import combinations

from bank.entry import LEVELS, Entry, Question, Requirement
from grader.correction import Correction
from grader.verdict import Evidence, Heard, Lowered, Next, Rank, Verdict

RANKS: tuple[Rank, ...] = ("below", *LEVELS)
_SEARCHED_TELLS = 14  # beyond this many candidate tells the shortest way is built greedily


def earned_rank(entry: Entry, heard: AbstractSet[str]) -> Rank:
    """The highest level whose requirement, and those of all levels below it, are met; else `below`."""
    rank: Rank = "below"
    for level in LEVELS:
        if not is_met(entry.levels[level].requires, heard):
            break
        rank = level
    return rank


def is_met(requirement: Requirement, heard: AbstractSet[str]) -> bool:
    """All of `all`, and of each choice in `any` at least so many."""
    return heard >= set(requirement.all) and all(len(heard & set(choice.of)) >= choice.at_least for choice in requirement.any)


def level_of(entry: Entry, heard: AbstractSet[str]) -> tuple[Rank, Rank, tuple[Lowered, ...]]:
    """`(level, earned, lowered_by)` for the ids heard, misconceptions among them.

    Missing groups lower only from L5 or L6 and never below L4; misconceptions lower down to `below`.
    """
    earned = earned_rank(entry, heard)
    rank = RANKS.index(earned)
    lowered: list[Lowered] = []
    for group in entry.missing:
        if rank > 1 and group.lowers and not heard & set(group.none_of):
            rank = max(1, rank - group.lowers)
            lowered.append(Lowered("missing", group.lowers, none_of=group.none_of))
    for misconception in entry.misconceptions:
        if misconception.id in heard and misconception.lowers and rank > 0:
            rank = max(0, rank - misconception.lowers)
            lowered.append(Lowered("misconception", misconception.lowers, id=misconception.id))
    return RANKS[rank], earned, tuple(lowered)


def next_step(entry: Entry, heard: AbstractSet[str]) -> Next | None:
    """The fewest tells that would lift the answer one level; None at L6.

    Misconceptions heard are kept where the level can be reached in spite of them; otherwise they are named in `drop`.
    """
    rank = RANKS.index(level_of(entry, heard)[0])
    if rank == len(LEVELS):
        return None
    goal = rank + 1
    wrong = tuple(m.id for m in entry.misconceptions if m.id in heard)
    for drop in ((), wrong) if wrong else ((),):
        added = _fewest(entry, heard - set(drop), goal)
        if added is not None:
            probe = next((t.probe for t in entry.tells if added and t.id == added[0]), "")
            return Next(LEVELS[goal - 1], added, drop, probe)
    return Next(LEVELS[goal - 1], (), wrong, "")


def _fewest(entry: Entry, heard: AbstractSet[str], goal: int) -> tuple[str, ...] | None:
    named = _named(entry)
    order = {t.id: n for n, t in enumerate(entry.tells)}
    low_first = sorted(entry.tells, key=lambda t: (LEVELS.index(t.level), order[t.id]))
    candidates = [t.id for t in low_first if t.id in named and t.id not in heard]

    def reached(added: tuple[str, ...]) -> bool:
        return RANKS.index(level_of(entry, heard | set(added))[0]) >= goal

    if not reached(tuple(candidates)):
        return None
    if len(candidates) <= _SEARCHED_TELLS:
        tried = (added for n in range(len(candidates) + 1) for added in combinations(candidates, n))
        return tuple(sorted(next(added for added in tried if reached(added)), key=order.__getitem__))
    kept = tuple(candidates)
    for id in reversed(candidates):
        fewer = tuple(x for x in kept if x != id)
        if reached(fewer):
            kept = fewer
    return tuple(sorted(kept, key=order.__getitem__))


def _named(entry: Entry) -> set[str]:
    """The tells that any rule of the entry speaks of."""
    rules = [entry.levels[level].requires for level in LEVELS]
    return {
        *(id for rule in rules for id in rule.all),
        *(id for rule in rules for choice in rule.any for id in choice.of),
        *(id for group in entry.missing for id in group.none_of),
    }


def reconsider(question: Question, verdict: Verdict, corrections: Iterable[Correction]) -> Verdict:
    """The verdict after the user's corrections of it: points overruled, level recomputed.

    A correction of another question, or of a point that the question does not have, changes nothing. The last one wins.
    """
    ruled = {c.point: c for c in corrections if c.entry == question.address}
    if not ruled:
        return verdict
    tells = tuple(_overruled(h, ruled.get(h.id)) for h in verdict.tells)
    misconceptions = tuple(_overruled(h, ruled.get(h.id)) for h in verdict.misconceptions)
    changed = replace(verdict, tells=tells, misconceptions=misconceptions)
    if question.follow_up is not None:
        return changed
    heard = {h.id for h in (*tells, *misconceptions) if h.heard}
    level, earned, lowered = level_of(question.entry, heard)
    return replace(changed, level=level, earned=earned, lowered_by=lowered, next=next_step(question.entry, heard))


def _overruled(heard: Heard, correction: Correction | None) -> Heard:
    if correction is None:
        return heard
    if not correction.heard:
        return replace(heard, heard=False, evidence=())
    words = (Evidence(correction.start, correction.end, correction.words),) if correction.words else heard.evidence
    return replace(heard, heard=True, evidence=words, nearest=None)
