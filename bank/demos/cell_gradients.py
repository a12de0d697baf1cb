"""The gradient by lag in nine recurrent cells (torch's conventions: a GRU's z near one keeps; two LSTM biases add up).

    tanh:      h <- tanh(U x + W h),  W ~ N(0, 1/4H) or orthogonal
    linear:    h <- U x + Q h
    residual:  h <- h + 0.1 tanh(U x + W h)
    LSTM:      c <- f c + i q,  h <- o tanh(c),  f = sigmoid(... + b_f)
    GRU:       h <- z h + (1 - z) n,             z = sigmoid(... + b_z)
    rate = |dS_T/dS_0|^(1/T),  S the whole state

Orthogonal weights keep the gradient exactly in a linear net, and not once tanh is in it. Gates move the rate towards one; with
the path through h it can pass it.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bank.demos.claims import below, between, close, rising
from bank.demos.measure import F64, jacobians, normal, norms_by_lag, orthogonal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (Knob("T", 60, "steps", 40, 80), Knob("H", 16, "hidden units", 12, 24), Knob("seed", 0, "of the random numbers", 0, 9))
GUESS = Guess(
    "A tanh net with an orthogonal recurrent matrix and inputs of size one: by what factor does the gradient change per step?",
    tolerance=0.12,
)
SEE = "From the steep fall of small weights over orthogonal ones and low biases to the flat lines of gates and residuals."
D = 4  # inputs

Step = Callable[[Tensor, Tensor], Tensor]


def run(T: int, H: int, seed: int) -> Outcome:
    """The spectral norm of the state's Jacobian at every lag, for every cell."""
    g = seeded(seed)
    steps = cells(H, g)
    X = normal(g, T, 1, D)
    norms = {name: by_lag(step, size, X) for name, (step, size) in steps.items()}
    rate = {name: line[T] ** (1 / T) for name, line in norms.items()}
    lstm = [rate[f"LSTM b_f={b}"] for b in (0, 1, 4)]
    claims = (
        close("Linear and orthogonal: the norm is kept exactly", rate["linear orthogonal"], 1, 1e-12, "a step"),
        between("tanh and orthogonal: it is not", rate["tanh orthogonal"], 0.6, 1, "a step"),
        below("tanh and small weights: it is lost faster still", rate["tanh small"], rate["tanh orthogonal"], "a step"),
        below("tanh and small weights: faster than in an LSTM of bias 1", rate["tanh small"], lstm[1], "a step"),
        rising("LSTM: the rate rises with the forget bias 0, 1, 4", lstm, "a step"),
        between("GRU, bias 4: it is kept", rate["GRU b_z=4"], 0.95, 1.1, "a step"),
        between("Residual: it is kept, or grows a little", rate["residual"], 0.95, 1.12, "a step"),
    )
    lags = tuple(range(T + 1))
    plot = Plot(
        Axis("lag", "steps"),
        Axis("|dS_T/dS_(T-lag)|", log=True),
        tuple(Curve(name, lags, tuple(line)) for name, line in norms.items()),
    )
    return Outcome(plot, claims, rate["tanh orthogonal"], {f"rate of {name}": r for name, r in rate.items()})


def by_lag(step: Step, size: int, X: Tensor) -> list[float]:
    """The norms of one cell."""
    J, _ = jacobians(lambda t, state: step(X[t], state), torch.zeros(size, dtype=F64), len(X))
    return norms_by_lag(J)


def cells(H: int, g: torch.Generator) -> dict[str, tuple[Step, int]]:
    """Every cell's step, from an input (1, D) and states (N, size) to states (N, size), and its size."""
    U, W = normal(g, H, D, scale=0.5 * D**-0.5), normal(g, H, H, scale=H**-0.5)
    lstm = normal(g, 4 * H, D, scale=0.5 * H**-0.5), normal(g, 4 * H, H, scale=0.5 * H**-0.5)
    gru = normal(g, 3 * H, D, scale=0.5 * H**-0.5), normal(g, 3 * H, H, scale=0.5 * H**-0.5)
    Q = orthogonal(g, H)
    return {
        "tanh small": (lambda x, h: torch.tanh(x @ U.T + h @ W.T / 2), H),
        "tanh orthogonal": (lambda x, h: torch.tanh(x @ U.T + h @ Q.T), H),
        "linear orthogonal": (lambda x, h: x @ U.T + h @ Q.T, H),
        "residual": (lambda x, h: h + 0.1 * torch.tanh(x @ U.T + h @ W.T), H),
        **{f"LSTM b_f={b}": (lstm_step(*lstm, b), 2 * H) for b in (0, 1, 4)},
        **{f"GRU b_z={b}": (gru_step(*gru, b), H) for b in (0, 4)},
    }


def lstm_step(U: Tensor, W: Tensor, bias: float) -> Step:
    """The state is h and c side by side."""

    def step(x: Tensor, state: Tensor) -> Tensor:
        h, c = state.chunk(2, 1)
        i, f, q, o = (x @ U.T + h @ W.T).chunk(4, 1)
        c = (f + bias).sigmoid() * c + i.sigmoid() * q.tanh()
        return torch.cat([o.sigmoid() * c.tanh(), c], 1)

    return step


def gru_step(U: Tensor, W: Tensor, bias: float) -> Step:
    """The reset gate multiplies W h, as in torch."""

    def step(x: Tensor, h: Tensor) -> Tensor:
        xr, xz, xn = (x @ U.T).chunk(3, 1)
        hr, hz, hn = (h @ W.T).chunk(3, 1)
        r, z = (xr + hr).sigmoid(), (xz + hz + bias).sigmoid()
        n = (xn + r * hn).tanh()
        return z * h + (1 - z) * n

    return step
