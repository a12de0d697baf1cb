"""The grader beside a bare `encode` of the same clauses with sentence-transformers."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from bank.entry import Entry, Question
from bank.load import SHIPPED, Bank, load_bank
from grader.spans import segment
from tests.bench.race import Row, Timed, growth, race

ANSWERS = Path(__file__).parents[2] / "data" / "answers"
_COLD_REFERENCE = "import sys; from sentence_transformers import SentenceTransformer as S; S(sys.argv[1]).encode([sys.argv[2]])"


def rows(turns: int, batch: int) -> Iterator[Row]:
    """Every comparison of grading."""
    from sentence_transformers import SentenceTransformer

    from grader.encoder import shipped_folder
    from grader.grade import Grader

    yield cold_start(shipped_folder(), max(3, turns // 3))
    model: Any = SentenceTransformer(str(shipped_folder()), device="cpu")
    bank = load_bank()
    with tempfile.TemporaryDirectory() as cache:
        grader = Grader.load(cache=Path(cache))
        yield one_answer(grader, model, bank, turns)
        yield many_answers(grader, model, bank, batch)
        yield coach(grader, bank, turns)
        question = bank.question("bptt")
        yield from growth("answer, words", (100, 200, 400, 800), lambda n: _grade(grader, question, words(n)), turns=turns)
        more_tells = {n: with_tells(question, n) for n in (13, 26, 52)}
        yield from growth(
            "question, tells", tuple(more_tells), lambda n: _grade(grader, more_tells[n], words(200)), turns=turns
        )
        yield from growth(
            "batch, rows", (batch // 8, batch // 4, batch // 2), lambda n: _grade_new(grader, items(bank, n)), turns=3
        )
    yield from growth("bank, entries", (len(bank.entries), 2 * len(bank.entries), 4 * len(bank.entries)), _load, turns=3)


def cold_start(folder: Path, turns: int) -> Row:
    """A process that grades one answer beside one that encodes one sentence."""
    answer = words(200)

    def ours() -> None:
        code = "from tui.cli import main; main()"
        command = [sys.executable, "-c", code, "grade", "bptt", "--json"]
        subprocess.run(command, input=answer, text=True, check=True, capture_output=True)

    def theirs() -> None:
        subprocess.run([sys.executable, "-c", _COLD_REFERENCE, str(folder), answer], check=True, capture_output=True)

    return race("cold start: `tells grade`", ours, "import sentence-transformers, encode once", theirs, turns=turns, goal=1.15)


def one_answer(grader: Any, model: Any, bank: Bank, turns: int) -> Row:
    """A different answer each turn, so that nothing is remembered."""
    question = bank.question("bptt")
    ours, theirs = (iter([words(200, seed) for seed in range(turns + 1)]) for _ in range(2))
    return race(
        "one answer of 200 words, warm", lambda: grader.grade(question, next(ours)),
        "bare encode of its clauses", lambda: model.encode(clauses(next(theirs))), turns=turns, goal=1.3,
    )  # fmt: skip


def many_answers(grader: Any, model: Any, bank: Bank, batch: int) -> Row:
    """A batch beside one bare encode of all its distinct clauses."""
    asked = items(bank, batch)
    distinct = sorted({clause for _, answer in asked for clause in clauses(answer)})
    for question in {question.address: question for question, _ in asked}.values():
        grader.grade(question, asked[0][1])  # an entry's own texts are read once, and kept
    what = f"batch of {batch:,} answers ({len(distinct):,} distinct clauses)"
    return race(
        what, _grade_many(grader, asked), "bare encode of its distinct clauses", lambda: model.encode(distinct),
        turns=1, goal=round(1 / 0.85, 2), warm=False,
    )  # fmt: skip


def coach(grader: Any, bank: Bank, turns: int) -> Row:
    """One more word beside the whole answer anew."""
    question = bank.question("bptt")
    desk = grader.coach(question)
    text = words(200)
    desk.hear(text)
    typed = iter([f"{text} and then {n} more" for n in range(turns + 1)])
    anew = iter([words(200, 1000 + seed) for seed in range(turns + 1)])
    return race(
        "coach: a few words typed", lambda: desk.hear(next(typed)),
        "a new answer of 200 words", lambda: grader.grade(question, next(anew)), turns=turns, goal=1.0,
    )  # fmt: skip


def clauses(answer: str) -> list[str]:
    """What the grader cuts the answer into."""
    cut = segment(answer)
    return [cut.text[c.start : c.end] for c in cut.clauses]


@cache
def labelled() -> list[tuple[str, str]]:
    """Address and answer of every labelled answer."""
    found = []
    for path in sorted(ANSWERS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.append((row["entry"], row["answer"]))
    return found


def words(count: int, seed: int = 0) -> str:
    """An answer of so many words, of sentences from labelled answers in a new order."""
    draw = random.Random(seed)
    pool = [answer for entry, answer in labelled() if entry == "bptt"]
    found: list[str] = []
    while len(found) < count:
        found += draw.choice(pool).split()
    return " ".join(found[:count])


def items(bank: Bank, count: int) -> list[tuple[Question, str]]:
    """So many labelled answers, in a fixed order, again from the start where there are not enough."""
    known = [(bank.question(entry), answer) for entry, answer in labelled() if entry.partition("/")[0] in bank.entries]
    random.Random(0).shuffle(known)
    return [known[n % len(known)] for n in range(count)]


def with_tells(question: Question, count: int) -> Question:
    """The question with its tells said again under other names, until there are so many."""
    plain = question.entry.model_dump(by_alias=True)
    tells = plain["tells"]
    again = ({**tells[n % len(tells)], "id": f"{tells[n % len(tells)]['id']}-{n}"} for n in range(len(tells), count))
    plain["tells"] = [*tells[:count], *again]
    plain["id"] = f"{question.entry.id}-{count}"
    entry = Entry.model_validate(plain)
    return Question(address=entry.id, entry=entry)


def _grade(grader: Any, question: Question, answer: str) -> Timed:
    seen = iter(range(10_000))
    return lambda: grader.grade(question, f"{answer} {next(seen)}")


def _grade_many(grader: Any, asked: list[tuple[Question, str]]) -> Timed:
    return lambda: sum(1 for _ in grader.grade_many(iter(asked)))


def _grade_new(grader: Any, asked: list[tuple[Question, str]]) -> Timed:
    """Another word at the end of every answer each turn, so that none is remembered."""
    turn = iter(range(10_000))

    def work() -> int:
        n = next(turn)
        return sum(1 for _ in grader.grade_many((question, f"{answer} {n}.{m}") for m, (question, answer) in enumerate(asked)))

    return work


def _load(count: int) -> Timed:
    """Loading the shipped entries and copies of them, `count` in all."""
    folder = Path(tempfile.mkdtemp(prefix="tells-bench-"))
    shipped = sorted(SHIPPED.glob("*.yaml"))
    for n in range(len(shipped), count):
        source = shipped[n % len(shipped)]
        text = source.read_text(encoding="utf-8")
        (folder / f"{source.stem}-{n}.yaml").write_text(text.replace(f"\nid: {source.stem}\n", f"\nid: {source.stem}-{n}\n", 1))
    return lambda: load_bank([folder])
