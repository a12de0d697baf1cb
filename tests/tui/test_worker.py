from __future__ import annotations

import asyncio
import os
import signal

import pytest

from tui.worker import Child, Processes, WorkerError, sweep_values


@pytest.fixture
async def laboratory(tmp_path):
    child = Child("demo laboratory", {}, tmp_path / "tells.log")
    yield child
    await child.close()


async def test_a_demo_runs_in_another_process(laboratory):
    card = await laboratory.ask("card", "spectral-radius")
    assert card.guess.unit == "steps"
    demo = await laboratory.ask("run", "spectral-radius", {"T": 12})
    assert demo.settings["T"] == 12
    assert demo.holds


async def test_a_mistake_is_one_sentence_and_the_process_lives_on(laboratory, tmp_path):
    with pytest.raises(WorkerError, match="Did you mean 'spectral-radius'"):
        await laboratory.ask("card", "spectral-radios")
    with pytest.raises(WorkerError, match="failed: ValueError"):
        await laboratory.ask("nonsense")
    pid = laboratory.pid
    assert (await laboratory.ask("card", "spectral-radius")).name == "spectral-radius"
    assert laboratory.pid == pid
    assert "Traceback" in (tmp_path / "tells.log").read_text()


async def test_a_process_that_dies_is_named_and_started_again(laboratory):
    await laboratory.ask("card", "spectral-radius")
    os.kill(laboratory.pid, signal.SIGKILL)
    with pytest.raises(WorkerError, match="The demo laboratory stopped unexpectedly"):
        await laboratory.ask("card", "spectral-radius")
    assert (await laboratory.ask("card", "spectral-radius")).name == "spectral-radius"


async def test_killing_ends_a_request_at_once(laboratory):
    request = asyncio.ensure_future(laboratory.ask("card", "spectral-radius"))
    while laboratory.pid is None:
        await asyncio.sleep(0.01)
    await laboratory.kill()
    with pytest.raises(WorkerError):
        await request


async def test_closing_while_it_is_being_started_leaves_no_process_behind(laboratory):
    requests = [asyncio.ensure_future(laboratory.ask("card", "spectral-radius")) for _ in range(3)]
    await asyncio.sleep(0)
    await laboratory.close()
    for request in requests:
        with pytest.raises(WorkerError):
            await request
    assert laboratory.pid is None


async def test_a_request_that_is_given_up_does_not_answer_the_next_one(laboratory):
    given_up = asyncio.ensure_future(laboratory.ask("card", "spectral-radius"))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert (await laboratory.ask("card", "truncation-map")).name == "truncation-map"


async def test_closing_without_ever_starting_is_fine():
    await Processes(None, None, None, None).close()


def test_a_sweep_covers_the_range_evenly_or_by_factors():
    assert list(sweep_values(10, 80, True)) == [10, 22, 33, 45, 57, 68, 80]
    assert min(sweep_values(0.5, 1.5, False)) == 0.5
    assert list(sweep_values(1, 1000, True, 4)) == [1, 10, 100, 1000]
    assert list(sweep_values(1, 3, True)) == [1, 2, 3]
