"""YAML text -> plain values and the line of every key.

Stricter than YAML: one document, no tags, no merge keys, no key twice, no word whose meaning depends on the version of YAML,
and bounds on size, depth and what aliases expand to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bank.scalars import Surprise, scalar
from bank.syntax import explain

LARGEST_FILE = 1_000_000
"""Bytes of an entry's file."""
MOST_VALUES = 20_000
"""Values in an entry, aliases expanded."""
DEEPEST = 30
"""Mappings and lists inside one another."""

Steps = tuple[str | int, ...]

_RAW_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Leaf:
    """One scalar, and the line it stands on."""

    line: int
    value: str | int | float | bool | None


@dataclass(slots=True)
class Items:
    """One list."""

    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Keys:
    """One mapping: by key, the line of the key and its value."""

    line: int
    keys: dict[str, tuple[int, Node]] = field(default_factory=dict)


Node = Leaf | Items | Keys


@dataclass(slots=True)
class Complaint:
    """Something wrong at a place of the tree; a leading `{}` in `what` stands for the name of that place."""

    line: int
    steps: Steps
    what: str
    warning: bool = False


class Unreadable(Exception):
    """Nothing can be read of the text."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line, self.what = line, what


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        Unreadable: it is missing, no regular file, too large, not UTF-8, or holds control characters.
    """
    try:
        if not path.is_file():
            raise Unreadable(0, "This is not a regular file." if path.exists() else "There is no such file.")
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unreadable(0, f"The file cannot be read: {reason}.") from error
    if len(data) > LARGEST_FILE:
        raise Unreadable(0, f"The file is larger than {LARGEST_FILE:,} bytes. An entry is a few kilobytes: split it up.")
    return decode(data)


def decode(data: bytes) -> str:
    """UTF-8, with or without a byte-order mark -> text.

    Raises:
        Unreadable: for another encoding, or control characters.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(1, "The file is encoded as UTF-16 or UTF-32. Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            line, f"Byte 0x{data[error.start]:02x} is not UTF-8; the file may be Latin-1. Save it as UTF-8."
        ) from error
    control = _RAW_CONTROL.search(text)
    if control:
        name = "a NUL byte" if control[0] == "\0" else f"the control character U+{ord(control[0]):04X}"
        raise Unreadable(text.count("\n", 0, control.start()) + 1, f"Here stands {name}. Delete it; an entry is plain text.")
    return text


class Source:
    """The tree of one YAML text.

    Attributes:
        root: a mapping.
        complaints: duplicate keys, surprising words, tags and unfit characters; the tree goes on without them.
    """

    def __init__(self, text: str) -> None:
        """Reads the text.

        Raises:
            Unreadable: it is not YAML, not one mapping, or too much.
        """
        self.complaints: list[Complaint] = []
        builder = _Builder(text, self.complaints)
        self.root: Keys = builder.root()

    def line(self, steps: Steps) -> int:
        """The line of the deepest key or item on that path that is there."""
        node: Node = self.root
        line = node.line
        for step in steps:
            if isinstance(node, Keys) and step in node.keys:
                line, node = node.keys[str(step)]
            elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                line = node.line
            else:
                break
        return line

    def plain(self) -> dict[str, Any]:
        """Dicts, lists and scalars."""
        value: dict[str, Any] = plain(self.root)
        return value


def plain(node: Node) -> Any:
    """A tree without its lines."""
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return {key: plain(child) for key, (_, child) in node.keys.items()}


def _line(event: yaml.Event) -> int:
    """The line on which it begins, 1-based."""
    return event.start_mark.line + 1 if event.start_mark else 1


class _Builder:
    """Events of the parser -> nodes, counting what they expand to."""

    def __init__(self, text: str, complaints: list[Complaint]) -> None:
        self.text, self.complaints = text, complaints
        self.events: Iterator[yaml.Event] = self._parsed()
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.open: set[str] = set()
        self.values = self.characters = 0

    def _parsed(self) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(self.text, Loader=_LOADER)
        except yaml.YAMLError as error:
            raise Unreadable(*explain(error, self.text)) from error

    def root(self) -> Keys:
        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            raise Unreadable(1, "The file is empty. `tells new` writes a template to fill in.")
        first = next(self.events)
        node = self.node(first, (), 0)
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise Unreadable(_line(after), "A second document begins here. Keep one entry to a file.")
        if not isinstance(node, Keys):
            raise Unreadable(node.line, "An entry is a mapping, such as `id: my-question`. Begin with the keys.")
        return node

    def node(self, event: yaml.Event, steps: Steps, depth: int) -> Node:
        line = _line(event)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event.anchor or "", line)
        self.count(1, 0, line)
        if depth > DEEPEST:
            raise Unreadable(line, f"Lists and mappings stand more than {DEEPEST} deep in one another. An entry needs eight.")
        tag: str | None = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            self.complain(line, steps, f"The tag {tag[:60]!r} is not allowed. Leave it out; quotes make a value text.")
        anchor: str | None = getattr(event, "anchor", None)
        before = self.values, self.characters
        if anchor:
            self.open.add(anchor)
        node = self.content(event, steps, depth, line)
        if anchor:
            self.open.discard(anchor)
            self.anchors[anchor] = node, self.values - before[0] + 1, self.characters - before[1]
        return node

    def content(self, event: yaml.Event, steps: Steps, depth: int, line: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return Leaf(line, self.value(event, steps, line))
        if isinstance(event, yaml.SequenceStartEvent):
            items = Items(line)
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                items.items.append(self.node(event, (*steps, len(items.items)), depth + 1))
            return items
        keys = Keys(line)
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            self.pair(event, keys, steps, depth)
        return keys

    def pair(self, event: yaml.Event, keys: Keys, steps: Steps, depth: int) -> None:
        line = _line(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise Unreadable(line, "A key must be one word. Put a text that begins with '[', '{', '*' or '?' in quotes.")
        key: str = event.value
        self.count(1, len(key), line)
        if _UNFIT.search(key):
            raise Unreadable(line, f"The key {key[:60]!r} holds a control character. Delete it.")
        child = self.node(next(self.events), (*steps, key), depth + 1)
        if key in keys.keys:
            first = keys.keys[key][0]
            self.complain(line, (*steps, key), f"{key[:60]!r} stands here a second time; first in line {first}. Keep one.")
        elif key == "<<":
            self.complain(line, (*steps, key), "'<<' merges are not supported. Write the keys out.")
        else:
            keys.keys[key] = line, child

    def value(self, event: yaml.ScalarEvent, steps: Steps, line: int) -> str | int | float | bool | None:
        text: str = event.value
        self.count(0, len(text), line)
        unfit = _UNFIT.search(text)
        if unfit:
            self.complain(line, steps, f"{{}} holds the control character U+{ord(unfit[0]):04X}. Delete it.")
            return _UNFIT.sub(" ", text)
        if not event.implicit[0] or event.tag is not None:
            return text
        try:
            return scalar(text)
        except Surprise as surprise:
            self.complain(line, steps, f"{{}}: {surprise}")
            return text

    def alias(self, name: str, line: int) -> Node:
        if name in self.open:
            raise Unreadable(line, f"The alias '*{name}' stands inside what it repeats. Write the value out.")
        if name not in self.anchors:
            raise Unreadable(
                line, f"'*{name}' repeats '&{name}', which does not stand before it. Put a text that begins with '*' in quotes."
            )
        node, values, characters = self.anchors[name]
        self.count(values, characters, line)
        return node

    def count(self, values: int, characters: int, line: int) -> None:
        self.values += values
        self.characters += characters
        if self.values > MOST_VALUES or self.characters > LARGEST_FILE:
            bounds = f"{MOST_VALUES:,} values or {LARGEST_FILE:,} characters"
            raise Unreadable(line, f"Up to here there are more than {bounds}, every alias written out. Make the entry smaller.")

    def complain(self, line: int, steps: Steps, what: str) -> None:
        self.complaints.append(Complaint(line, steps, what))
