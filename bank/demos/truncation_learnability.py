"""What a truncated gradient cannot learn, and what it learns all the same.

    cue at step 0, answer at step lag, gradient cut every K steps back from it
    K <= lag:  dL/d(cue's weights) = 0, exactly and for ever

The nets are those of bank.demos.latch. If writing the cue must be learned, nothing is: accuracy is exactly one half. If random
weights happen to write it, the state carries it over the cut, and keeping and reading it can be learned from the gradient
within K. So: no credit across the cut, rather than no memory.
"""

from __future__ import annotations

from bank.demos.claims import above, equal
from bank.demos.latch import Net, train
from bank.demos.result import Axis, Claim, Curve, Guess, Knob, Outcome, Plot

KNOBS = (Knob("lag", 8, "steps from the cue to the answer", 4, 10), Knob("seed", 0, "of the first of three nets", 0, 6))
GUESS = Guess(
    "A net must learn to write a cue down that the answer needs {lag} steps later. Which is the smallest K that works?",
    tolerance=0,
    unit="steps",
    on="x",
)
SEE = "A step for the write that must be learned, exactly at lag + 1; a slope for the random write, which works far below it."
STEPS, RATE = 120, 0.05


def run(lag: int, seed: int) -> Outcome:
    """Three seeds of each kind of net for every K, trained in one loop."""
    Ks = sorted({2, lag // 2, lag - 1, lag, lag + 1, lag + 2})
    seeds = range(seed, seed + 3)
    learned = [Net(s, K, learned_write=True) for K in Ks for s in seeds]
    random = [Net(s, K) for K in Ks for s in seeds]
    dense = [Net(s, 2, learned_write=True, dense=True) for s in seeds]
    accuracy, reached = train([*learned, *random, *dense], lag, STEPS, RATE)
    right = [sum(accuracy[i : i + 3]) / 3 for i in range(0, len(accuracy), 3)]
    by_learned = dict(zip(Ks, right, strict=False))
    by_random = dict(zip(Ks, right[len(Ks) :], strict=False))
    blind = [r for net, r in zip(learned, reached, strict=False) if lag >= net.K]
    claims: list[Claim] = [
        equal("K <= lag: the cue's weights never get any gradient in all of training", max(blind), 0.0),
        *(equal(f"Learned write, K = {K}: chance", by_learned[K], 0.5, "right") for K in Ks if lag >= K),
        *(above(f"Learned write, K = {K}: solved", by_learned[K], 0.95, "right") for K in Ks if lag < K),
        above(f"Random write, K = {lag}: mostly right without any gradient to the cue", by_random[lag], 0.7, "right"),
        above("An answer at every step, K = 2: solved", right[-1], 0.95, "right"),
    ]
    curves = (
        Curve("write must be learned", tuple(Ks), tuple(by_learned.values())),
        Curve("write is random", tuple(Ks), tuple(by_random.values())),
    )
    plot = Plot(Axis("K, steps between two cuts"), Axis("share of right answers"), curves)
    smallest = next((K for K in Ks if by_learned[K] > 0.95), 0)
    return Outcome(plot, tuple(claims), smallest, {f"random write at K = {K}": by_random[K] for K in (2, lag)})
