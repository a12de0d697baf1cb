"""The parts of an article -> what an entry could hold: a proposal, with a mark wherever a human must decide."""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bank.article import Article, Chunk, FollowUpPart
from bank.entry import LEVELS, Level

_MOST_TELLS = 15
_MOST_EXAMPLES = 6
_LONGEST_TEXT = 15_000
_LONG_NAME = 5  # letters from which on a file's name is a word and not an abbreviation
_LIKE = 0.3  # share of a bullet's weighted words that a tell must have for the two to be one
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_SENTENCE = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"”)]))\s+(?=[A-Z0-9“\"(])")
_ABSENT = re.compile(
    r"(?:no|not|never|lack(?:s|ing)?|without|missing|omit(?:s|ting)?|forget(?:s|ting)?|fail(?:s|ing|ure)?|does(?:n't| not)|"
    r"do(?:n't| not)|can(?:'t|not| not)|unable|skip(?:s|ping)?|ignor(?:es|ing)|neglect(?:s|ing)?)\b\s*",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:(?:to|of|any|the|able)\s+)*(?:(?:mention|know|explain|understand|discuss|nam|address|awar|recogni[sz]|talk)\w*|"
    r"idea|grasp|sense)?\s*(?:(?:of|about|that|how|why|what|the)\s+)*",
    re.IGNORECASE,
)
_ASSERTED = re.compile(
    r"(?:you\s+)?(?:claim|say|believ|think|assert|stat|assum|argu|insist)(?:s|es|ing|e)?\s+(?:that\s+)?", re.IGNORECASE
)
_TREATED = re.compile(r"(?:treat|fram|describ|regard|see)(?:s|es|ing|e)?\s+(?P<a>.+?)\s+as\s+(?P<b>.+)", re.IGNORECASE)
_CONFUSED = re.compile(r"(?:confus|conflat|mix)(?:es|ing|e)?\s+(?:up\s+)?(?P<a>.+?)\s+(?:with|and)\s+(?P<b>.+)", re.IGNORECASE)
_RECOMMENDED = re.compile(r"(?P<verb>recommend|suggest|propos|us)(?:s|es|ing|e)?\s+(?P<a>.+)", re.IGNORECASE)
_VERBS = {"recommend": "recommend", "suggest": "suggest", "propos": "propose", "us": "use"}
_STOP_WORDS = """
a an and are as at be because been but by can do does each every for from has have how if in into is it its just like
more most no not of on one only or other over per same so such than that the their them then there these they this those
through to two up very was were what when where which while who why will with without you your we i my our name mention
frame connect explain know first second third also both any all doesnt dont isnt arent cant cannot wont would should
"""
_STOP = frozenset(_STOP_WORDS.split())
_ORDINAL = re.compile(r"(?:first|second|third|finally|lastly|also|then)(?:ly)?,?\s+(?=\w)", re.IGNORECASE)


@dataclass(slots=True)
class TellDraft:
    """A proposed tell; `decide` says what a human must still do."""

    id: str
    level: Level
    says: str
    examples: list[str] = field(default_factory=list)
    strong: bool = False
    decide: list[str] = field(default_factory=list)


@dataclass(slots=True)
class WrongDraft:
    """A proposed misconception."""

    id: str
    says: str
    bullet: str


@dataclass(slots=True)
class FollowUpDraft:
    """A proposed follow-up."""

    id: str
    prompt: str
    answer: str
    tells: list[TellDraft]


@dataclass(slots=True)
class Draft:
    """A proposed entry.

    Attributes:
        goes_on: the levels whose answer takes in the one below.
        missing: the ids of each group, and the bullet that it comes from.
        related: ids of the bank.
        notes: what could not be placed, each with its line.
    """

    title: str
    prompt: str
    asked_in: list[str]
    summaries: dict[Level, str]
    answers: dict[Level, str]
    goes_on: set[Level]
    tells: list[TellDraft]
    misconceptions: list[WrongDraft]
    missing: list[tuple[list[str], str]]
    follow_ups: list[FollowUpDraft]
    related: list[str]
    notes: list[str]


def propose(article: Article, name: str, known: Mapping[str, str]) -> Draft:
    """An entry from an article; `name` is the file's stem, `known` the titles of the bank's entries by id."""
    stem = name.replace("-", " ").replace("_", " ").strip()
    title = article.title.rstrip("?") or (stem.upper() if len(stem) < _LONG_NAME else stem.capitalize())
    title = re.sub(r"^(?:what (?:is|are)|how to)\s+", "", title, flags=re.IGNORECASE).strip() or "Untitled"
    taken: set[str] = set()
    tells = _tells(article, taken)
    notes = [f"line {c.line}: {c.text}" for c in article.unplaced]
    _attach_strong(article.strong, tells, taken)
    if not tells:
        tells.append(
            TellDraft("todo", "L4", "TODO the point, in one sentence.", decide=["No answer was found to take tells from."])
        )
    wrong, missing = _down(article.down, tells, taken)
    related, strangers = _related(article.related, known)
    notes += [f"related, but not in the bank: {stranger}" for stranger in strangers]
    notes += [f"There is no answer for {level}." for level in LEVELS if not article.answers.get(level)]
    return Draft(
        title=title[:200],
        prompt=article.title if article.title.endswith("?") else f"What is {title}?"[:300],
        asked_in=article.asked_in[:10],
        summaries={level: _joined(article.remarks.get(level, []), " ")[:500] for level in LEVELS},
        answers=_answers(article),
        goes_on=article.goes_on,
        tells=tells,
        misconceptions=wrong,
        missing=missing,
        follow_ups=[_follow_up(part, n) for n, part in enumerate(article.follow_ups[:5])],
        related=related,
        notes=notes,
    )


def _answers(article: Article) -> dict[Level, str]:
    answers: dict[Level, str] = {}
    below = ""
    for level in LEVELS:
        own = _joined(article.answers.get(level, []), "\n")
        answers[level] = f"{below}\n{own}".strip() if own and level in article.goes_on else own
        answers[level] = answers[level][:_LONGEST_TEXT]
        below = answers[level] or below
    return answers


def _joined(chunks: Iterable[Chunk], between: str) -> str:
    return between.join(f"- {c.text}" if c.item and between == "\n" else c.text for c in chunks)


def _tells(article: Article, taken: set[str]) -> list[TellDraft]:
    """One for each paragraph or list item of each level's own answer, or, where that is all there is, for each sentence."""
    tells: list[TellDraft] = []
    for level in LEVELS:
        chunks = [c for c in article.answers.get(level, []) if not c.text.endswith(":")]
        parts = [sentences(c.text) for c in chunks]
        if len(parts) == 1 and len(parts[0]) > 2:
            parts = [[sentence] for sentence in parts[0]]
        for part in parts:
            full = [s for s in part if len(s.split()) > 2]
            if full and len(tells) < _MOST_TELLS:
                says = next((s for s in full if len(s.split()) > 3), full[0])
                tells.append(TellDraft(_id(says, taken), level, says[:500], [s[:1000] for s in full[:_MOST_EXAMPLES]]))
    return tells


def _attach_strong(bullets: list[Chunk], tells: list[TellDraft], taken: set[str]) -> None:
    spoken_for: set[str] = set()
    for bullet in bullets[:_MOST_TELLS]:
        near = _nearest(bullet.text, [t for t in tells if t.id not in spoken_for])
        decide = f'From the strong-hire bullet "{bullet.text}" Say it as the point itself.'
        if near is None:
            near = TellDraft(
                _id(bullet.text, taken), "L6", bullet.text[:500], [], True, [decide, "No answer says it: add examples."]
            )
            tells.append(near)
        near.strong = True
        near.decide = near.decide or [decide]
        spoken_for.add(near.id)


def _down(
    bullets: list[Chunk], tells: list[TellDraft], taken: set[str]
) -> tuple[list[WrongDraft], list[tuple[list[str], str]]]:
    wrong: list[WrongDraft] = []
    missing: list[tuple[list[str], str]] = []
    for bullet in bullets[:_MOST_TELLS]:
        text = bullet.text.replace("’", "'")
        absent = _ABSENT.match(text)
        if absent is None:
            says = _asserted(text)
            wrong.append(WrongDraft(_id(says, taken), says[:500], bullet.text))
            continue
        what = text[absent.end() :]
        what = what[_LEAD.match(what).end() :].rstrip(".") or text  # type: ignore[union-attr]
        near = _nearest(what, tells)
        if near is None:
            near = TellDraft(
                _id(what, taken), "L5", f"TODO the point about {what}."[:500], decide=["No answer says it: add examples."]
            )
            tells.append(near)
        missing.append(([near.id], bullet.text))
    return wrong, missing


def _asserted(text: str) -> str:
    """`Treating A as B.` -> `A is B.`, as one who makes the mistake would say it."""
    text = text.rstrip(".")
    if treated := _TREATED.fullmatch(text):
        return f"{treated['a']} is {treated['b']}."
    if confused := _CONFUSED.fullmatch(text):
        return f"{confused['a']} is the same as {confused['b']}."
    if recommended := _RECOMMENDED.fullmatch(text):
        return f"I would {_VERBS[recommended['verb'].lower()]} {recommended['a']}."
    if claimed := _ASSERTED.match(text):
        text = text[claimed.end() :] or text
    return f"{text}."


def _follow_up(part: FollowUpPart, number: int) -> FollowUpDraft:
    taken: set[str] = set()
    tells = [
        TellDraft(_id(sentence, taken), "L6", sentence[:500], [sentence[:1000]])
        for chunk in part.answer
        for sentence in (_ORDINAL.sub("", s, count=1) if _ORDINAL.match(s) else s for s in sentences(chunk.text))
        if len(sentence.split()) > 3
    ][:4]
    if not tells:
        tells = [
            TellDraft("todo", "L6", "TODO the point, in one sentence.", decide=["No answer was found to take tells from."])
        ]
    prompt = part.prompt.strip()[:300]
    return FollowUpDraft(_id(prompt, set()) if number == 0 else f"{_id(prompt, set())[:70]}-{number + 1}", prompt,
                         _joined(part.answer, "\n")[:_LONGEST_TEXT], tells)  # fmt: skip


def _related(titles: Iterable[str], known: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Ids of the entries that are meant, and the titles of which there is none."""
    names = {_flat(id): id for id in known} | {_flat(title): id for id, title in known.items()}
    found: list[str] = []
    strangers: list[str] = []
    for title in list(titles)[:20]:
        near = difflib.get_close_matches(_flat(title), names, 1, 0.75)
        if not near:
            strangers.append(title)
        elif names[near[0]] not in found:
            found.append(names[near[0]])
    return found, strangers


def sentences(text: str) -> list[str]:
    """Its sentences, none of them empty."""
    return [s.strip() for s in _SENTENCE.split(text) if s.strip(" .")]


def slug(text: str, most: int = 3) -> str:
    """Kebab-case from the first telling words of a text; empty where there are none."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'", "").replace("’", ""))
    telling = [w for w in words if w not in _STOP and len(w) > 1] or words
    return "-".join(telling[:most])[:60].strip("-")


def _id(text: str, taken: set[str]) -> str:
    base = slug(text) or "point"
    id = base
    number = 2
    while id in taken:
        id, number = f"{base}-{number}", number + 1
    taken.add(id)
    return id


def _flat(text: str) -> str:
    return "".join(re.findall(r"[a-z0-9]+", text.lower()))


def _nearest(text: str, tells: list[TellDraft]) -> TellDraft | None:
    """The tell that shares most of the text's words, rare ones counting for more; None where none shares enough."""
    points = [_stems(t.says) for t in tells]
    bags = [_stems(" ".join([t.says, *t.examples])) for t in tells]
    spread = Counter(stem for bag in bags for stem in bag)
    weights = {stem: 1 / (1 + math.log1p(spread[stem])) for stem in _stems(text)}
    shares = [sum(w for stem, w in weights.items() if stem in bag) for bag in bags]
    in_says = [sum(w for stem, w in weights.items() if stem in point) for point in points]
    scored = [(share + 3 * said, -n) for n, (share, said) in enumerate(zip(shares, in_says, strict=True))]
    likely = [score for score in scored if shares[-score[1]] >= _LIKE * sum(weights.values()) > 0]
    return tells[-max(likely)[1]] if likely else None


def _stems(text: str) -> set[str]:
    words = (w for whole in _WORD.findall(text.lower()) for w in whole.split("-"))
    return {re.sub(r"(?:ations?|ions?|ings?|ives?|ers?|ed|es|s|e)$", "", w)[:5] for w in words if w not in _STOP and len(w) > 1}
