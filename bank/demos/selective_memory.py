"""Keeping one marked token among distractors (the selective copying of Gu & Dao 2312.00752, made small).

    h_t = (1 - g_t) h_{t-1} + g_t x_t
    fixed:      g_t = 0.05 for every t
    selective:  g_t = keep at the mark, 1 - keep elsewhere

The gates are set by hand: this shows what selection can hold, not that it has been learned.
"""

from __future__ import annotations

import torch

from bank.demos.claims import above, below, close
from bank.demos.measure import F64, normal, seeded
from bank.demos.parallel_scan import scan
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("keep", 0.999, "how far the gate opens at the mark, and closes elsewhere", 0.999, 0.9999),
    Knob("T", 64, "steps", 32, 96),
    Knob("seed", 0, "of the distractors", 0, 9),
)
GUESS = Guess(
    "A gate lets {keep:g} of a token of size 2 in, and 1 - {keep:g} of what follows. How far off is the state after {T} steps?",
    tolerance=0.15,
)
SEE = "The selective state jumps to the token at step 3 and stays there; the fixed one never gets hold of it."
MARK, TOKEN = 3, 2.0


def run(keep: float, T: int, seed: int) -> Outcome:
    """The state at every step, with fixed and with selective gates."""
    x = normal(seeded(seed), T)
    x[MARK] = TOKEN
    x.requires_grad_()
    fixed = torch.full((T,), 0.05, dtype=F64)
    selective = torch.full((T,), 1 - keep, dtype=F64)
    selective[MARK] = keep
    states = {name: scan((1 - g)[:, None], (g * x)[:, None])[:, 0] for name, g in (("fixed", fixed), ("selective", selective))}
    error = {name: float((h[-1] - TOKEN).detach().abs()) for name, h in states.items()}
    (dx,) = torch.autograd.grad(states["selective"][-1], x, retain_graph=True)
    left = float(dx[MARK])
    leaked = float(states["selective"][-1].detach()) - left * TOKEN
    claims = (
        below("Selective: the state at the end is still the token", error["selective"], 0.25 * TOKEN, "off"),
        above("Fixed: it is not", error["fixed"], 3 * error["selective"], "off"),
        close("Of the token keep^(T - mark) is left, says its gradient", left, keep ** (T - MARK), 1e-12),
        below("What the distractors have leaked in is small", abs(leaked), 0.15),
    )
    steps = tuple(range(T))
    curves = (
        Curve("selective", steps, tuple(states["selective"].tolist())),
        Curve("fixed", steps, tuple(states["fixed"].tolist())),
        Curve("the token", steps, (TOKEN,) * T),
    )
    return Outcome(Plot(Axis("step t"), Axis("state"), curves), claims, error["selective"])
