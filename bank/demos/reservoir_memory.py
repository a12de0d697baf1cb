"""Memory without any gradient through time: a fixed net and a trained read-out (Jaeger 2001, memory capacity).

    h_t = W h_{t-1} + u x_t  (or its tanh),   W = rho Q fixed
    w_lag = least squares of x_{t-lag} on h_t
    R^2(lag) = share of x_{t-lag} that w_lag' h_t explains
    sum over lags of R^2  <=  H

This is truncation at K = 1 taken to its end. The state still carries old inputs; no gradient had to reach them.
"""

from __future__ import annotations

import torch

from bank.demos.claims import above, at_most
from bank.demos.measure import F64, normal, orthogonal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("rho", 0.95, "every singular value of W", 0.9, 0.96),
    Knob("nonlinear", False, "tanh of a weakly driven state"),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "20 units with fixed random weights, only the read-out is fitted. What R^2 has the recall of the input 10 steps back?",
    tolerance=0.15,
    on="y",
)
SEE = "Recall is good for lags far beyond K = 1 and runs out near lag H = 20: the state has only so many numbers."
H, T, RUN_IN, LAGS = 20, 4000, 200, 40


def run(rho: float, nonlinear: bool, seed: int) -> Outcome:
    """The recall of every lag from one regression."""
    g = seeded(seed)
    W, u, x = orthogonal(g, H, rho), normal(g, H), normal(g, T)
    h, states = torch.zeros(H, dtype=F64), []
    for x_t in x:
        h = torch.tanh(W @ h + 0.1 * u * x_t) if nonlinear else W @ h + u * x_t
        states.append(h)
    S = torch.stack(states)[RUN_IN:]
    Y = torch.stack([x[RUN_IN - lag : T - lag] for lag in range(LAGS + 1)], 1)
    E = Y - S @ torch.linalg.lstsq(S, Y).solution
    recall = (1 - E.pow(2).sum(0) / Y.pow(2).sum(0)).tolist()
    claims = (
        above("The input 10 steps back is recalled without any gradient through time", recall[10], 0.5, "R^2"),
        at_most("The capacity, the sum of R^2, is at most the number of units", sum(recall), H, "inputs", slack=0.05),
        above("Most of that capacity is used", sum(recall), H / 2, "inputs"),
    )
    plot = Plot(Axis("lag", "steps"), Axis("R^2 of the recall"), (Curve("recall", tuple(range(LAGS + 1)), tuple(recall)),))
    return Outcome(plot, claims, recall[10], {"memory capacity": sum(recall)})
