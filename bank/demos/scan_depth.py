"""The depth of a scan against that of a loop (Hillis & Steele 1986; Martin & Cundy 1709.04057).

    loop:  h_t needs h_{t-1}                        chain ~ 2 T nodes
    scan:  ceil(log2 T) rounds, each over all t     chain ~ 4 log2 T nodes

Depth is what cannot run in parallel. The scan does more work, O(T log T), so on one core it need not be faster.
"""

from __future__ import annotations

import math

import torch

from bank.demos.claims import at_least, between, close
from bank.demos.measure import F64, chains, line_fit
from bank.demos.parallel_scan import loop, scan
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (Knob("a", 0.9, "factor of the recurrence", 0.5, 1.0),)
GUESS = Guess(
    "The chain of a parallel scan over 16 steps is 18 nodes. How long is that over 1024 steps?",
    tolerance=8,
    unit="nodes",
    on="y",
)
SEE = "Against log T the scan is a straight line and the loop an explosion."
LENGTHS = (16, 64, 256, 1024)


def run(a: float) -> Outcome:
    """The longest chain from h_T to b, for every length."""
    chain = {name: [longest_chain(name, T, a) for T in LENGTHS] for name in ("loop", "scan")}
    per_step, straight = line_fit(LENGTHS, chain["loop"])
    per_doubling, straight_in_log = line_fit([math.log2(T) for T in LENGTHS], chain["scan"])
    claims = (
        at_least("Loop: the chain is linear in T (R^2)", straight, 0.999999),
        close("Loop: two nodes a step", per_step, 2, 0.05, "nodes"),
        at_least("Scan: the chain is linear in log2 T (R^2)", straight_in_log, 0.99),
        between("Scan: about four nodes a doubling", per_doubling, 3, 5, "nodes"),
    )
    curves = tuple(Curve(name, LENGTHS, tuple(nodes)) for name, nodes in chain.items())
    plot = Plot(Axis("steps T", log=True), Axis("longest chain", "nodes", log=True), curves)
    return Outcome(plot, claims, chain["scan"][-1], {"loop's chain at T = 1024": chain["loop"][-1]})


def longest_chain(name: str, T: int, a: float) -> int:
    """Autograd nodes on the longest way from h_T to b."""
    b = torch.ones(T, 1, dtype=F64, requires_grad=True)
    h = (loop if name == "loop" else scan)(torch.full((T, 1), a, dtype=F64), b)
    return chains(h[-1].sum(), b)[0]
