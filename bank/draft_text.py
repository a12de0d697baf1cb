"""A proposed entry -> YAML with comments; what it writes loads without errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bank.article import read_article
from bank.draft import Draft, FollowUpDraft, TellDraft, propose
from bank.entry import LEVELS
from bank.schema import modeline
from bank.template import bare, quoted

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff\ufeff]")


def draft_text(article: str, id: str, name: str, known: Mapping[str, str]) -> tuple[str, Draft]:
    """The text of an entry of that id, drafted from an article, and the proposal that it holds.

    `name` is the article's file stem, `known` the titles of the bank's entries by id.
    """
    lines = (_UNFIT.sub(" ", line) for line in article.splitlines())
    others = {other: title for other, title in known.items() if other != id}
    draft = propose(read_article("\n".join(lines)), name, others)
    return "\n".join(_lines(draft, id)) + "\n", draft


def _lines(draft: Draft, id: str) -> Iterator[str]:
    yield modeline()
    yield "# A draft. Wherever a line says DECIDE, read it and decide; then `tells check` says what is still thin."
    for note in draft.notes:
        yield f"# Not placed: {note}"
    yield from ("schema: 1", f"id: {bare(id)}", f"title: {quoted(draft.title)}")
    yield f"prompt: {quoted(draft.prompt)}  # DECIDE: is this what an interviewer asks?"
    yield f"asked_in: [{', '.join(map(quoted, draft.asked_in))}]"
    yield "topics: []  # DECIDE"
    yield f"related: [{', '.join(map(bare, draft.related))}]"
    yield "time_limit_minutes: 5"
    yield from _levels(draft)
    yield "tells:"
    for tell in draft.tells:
        yield from _tell(tell, "  ", with_level=True)
    yield "misconceptions:" if draft.misconceptions else "misconceptions: []"
    for wrong in draft.misconceptions:
        yield f"  - id: {bare(wrong.id)}"
        yield f"    says: {quoted(wrong.says)}  # DECIDE: from {quoted(wrong.bullet)}"
        yield "    examples: []  # DECIDE: how do candidates put it?"
        yield "    contrasts: []  # DECIDE: correct statements in similar words"
        yield "    lowers: 1"
    yield "missing:" if draft.missing else "missing: []"
    for ids, bullet in draft.missing:
        decide = f"DECIDE: are these the tells meant by {quoted(bullet)}?"
        yield f"  - {{none_of: [{', '.join(map(bare, ids))}], lowers: 1}}  # {decide}"
    yield "claims: []  # DECIDE: which demo shows what a tell asserts? `tells demo` lists them"
    yield "follow_ups:" if draft.follow_ups else "follow_ups: []"
    for follow_up in draft.follow_ups:
        yield from _follow_up(follow_up)


def _levels(draft: Draft) -> Iterator[str]:
    at = {level: [t.id for t in draft.tells if t.level == level] for level in LEVELS}
    offered = {"L4": at["L4"] + at["L5"] or at["L6"], "L5": at["L5"], "L6": at["L6"]}
    yield "levels:"
    for level in LEVELS:
        ids = offered[level]
        needed = 1 if level == "L4" else max(1, len(ids) // 2)
        yield f"  {level}:"
        yield f"    summary: {quoted(draft.summaries[level])}"
        if level in draft.goes_on:
            yield "    # DECIDE: the article's answer goes on from the level below, so both stand here"
        yield from _block("answer", draft.answers[level], "    ")
        if ids:
            yield f"    requires: {{any: [{{at_least: {needed}, of: [{', '.join(map(bare, ids))}]}}]}}  # DECIDE"
        else:
            yield f"    requires: {{}}  # DECIDE: no tell of {level} was found; name those that it needs"


def _tell(tell: TellDraft, indent: str, *, with_level: bool) -> Iterator[str]:
    for decide in tell.decide:
        yield f"{indent}# DECIDE: {decide}"
    yield f"{indent}- id: {bare(tell.id)}"
    if with_level:
        yield f"{indent}  level: {tell.level}"
        yield from ([f"{indent}  strong_hire: true"] if tell.strong else [])
    yield f"{indent}  says: {quoted(tell.says)}"
    yield f"{indent}  examples:" if tell.examples else f"{indent}  examples: []"
    for example in tell.examples:
        yield f"{indent}    - {quoted(example)}"
    yield f"{indent}  contrasts: []  # DECIDE: near misses that must not count"
    yield f'{indent}  probe: ""  # DECIDE: the question that draws it out'


def _follow_up(follow_up: FollowUpDraft) -> Iterator[str]:
    yield f"  - id: {bare(follow_up.id)}"
    yield f"    prompt: {quoted(follow_up.prompt)}"
    yield from _block("answer", follow_up.answer, "    ")
    yield "    tells:"
    for tell in follow_up.tells:
        yield from _tell(tell, "      ", with_level=False)


def _block(key: str, text: str, indent: str) -> Iterator[str]:
    """A text of several lines as it reads, of one line in quotes."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) < 2:
        yield f"{indent}{key}: {quoted(lines[0] if lines else '')}"
        return
    yield f"{indent}{key}: |-"
    yield from (f"{indent}  {line}" for line in lines)
