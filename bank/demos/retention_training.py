"""A larger keep bias learns longer lags (Gers et al. 2000; Tallec & Ollivier 1804.11188 on biases and time scales).

    h <- (1 - z) h + z n,   z = sigmoid(... - keep)
    =>  about sigmoid(keep)^lag of the cue's gradient arrives

Nets of bank.demos.latch, equal but for the bias, are trained on a cue at step 0 and an answer at step lag. A small gradient
at the start is no proof that nothing can be learned, for Adam rescales: so what counts is the share of seeds that are solved.
"""

from __future__ import annotations

from itertools import pairwise

from bank.demos.claims import at_least, at_most, equal, rising
from bank.demos.latch import Net, cue_gradient, train
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("lag", 40, "steps from the cue to the answer", choices=(40, 44)),
    Knob("seed", 0, "of the first of four nets", choices=(0, 4, 8)),
)
GUESS = Guess(
    "Lag {lag}, keep bias 4: what share of four seeds is solved after sixty steps of training?", tolerance=0.1, on="y"
)
SEE = "The share solved and the cue's gradient before training rise together with the bias."
KEEPS = (0.0, 1.0, 2.0, 4.0)
SEEDS, STEPS, RATE = 4, 60, 0.015


def run(lag: int, seed: int) -> Outcome:
    """Four seeds for each bias, trained in one loop."""
    nets = [Net(s, keep=keep) for keep in KEEPS for s in range(seed, seed + SEEDS)]
    accuracy, _ = train(nets, lag, STEPS, RATE)
    ratios = cue_gradient(nets, lag)
    solved, arrives = [], []
    for i in range(0, len(nets), SEEDS):
        solved.append(sum(a > 0.9 for a in accuracy[i : i + SEEDS]) / SEEDS)
        arrives.append(sorted(ratios[i : i + SEEDS])[(SEEDS - 1) // 2])
    rises = [b - a for a, b in pairwise(solved)]
    claims = (
        at_most("Keep bias 0: at most half of the seeds are solved", solved[0], 0.5, "of the seeds"),
        equal("Keep bias 4: every seed is solved", solved[-1], 1.0, "of the seeds"),
        at_least("The share of solved seeds never falls as the bias rises: steps up", min(rises), 0, "of the seeds"),
        rising("The cue's share of the gradient before training rises with the bias", arrives),
    )
    curves = (Curve("seeds solved", KEEPS, tuple(solved)), Curve("cue's gradient before training", KEEPS, tuple(arrives)))
    plot = Plot(Axis("keep bias"), Axis("share", log=True), curves)
    return Outcome(plot, claims, solved[-1], {f"solved at keep {k:g}": s for k, s in zip(KEEPS, solved, strict=True)})
