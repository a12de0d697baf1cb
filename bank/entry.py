"""The schema of an entry: what one YAML file of the bank holds.

Every model is frozen and refuses unknown keys. The shape is public: other people's files depend on it, so fields are added,
never renamed, unless `schema` is raised.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

Level = Literal["L4", "L5", "L6"]
LEVELS: tuple[Level, ...] = ("L4", "L5", "L6")

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(max_length=20_000, strip_whitespace=True)]


class Frozen(BaseModel):
    """An immutable record without room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Point(Frozen):
    """Something an answer can assert."""

    id: Id
    """Kebab-case, stable for ever."""
    says: Text
    """The point, in one sentence."""
    examples: tuple[Text, ...] = ()
    """Ways a candidate puts it; five or more, varied, make the grading good."""
    contrasts: tuple[Text, ...] = ()
    """Near misses that must not count: wrong, negated, or name-dropping."""


class FollowUpTell(Point):
    """A point that an answer to a follow-up should make."""

    probe: Prose = ""
    """The question an interviewer asks to draw it out."""


class Tell(FollowUpTell):
    """A point an interviewer listens for."""

    level: Level
    """Whose answers carry it."""
    strong_hire: StrictBool = False
    """Whether saying it wins a strong-hire vote."""


class Misconception(Point):
    """A wrong assertion that costs a level."""

    lowers: Annotated[StrictInt, Field(ge=0, le=3)] = 1
    """How many levels it costs."""


class Choice(Frozen):
    """At least so many of these tells."""

    at_least: Annotated[StrictInt, Field(ge=1)] = 1
    of: Annotated[tuple[Id, ...], Field(min_length=1)]


class Requirement(Frozen):
    """What a level needs: all of these tells, and every one of these choices."""

    all: tuple[Id, ...] = ()
    any: tuple[Choice, ...] = ()


class LevelRule(Frozen):
    """One rung of the ladder."""

    summary: Prose = ""
    """What an answer at this level does."""
    answer: Prose = ""
    """A model answer that reaches this level and not the next."""
    requires: Requirement
    """A level also needs what the levels below it need."""


class Ladder(Frozen):
    """The three levels of an entry."""

    L4: LevelRule
    L5: LevelRule
    L6: LevelRule

    def __getitem__(self, level: Level) -> LevelRule:
        rule: LevelRule = getattr(self, level)
        return rule


class MissingGroup(Frozen):
    """Tells of which at least one must be heard, or it costs levels."""

    none_of: Annotated[tuple[Id, ...], Field(min_length=1)]
    lowers: Annotated[StrictInt, Field(ge=0, le=3)] = 1


Scalar = StrictBool | StrictInt | float | str


class Claim(Frozen):
    """What a tell asserts about the world, and the demo that shows it."""

    id: Id
    says: Text
    tells: tuple[Id, ...] = ()
    demo: Id
    args: dict[str, Scalar] = Field(default_factory=dict)
    """Knobs of the demo, by name."""


class FollowUp(Frozen):
    """A question asked after the main one; it has tells but no ladder."""

    id: Id
    prompt: Text
    answer: Prose = ""
    tells: Annotated[tuple[FollowUpTell, ...], Field(min_length=1)]
    misconceptions: tuple[Misconception, ...] = ()


def _whole(value: object) -> object:
    """Keeps `true` and `1.0` from passing for 1."""
    return value if type(value) is int else str(value)


class Entry(Frozen):
    """One interview question with everything that is known about its answers."""

    schema_: Annotated[Literal[1], Field(alias="schema"), BeforeValidator(_whole)]
    """Version of this shape."""
    id: Id
    """Kebab-case; the file's stem."""
    title: Text
    prompt: Text
    """The question as an interviewer asks it."""
    asked_in: tuple[Text, ...] = ()
    topics: tuple[Text, ...] = ()
    related: tuple[Id, ...] = ()
    time_limit_minutes: Annotated[StrictInt, Field(ge=1, le=240)] = 5
    levels: Ladder
    tells: Annotated[tuple[Tell, ...], Field(min_length=1)]
    misconceptions: tuple[Misconception, ...] = ()
    missing: tuple[MissingGroup, ...] = ()
    claims: tuple[Claim, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()

    def follow_up(self, id: str) -> FollowUp | None:
        """The follow-up of that id, or None."""
        return next((f for f in self.follow_ups if f.id == id), None)

    @property
    def content_hash(self) -> str:
        """Sixteen hex digits that change when anything in the entry does."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()[:16]


class Question(Frozen):
    """What one answer is graded against: an entry itself or one of its follow-ups."""

    address: str
    """`ENTRY` or `ENTRY/FOLLOW-UP`."""
    entry: Entry
    follow_up: FollowUp | None = None

    @property
    def prompt(self) -> str:
        return self.follow_up.prompt if self.follow_up else self.entry.prompt

    @property
    def tells(self) -> tuple[FollowUpTell, ...]:
        return self.follow_up.tells if self.follow_up else self.entry.tells

    @property
    def misconceptions(self) -> tuple[Misconception, ...]:
        return self.follow_up.misconceptions if self.follow_up else self.entry.misconceptions

    @property
    def points(self) -> tuple[Point, ...]:
        """Tells, then misconceptions, in the entry's order."""
        return (*self.tells, *self.misconceptions)
