"""Growth before decay although every eigenvalue is below one (Trefethen & Embree 2005 on non-normal matrices).

    h_t = W h_{t-1},   W = rho I + coupling N,   N = ones above the diagonal
    rho^lag  <=  |W^lag|  <=  sigma_max^lag,   |W^lag|^(1/lag) -> rho (Gelfand)
    |W^lag| peaks near lag = (H - 1) / -ln rho

Every eigenvalue is rho < 1, and still the gradient first grows: eigenvalues speak of long lags only, unless W is normal.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch

from bank.demos.claims import above, at_least, at_most, below, close, equal
from bank.demos.measure import F64, jacobians, norms_by_lag, spectral_norm, spectral_radius
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("rho", 0.9, "every eigenvalue of W", 0.8, 0.95),
    Knob("coupling", 1.0, "of one unit to the next", 1.0, 2.0),
    Knob("H", 2, "hidden units", 2, 3),
    Knob("T", 80, "steps", 80, 160),
)
GUESS = Guess(
    "All eigenvalues of W are {rho:g}, below one. At which lag is the gradient LARGEST?", tolerance=1, unit="steps", on="x"
)
SEE = "A hump: several times the size at lag 0 before the decay that the eigenvalues promise sets in."


def run(rho: float, coupling: float, H: int, T: int) -> Outcome:
    """The spectral norm of the Jacobian at every lag, between its two bounds."""
    N = torch.diag(torch.ones(H - 1, dtype=F64), 1)
    W = rho * torch.eye(H, dtype=F64) + coupling * N
    J, _ = jacobians(lambda t, h: h @ W.T, torch.zeros(H, dtype=F64), T)
    norms = norms_by_lag(J)
    radius, sigma = spectral_radius(W), spectral_norm(W)
    peak = max(range(T + 1), key=norms.__getitem__)
    falls = all(a > b for a, b in pairwise(norms[peak:]))
    root = [norm ** (1 / lag) for lag, norm in enumerate(norms) if lag]
    claims = (
        below("Every eigenvalue is below one", radius, 1),
        above("The largest singular value is above one", sigma, 1),
        above("The gradient grows first: its peak over its size at lag 0", norms[peak] / norms[0], 2),
        close("The peak lies near (H - 1) / -ln rho", peak, (H - 1) / -math.log(rho), 2, "steps"),
        equal("After the peak it only falls", falls and peak < T, True),
        at_most("No lag is above sigma_max^lag", max(n / sigma**lag for lag, n in enumerate(norms)), 1, slack=1e-12),
        at_least("No lag is below rho^lag", min(n / radius**lag for lag, n in enumerate(norms)), 1, slack=1e-9),
        below("The root |W^lag|^(1/lag) falls from lag T/4 on", root[-1], root[T // 4 - 1]),
        above("The root stays above rho, its limit", root[-1], radius),
    )
    lags = tuple(range(T + 1))
    bounds = (Curve("rho^lag", lags, tuple(rho**lag for lag in lags)), Curve("measured", lags, tuple(norms)))
    plot = Plot(Axis("lag", "steps"), Axis("|dh_T/dh_(T-lag)|", log=True), bounds)
    return Outcome(plot, claims, peak, {"peak over size at lag 0": norms[peak] / norms[0]})
