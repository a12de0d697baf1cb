"""The tree of an entry's file -> an Entry, or everything that is wrong with its shape, in YAML's words."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bank.entry import Entry
from bank.source import Complaint, Items, Keys, Node, Source, Steps

_NAMES = {
    "Entry": "an entry",
    "Tell": "a tell",
    "FollowUpTell": "a follow-up's tell",
    "Misconception": "a misconception",
    "Choice": "a choice in 'any'",
    "Requirement": "'requires'",
    "LevelRule": "a level",
    "Ladder": "'levels'",
    "MissingGroup": "a missing group",
    "Claim": "a claim",
    "FollowUp": "a follow-up",
}
_SPELLED_LIKE = 0.6


def check_shape(source: Source) -> tuple[Entry | None, list[Complaint]]:
    """The entry, or None, and the complaints: unknown keys, missing keys, wrong types, values out of range.

    A misspelt key is set right in the tree, so that it is one complaint and what it holds is checked too.
    """
    complaints = list(_unknown_keys(source.root, Entry, ()))
    touched = {c.steps for c in (*source.complaints, *complaints)}
    try:
        entry = Entry.model_validate(source.plain())
    except ValidationError as error:
        errors = [e for e in error.errors(include_url=False) if e["type"] != "too_short" or not e["input"]]
        found = {_steps(e["loc"]): e for e in reversed(errors)}
        for steps, details in found.items():
            if not any(steps[: len(done)] == done for done in touched if done):
                complaints.append(Complaint(source.line(steps), steps, _sentence(details)))
        return None, complaints
    return (None if complaints else entry), complaints


def name_of(root: Node, steps: Steps) -> tuple[str, str]:
    """`(where, rest)`: the nearest thing that has an id or a key of its own, and the name of the place within it."""
    where: list[str] = []
    node: Node | None = root
    owner = 0
    words: list[str] = []
    for n, step in enumerate(steps):
        words.append(_word(step, bool(words)))
        node = _child(node, step)
        if isinstance(node, Keys) and n < len(steps) - 1:
            owner = n + 1
            where.append("".join(words) + _id_of(node))
            words = []
    return ".".join(where), _rest(steps[owner:])


def _rest(steps: Steps) -> str:
    return "".join(_word(step, n > 0) for n, step in enumerate(steps))


def _word(step: str | int, inner: bool) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    word = printed(step)
    return f".{word}" if inner else word


def printed(text: str, most: int = 60) -> str:
    """Text of a file as it may stand in a sentence: nothing that does not print, and not too long."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return short if short.isprintable() else repr(short)[1:-1]


def _id_of(node: Keys) -> str:
    found = node.keys.get("id")
    value = getattr(found[1], "value", None) if found else None
    return f' "{printed(value, 80)}"' if isinstance(value, str) else ""


def _child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, Keys) and isinstance(step, str):
        return node.keys[step][1] if step in node.keys else None
    if isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


def _unknown_keys(node: Node, model: type[BaseModel], steps: Steps) -> Iterator[Complaint]:
    if not isinstance(node, Keys):
        return
    known = {field.alias or name: field for name, field in model.model_fields.items()}
    unknown = [k for k in node.keys if k not in known]
    lacking = [k for k, field in known.items() if field.is_required() and k not in node.keys]
    for key in unknown:
        near = _nearest_key(key, known, node) or (lacking[0] if len(unknown) == len(lacking) == 1 else "")
        hint = f"Did you mean {near!r}?" if near else f"It has {', '.join(known)}."
        line, child = node.keys.pop(key)
        if near and near not in node.keys:
            node.keys[near] = line, child
        yield Complaint(line, (*steps, key), f"{key[:60]!r} is not a key of {_NAMES[model.__name__]}. {hint}")
    for key, (_, child) in node.keys.items():
        inner = _model_in(known[key].annotation)
        if inner is None:
            continue
        if isinstance(child, Items):
            for n, item in enumerate(child.items):
                yield from _unknown_keys(item, inner, (*steps, key, n))
        else:
            yield from _unknown_keys(child, inner, (*steps, key))


def _nearest_key(key: str, known: dict[str, Any], node: Keys) -> str:
    plain = {k.replace("_", ""): k for k in known}
    word = key[:60].lower().replace("_", "").replace("-", "").replace(" ", "")
    absent = {p: k for p, k in plain.items() if k not in node.keys}
    for choice in (absent, plain):
        near = difflib.get_close_matches(word, choice, 1, _SPELLED_LIKE)
        if near:
            return choice[near[0]]
    return ""


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, Union, types.UnionType):
        return next((m for m in map(_model_in, get_args(annotation)) if m), None)
    return None


def _steps(loc: tuple[str | int, ...]) -> Steps:
    """Where an error is, without the names that a union adds behind `args`."""
    if "args" in loc:
        return loc[: loc.index("args") + 2]
    return loc


def _sentence(error: ErrorDetails) -> str:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "missing":
        return "{} is missing. Add it."
    if value is None:
        return "{} is empty. Give it a value, or leave the key out if it is not needed."
    wanted, remedy = _wanted(kind, context, error["loc"])
    return f"{{}} must be {wanted}, not {_shown(value)}. {remedy or _remedy(kind, value)}".rstrip()


def _wanted(kind: str, context: dict[str, Any], loc: tuple[str | int, ...]) -> tuple[str, str]:
    """What was wanted, and what to do if that does not depend on the value."""
    fixed = {
        "string_type": ("text", ""),
        "bool_type": ("true or false", ""),
        "int_type": ("a whole number", ""),
        "tuple_type": ("a list", ""),
        "string_too_short": ("text that is not blank", "Write it, or take it out."),
        "model_type": ("a mapping", "Write its keys, each on a line of its own."),
        "model_attributes_type": ("a mapping", "Write its keys, each on a line of its own."),
        "dict_type": ("a mapping", "Write `KNOB: value` under it, or leave it out."),
        "string_pattern_mismatch": (
            "kebab-case",
            "Use small letters, digits and single hyphens, such as `vanishing-gradient`.",
        ),
    }
    if "args" in loc[:-1]:
        return "text, a number, true or false", "Give the knob one plain value."
    if kind in fixed:
        return fixed[kind]
    if kind == "literal_error":
        if loc[-1:] == ("schema",):
            return "1", "Write `schema: 1`."
        return str(context.get("expected", "")).replace("'", ""), "Choose one of them."
    if kind == "string_too_long":
        return f"{context['max_length']:,} characters long at most", "Shorten it."
    if kind == "too_short":
        return "a list of one or more", "Add one."
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return f"{bound} or {'more' if kind.startswith('greater') else 'less'}", "Change it."
    return f"something else ({kind.replace('_', ' ')})", "See `tells schema`."


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return f"the word {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"{value[:40] + '…' if len(value) > 40 else value!r}" if value.strip() else "blank"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return "a mapping"


def _remedy(kind: str, value: Any) -> str:
    if kind == "string_type":
        if isinstance(value, bool | int | float):
            return "Put it in quotes."
        if isinstance(value, dict):
            return "If a colon makes a key of it, put the whole text in quotes."
        return "Write one text."
    if kind == "bool_type":
        return "Write true or false, without quotes."
    if kind == "int_type":
        return "Write it in digits, without quotes."
    if kind == "tuple_type":
        return "Put '- ' before each of its items."
    return ""
