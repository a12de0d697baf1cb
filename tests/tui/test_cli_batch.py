"""`tells grade --batch`: no row is dropped, whatever it holds."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bank.load import Bank, load_bank
from tests.fake_grader import FakeGrader
from tui.batch import grade_batch
from tui.rows import LONGEST_ROW

Run = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


def graded(bank: Bank, data: bytes, grader: FakeGrader | None = None) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and the rows out for the bytes in, which come through a pipe."""
    ours, theirs = os.pipe()

    def feed() -> None:
        with os.fdopen(theirs, "wb") as pipe:
            pipe.write(data)

    feeder = threading.Thread(target=feed)
    feeder.start()
    out = io.StringIO()
    code = grade_batch(ours, bank.question, lambda: grader or FakeGrader(), out)
    feeder.join()
    os.close(ours)
    assert out.getvalue().isascii()
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def rows(*values: Any) -> bytes:
    return b"".join(json.dumps(v).encode() + b"\n" for v in values)


def test_each_row_gives_its_verdict_in_order(bank: Bank) -> None:
    answers = [f"definition number {n}" for n in range(2500)]
    code, out = graded(bank, rows(*({"id": n, "entry": "bptt", "answer": a} for n, a in enumerate(answers))))
    assert code == 0
    assert [row["id"] for row in out] == list(range(2500))
    assert all(row["level"] == "L4" for row in out)


def test_a_row_is_the_verdict_of_the_single_call_with_the_id(run: Run, bank: Bank) -> None:
    answer = "definition 🙂 and unrolled-graph"
    alone = json.loads(run("grade", "bptt", "--json", input=answer).stdout)
    _, out = graded(bank, rows({"id": "a", "entry": "bptt", "answer": answer}))
    assert out == [{"id": "a"} | alone]


BAD = {
    b"": "The line is empty",
    b"   \t\r": "The line is empty",
    b"{": "The row is not JSON: the row ends at character 2",
    b"nonsense": "The row is not JSON",
    b"[1, 2]": "A row is a JSON object",
    b'"text"': "A row is a JSON object",
    b"null": "A row is a JSON object",
    b"{}": 'no "entry"',
    b'{"entry": "bptt"}': 'no "answer"',
    b'{"answer": "x"}': 'no "entry"',
    b'{"entry": "bptt", "answer": 5}': '"answer" must be a string',
    b'{"entry": "bptt", "answer": null}': '"answer" must be a string',
    b'{"entry": ["bptt"], "answer": "x"}': '"entry" must be a string',
    b'{"entry": "btpt", "answer": "x"}': "Did you mean 'bptt'?",
    b'{"entry": "bptt/nothing", "answer": "x"}': "no follow-up",
    b'{"entry": "", "answer": "x"}': "There is no entry",
    b'{"entry": "bptt", "answer": "x", "answer": "y"}': 'The key "answer" is there twice',
    b'{"entry": "bptt", "answer": "x",}': "a key in double quotes",
    b'{"entry": "bptt", "answer": "x"} extra': "the end of the line",
    b'{"entry": "bptt" "answer": "x"}': "a comma or a closing brace",
    b'{entry: "bptt"}': "a key in double quotes",
    b'{"id": NaN, "entry": "bptt", "answer": "x"}': "NaN is no JSON number",
    b'{"id": -Infinity, "entry": "bptt", "answer": "x"}': "-Infinity is no JSON number",
    b'{"entry": "bptt", "answer": "a\x01b"}': "invalid control character",
    b'{"entry": "bptt", "answer": "caf\xe9"}': "not UTF-8 text",
    b'{"entry": "bptt", "answer": "\xed\xa0\x80"}': "not UTF-8 text",
    b'{"entry": "' + b"b" * 1000 + b'", "answer": "x"}': '"entry" is longer than 200',
    b"[" * 200_000: "nested too deeply",
    b'{"id": ' + b"[" * 200_000: "nested too deeply",
    b'{"entry": "bptt", "answer": "' + b"x" * LONGEST_ROW + b'"}': "longer than 4,000,000 bytes",
}


@pytest.mark.parametrize("line", list(BAD), ids=[str(key[:30]) for key in BAD])
def test_a_bad_row_gives_an_error_with_its_line_and_the_others_their_verdict(bank: Bank, line: bytes) -> None:
    good = rows({"id": 1, "entry": "bptt", "answer": "definition"})
    code, out = graded(bank, good + line + b"\n" + good)
    assert code == 1
    assert [("error" in row) for row in out] == [False, True, False]
    assert out[1]["line"] == 2
    assert BAD[line] in out[1]["error"]
    assert len(out[1]["error"]) < 400
    assert set(out[1]) == {"id", "line", "error"}


def test_the_id_of_a_bad_row_is_kept_where_it_could_be_read(bank: Bank) -> None:
    _, out = graded(bank, b'{"id": 7, "entry": "bptt", "answer"\n{"id": "x"}\n')
    assert [row["id"] for row in out] == [7, "x"]


@pytest.mark.parametrize(
    "id",
    [
        "12345678901234567890123",
        "1e400",
        "-0.0",
        "1.10",
        '"\\ud800"',
        '{"a": [1, null, true]}',
        "9" * 5000,
        '"\\u2028\\r"',
        "null",
    ],
)
def test_an_id_comes_out_as_it_went_in(bank: Bank, id: str) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, f'{{"entry": "bptt", "answer": "x", "id": {id} }}\n'.encode())
    os.close(theirs)
    out = io.StringIO()
    assert grade_batch(ours, bank.question, FakeGrader, out) == 0
    os.close(ours)
    assert out.getvalue().startswith(f'{{"id": {id}, "entry"')


def test_an_id_cannot_break_a_line(bank: Bank) -> None:
    _, out = graded(bank, '{"entry": "bptt", "answer": "x", "id": ["\u2028", \r"\x85é"]}\n'.encode())
    assert out[0]["id"] == ["\u2028", "\x85é"]


def test_lone_surrogates_survive(bank: Bank) -> None:
    answer = "definition \ud800 and \udfff unrolled-graph \ud83d"
    _, out = graded(bank, rows({"id": "\ud800", "entry": "bptt", "answer": answer}))
    assert out[0]["id"] == "\ud800"
    assert all(answer[e["start"] : e["end"]] == e["text"] for t in out[0]["tells"] for e in t["evidence"])


def test_the_last_row_needs_no_newline_and_its_newline_begins_no_row(bank: Bank) -> None:
    row = rows({"entry": "bptt", "answer": "definition"})
    assert len(graded(bank, row.rstrip())[1]) == len(graded(bank, row)[1]) == 1
    assert graded(bank, b"") == (0, [])
    assert len(graded(bank, row + b"\n")[1]) == 2


def test_a_byte_order_mark_before_the_first_row_is_no_mistake(bank: Bank) -> None:
    code, _ = graded(bank, b"\xef\xbb\xbf" + rows({"entry": "bptt", "answer": "definition"}))
    assert code == 0


def test_keys_that_a_row_need_not_have_are_let_be(bank: Bank) -> None:
    code, _ = graded(bank, rows({"entry": "bptt", "answer": "x", "style": ["terse"], "split": None}))
    assert code == 0


def test_an_answer_that_the_grader_fails_on_costs_no_other_row(bank: Bank) -> None:
    values = [{"id": n, "entry": "bptt", "answer": "boom" if n == 3 else "definition"} for n in range(6)]
    code, out = graded(bank, rows(*values), FakeGrader(fails_on="boom"))
    assert code == 1
    assert ["error" in row for row in out] == [n == 3 for n in range(6)]
    assert "no such luck" in out[3]["error"]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\u0dea 1\n', max_size=30).map(str.encode), max_size=8))
def test_any_bytes_give_one_row_for_each_line(bank: Bank, lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    expected = data.count(b"\n") + (not data.endswith(b"\n") and data != b"")
    code, out = graded(bank, data)
    assert len(out) == expected
    assert code == (1 if expected else 0)
    assert [row["line"] for row in out] == list(range(1, expected + 1))


def test_each_verdict_is_written_before_the_next_row_is_sent(start: Start) -> None:
    process = start("grade", "--batch", "-")
    assert process.stdin is not None
    assert process.stdout is not None
    for n in range(3):
        process.stdin.write(rows({"id": n, "entry": "bptt", "answer": "definition"}))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == n
    process.stdin.close()
    assert process.wait(60) == 0


def endless() -> Iterable[bytes]:
    return iter(lambda: rows({"entry": "bptt", "answer": "definition"}) * 100, b"")


def feed_for_ever(process: subprocess.Popen[bytes]) -> threading.Thread:
    def feed() -> None:
        assert process.stdin is not None
        try:
            for part in endless():
                process.stdin.write(part)
        except OSError:
            pass

    thread = threading.Thread(target=feed, daemon=True)
    thread.start()
    return thread


def test_a_closed_pipe_ends_it_without_a_word(start: Start) -> None:
    process = start("grade", "--batch", "-")
    feeder = feed_for_ever(process)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""
    feeder.join(60)


def test_ctrl_c_ends_it_with_one_line(start: Start) -> None:
    process = start("grade", "--batch", "-", seconds=0.01)
    feeder = feed_for_ever(process)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait(60) == 130
    assert process.stderr.read().startswith(b"Stopped after ")
    assert all(json.loads(line) for line in rest.splitlines())
    feeder.join(60)


def test_a_full_disk_is_one_sentence(start: Start) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with open("/dev/full", "wb") as full:
        process = start("grade", "--batch", "-", stdout=full)
        _, errors = process.communicate(rows({"entry": "bptt", "answer": "x"}), timeout=60)
    assert process.returncode == 1
    assert b"The batch stopped after" in errors
    assert b"Traceback" not in errors


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(start: Start) -> None:
    resource = pytest.importorskip("resource")

    def peak(count: int) -> int:
        process = start("grade", "--batch", "-", stdout=subprocess.DEVNULL)
        assert process.stdin is not None
        for n in range(count):
            process.stdin.write(rows({"id": n, "entry": "bptt", "answer": "definition " * 20}))
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        assert isinstance(usage, resource.struct_rusage)
        return int(usage.ru_maxrss)

    assert peak(100_000) < peak(2_000) * 1.25
