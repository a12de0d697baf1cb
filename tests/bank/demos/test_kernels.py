"""The results do not hang on the instructions of one processor: torch's plain kernels give the same within tolerance."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from bank.demos import SHIPPED
from bank.demos.result import Demo

CODE = """
import json
from bank.demos import SHIPPED, run_demo
print(json.dumps({name: run_demo(name).to_json() for name in SHIPPED}))
"""
TRAINED = {"truncation-learnability", "retention-training", "clipping-cliff"}  # shares of solved runs may differ a little


@pytest.fixture(scope="module")
def plain_kernels() -> dict[str, dict[str, object]]:
    """Every demo at its defaults without vector instructions, in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", CODE],
        env=os.environ | {"ATEN_CPU_CAPABILITY": "default", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    results: dict[str, dict[str, object]] = json.loads(run.stdout)
    return results


@pytest.mark.parametrize("name", SHIPPED)
def test_other_kernels_give_the_same(
    name: str, plain_kernels: dict[str, dict[str, object]], at_defaults: Callable[[str], Demo]
) -> None:
    there, here = plain_kernels[name], at_defaults(name).to_json()
    assert there["holds"]
    answer, other = here["prediction"]["answer"], there["prediction"]["answer"]  # type: ignore[index]
    assert math.isclose(answer, other, rel_tol=0.05, abs_tol=1e-9)
    for ours, theirs in zip(here["plot"]["curves"], there["plot"]["curves"], strict=True):  # type: ignore[index]
        loose = 0.1 if name in TRAINED else 1e-9
        for a, b in zip(ours["y"], theirs["y"], strict=True):
            assert (a is None) == (b is None)
            assert a is None or math.isclose(a, b, rel_tol=1e-4, abs_tol=loose), ours["name"]
