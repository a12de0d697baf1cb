"""The text of a new entry: it loads, and its comments say what to write where."""

from __future__ import annotations

from collections.abc import Sequence

from bank.scalars import Surprise, scalar
from bank.schema import modeline

_TEMPLATE = """\
{modeline}
# A new entry. It loads as it stands; `tells check {id}` says what is still thin. Replace every TODO.
schema: 1
id: {id}                  # stable for ever; the file's name without .yaml
title: {title}
prompt: {prompt}
asked_in: []              # such as [ML breadth, system design]
topics: {topics}
related: []               # ids of other entries; `tells list` shows them
time_limit_minutes: {minutes}

# A ladder: a level also needs what the levels below it need. `all`: every one of these tells.
# `any`: a list of choices, such as  any: [{{at_least: 1, of: [first-point, deeper-point]}}]
levels:
  L4:
    summary: TODO what an answer at this level does
    answer: ""            # a model answer that reaches this level and not the next
    requires: {{all: [first-point]}}
  L5:
    summary: TODO
    answer: ""
    requires: {{all: [deeper-point]}}
  L6:
    summary: TODO
    answer: ""
    requires: {{all: [deepest-point]}}

# The points an interviewer listens for. Five or more examples, as different from one another as real candidates are
# (speech, notes, a formula in words, an analogy), and three or more contrasts make the grading good.
# Put a text in quotes if it holds a colon and a space, or begins with a sign such as * & @ [ {{.
tells:
  - id: first-point
    level: L4
    says: TODO the point, in one sentence.
    examples: []          # - ways a candidate puts it
    contrasts: []         # - near misses that must not count: wrong, denied, or only naming the term
    probe: TODO the question that draws it out?
  - id: deeper-point
    level: L5
    says: TODO
    examples: []
    contrasts: []
    probe: TODO
  - id: deepest-point
    level: L6
    strong_hire: true     # saying it wins a strong-hire vote
    says: TODO
    examples: []
    contrasts: []
    probe: TODO

# Wrong assertions, each of which costs so many levels.
misconceptions: []
#  - id: common-mistake
#    says: TODO the mistake, as one who makes it would put it.
#    examples: []
#    contrasts: []        # - correct statements in similar words
#    lowers: 1

# Tells of which at least one must be heard, or it costs levels.
missing: []
#  - {{none_of: [deeper-point], lowers: 1}}

# What a tell asserts and a demo shows; `tells demo` lists the demos.
claims: []
#  - {{id: a-claim, says: TODO, tells: [deeper-point], demo: spectral-radius, args: {{}}}}

# Questions asked afterwards; they have tells but no levels.
follow_ups: []
#  - id: and-then
#    prompt: TODO?
#    answer: TODO
#    tells:
#      - {{id: its-point, says: TODO, examples: [], contrasts: [], probe: TODO}}
"""


def template(id: str, title: str = "", prompt: str = "", topics: Sequence[str] = (), minutes: int = 5) -> str:
    """The text of an entry of that id, ready to be filled in."""
    title = title.strip() or id.replace("-", " ").capitalize()
    return _TEMPLATE.format(
        modeline=modeline(),
        id=bare(id),
        title=quoted(title),
        prompt=quoted(prompt.strip() or f"What is {title}?"),
        topics=f"[{', '.join(map(quoted, topics))}]",
        minutes=minutes,
    )


def quoted(text: str) -> str:
    """A text as YAML holds it safely on one line: double-quoted, with everything escaped that has to be."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\x{ord(char):02x}" if char < "\x80" else f"\\U{ord(char):08x}"


def bare(id: str) -> str:
    """An id without quotes, where YAML takes it for text; `no`, `12` and their like need them."""
    try:
        return id if scalar(id) == id else quoted(id)
    except Surprise:
        return quoted(id)
