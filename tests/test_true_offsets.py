"""With the real grader: whatever an answer is made of, its quotes are true, and the same answer gets the same verdict."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bank.entry import Question
from bank.load import Bank, load_bank
from grader.verdict import Verdict
from tests.test_hostile_text import ANY_TEXT, HOSTILE, steering
from tui.report import verdict_text

pytestmark = pytest.mark.slow

SAID = "An RNN unrolled in time is just a deep feedforward net with shared weights, so BPTT is plain backprop on that graph."
ADDRESSES = ("bptt", "bptt/transformer-vanishing", "dropout")


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from grader.grade import Grader

    return Grader.load(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


def check(answer: str, verdict: Verdict) -> None:
    for heard in (*verdict.tells, *verdict.misconceptions):
        assert 0 <= heard.confidence <= 1
        assert bool(heard.evidence) == heard.heard
        for quote in (*heard.evidence, *((heard.nearest,) if heard.nearest else ())):
            assert 0 <= quote.start < quote.end <= len(answer)
            assert answer[quote.start : quote.end] == quote.text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_graded_and_quoted_truly(grader: Any, bank: Bank, name: str) -> None:
    question = bank.question("bptt")
    answer = HOSTILE[name]
    verdict = grader.grade(question, answer)
    check(answer, verdict)
    assert steering(verdict_text(question, answer, verdict)) == []
    assert verdict.level == "below"


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in ("one line", "many lines", "one word")])
def test_what_is_said_amid_hostile_text_is_heard(grader: Any, bank: Bank, name: str) -> None:
    answer = f"{HOSTILE[name]}\n\n{SAID}\n\n{HOSTILE[name]}"
    verdict = grader.grade(bank.question("bptt"), answer)
    check(answer, verdict)
    assert verdict.heard("unrolled-graph")


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(ANY_TEXT | st.just(SAID), max_size=5), st.sampled_from([" ", "\n", "\r\n", ". ", ", and ", "\u2028"]))
@example(["\ud800" + SAID, "e\u0301" * 50], ", ")
def test_any_answer_is_quoted_truly(grader: Any, bank: Bank, parts: list[str], between: str) -> None:
    answer = between.join(parts)
    check(answer, grader.grade(bank.question("bptt"), answer))


def some_answers(bank: Bank) -> list[tuple[Question, str]]:
    folder = Path(__file__).parents[1] / "data" / "answers"
    known = [json.loads(line) for name in ("bptt", "dropout") for line in (folder / f"{name}.jsonl").read_text().splitlines()]
    known = [row for row in known if row["entry"] in ADDRESSES][::24]
    return [(bank.question(row["entry"]), row["answer"]) for row in known]


def test_alone_in_a_batch_and_in_another_order_the_verdict_is_the_same(grader: Any, bank: Bank) -> None:
    asked = some_answers(bank)
    alone = [json.dumps(grader.grade(*item).to_json()) for item in asked]
    assert [json.dumps(v.to_json()) for v in grader.grade_many(asked)] == alone
    order = list(range(len(asked)))
    random.Random(1).shuffle(order)
    anew = type(grader)(grader.encoder)  # which remembers no verdict
    shuffled = [json.dumps(v.to_json()) for v in anew.grade_many([asked[n] for n in order])]
    assert shuffled == [alone[n] for n in order]


def test_another_process_with_other_threads_gives_the_same_bytes(bank: Bank, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps({"entry": q.address, "answer": a}) + "\n" for q, a in some_answers(bank)))
    command = [sys.executable, "-c", "from tui.cli import main; main()", "grade", "--batch", str(rows)]

    def graded(**env: str) -> bytes:
        return subprocess.run(command, check=True, capture_output=True, env=os.environ | env).stdout

    one = graded(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    assert one == graded(OMP_NUM_THREADS="4", MKL_NUM_THREADS="4", PYTHONHASHSEED="7")
    assert one.count(b"\n") == len(some_answers(bank))
