"""Why attention divides by the root of d (Vaswani et al. 1706.03762, section 3.2.1).

    q, k ~ N(0, I_d)   =>   Var(q' k) = d,   Var(q' k / sqrt d) = 1
    a = softmax(s),   entropy = -sum a ln a,   da/ds = diag a - a a'

Logits of deviation sqrt d put all weight on one key: the entropy and with it the gradient to the logits go to zero. Divided by
sqrt d both stay what they are for unit logits. (Division by d would flatten the attention instead.)
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bank.demos.claims import at_most, below, close, close_relative, falling
from bank.demos.measure import line_fit, normal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("d", 64, "numbers in a query", choices=(16, 64, 256)),
    Knob("T", 64, "keys", 32, 128),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "q and k hold {d} independent numbers of variance one. What is the standard deviation of q' k?", tolerance=1.1, factor=True
)
SEE = "Divided by sqrt d the two lines stay level; undivided, entropy and gradient run down together."
SIZES = (4, 16, 64, 256, 1024)
QUERIES = 2048


def run(d: int, T: int, seed: int) -> Outcome:
    """Entropy and gradient against d, averaged over queries, with and without the division."""
    rows = {size: logits(size, T, seed) for size in SIZES}
    plain = [measured(s) for s in rows.values()]
    divided = [measured(s / math.sqrt(size)) for size, s in rows.items()]
    level = [entropy for entropy, _, _ in divided]
    slopes = [size for _, size, _ in divided]
    mean = [size for _, size, _ in plain]
    deviation = float(rows[d].std())
    s = rows[d][0].clone().requires_grad_()
    a = s.softmax(0)
    (ds,) = torch.autograd.grad(a @ torch.arange(T, dtype=a.dtype), s)
    by_hand = (torch.diag(a) - torch.outer(a, a)) @ torch.arange(T, dtype=a.dtype)
    rate, _ = line_fit([math.log(n) for n in SIZES[2:]], [math.log(size) for size in mean[2:]])
    claims = (
        close_relative("The logits' standard deviation is sqrt d", deviation, math.sqrt(d), 0.1),
        close("da/ds = diag a - a a'", float((ds - by_hand).detach().abs().max()), 0, 1e-12, "difference"),
        falling("Undivided: the entropy falls as d grows", [entropy for entropy, _, _ in plain], "nats"),
        falling("Undivided: from d = 64 on the gradient to the logits falls", mean[2:]),
        close("Undivided: it falls as a power of d that tends to -1/2", rate, -0.5, 0.2),
        falling("Undivided: the median query's gradient falls much faster", [median for _, _, median in plain][2:]),
        below("Undivided: at d = 1024 much of it is gone", mean[-1] / divided[-1][1], 0.7, "of the divided one"),
        at_most("Divided: the entropy hardly depends on d", (max(level) - min(level)) / max(level), 0.1, "of it"),
        at_most("Divided: the gradient hardly depends on d either", (max(slopes) - min(slopes)) / max(slopes), 0.2, "of it"),
    )
    plot = Plot(
        Axis("d, numbers in a query", log=True),
        Axis("share of the value for even attention", log=True),
        (
            Curve("entropy, divided", SIZES, tuple(e / math.log(T) for e in level)),
            Curve("entropy, undivided", SIZES, tuple(e / math.log(T) for e, _, _ in plain)),
            Curve("gradient, divided", SIZES, tuple(g * math.sqrt(T) for g in slopes)),
            Curve("gradient, undivided", SIZES, tuple(m * math.sqrt(T) for m in mean)),
        ),
    )
    return Outcome(plot, claims, deviation, {"entropy at d = 1024, undivided": plain[-1][0], "divided": level[-1]})


def logits(d: int, T: int, seed: int) -> Tensor:
    """q' k of independent queries and keys, shape (QUERIES, T)."""
    g = seeded(seed)
    return normal(g, QUERIES, d) @ normal(g, T, d).T


def measured(s: Tensor) -> tuple[float, float, float]:
    """Mean entropy, and mean and median over the queries of |da/ds|, what random values send to the logits."""
    a = s.softmax(1)
    jacobian_size = a.pow(2) * (1 - 2 * a + a.pow(2).sum(1, keepdim=True))  # of each row of diag a - a a', squared
    size = jacobian_size.sum(1).clamp_min(0).sqrt()
    return float(-(a * a.clamp_min(1e-300).log()).sum(1).mean()), float(size.mean()), float(size.median())
