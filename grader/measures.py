"""Figures for decisions and probabilities; plain functions of arrays.

Y holds labels (answers A, points J) as 0 or 1; P probabilities or D decisions of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Decisions = NDArray[np.bool_]


def precision_recall_f1(y: Array, d: Decisions) -> tuple[float, float, float]:
    """Of one point, (A,). With nothing heard precision is 0, unless there was nothing to hear: then all are 1."""
    hits = float((y * d).sum())
    said, heard = float(y.sum()), float(d.sum())
    if said == 0 and heard == 0:
        return 1.0, 1.0, 1.0
    precision = hits / heard if heard else 0.0
    recall = hits / said if said else 0.0
    return precision, recall, 2 * hits / (said + heard)


def macro_f1(Y: Array, D: Decisions) -> float:
    """Mean F1 over the points that somebody makes."""
    made = [j for j in range(Y.shape[1]) if Y[:, j].any()]
    return float(np.mean([precision_recall_f1(Y[:, j], D[:, j])[2] for j in made])) if made else 0.0


def cohen_kappa(y: Array, d: Decisions) -> float:
    """Agreement beyond chance, -1 to 1; 0 where chance alone explains it."""
    agreed = float((y == d).mean())
    chance = float(y.mean() * d.mean() + (1 - y.mean()) * (1 - d.mean()))
    return (agreed - chance) / (1 - chance) if chance < 1 else 0.0


def quadratic_kappa(a: Sequence[int], b: Sequence[int], ranks: int) -> float:
    """Quadratic-weighted kappa of two gradings on the same ladder (Cohen 1968)."""
    seen = np.zeros((ranks, ranks))
    for x, y in zip(a, b, strict=True):
        seen[x, y] += 1
    chance = np.outer(seen.sum(1), seen.sum(0)) / max(seen.sum(), 1)
    cost = (np.arange(ranks)[:, None] - np.arange(ranks)[None]) ** 2
    expected = float((cost * chance).sum())
    return 1 - float((cost * seen).sum()) / expected if expected else 0.0


def brier(y: Array, p: Array) -> float:
    """Mean squared error of the probabilities."""
    return float(np.mean((p - y) ** 2))


def calibration_error(y: Array, p: Array, bins: int = 10) -> float:
    """Expected calibration error over equal-width bins (Guo et al. 2017)."""
    place = np.minimum((p * bins).astype(int), bins - 1)
    total = 0.0
    for n in range(bins):
        inside = place == n
        if inside.any():
            total += inside.mean() * abs(float(p[inside].mean()) - float(y[inside].mean()))
    return total


def best_threshold(Y: Array, S: Array) -> float:
    """The one threshold that gives scores S the highest macro-F1: kind to baselines, since it has seen the labels."""
    tried = np.unique(np.quantile(S, np.linspace(0.3, 0.995, 60)))
    return float(max(tried, key=lambda t: macro_f1(Y, t <= S)))


def bootstrap(count: int, figure: Callable[[NDArray[np.int64]], float], draws: int = 400, seed: int = 0) -> tuple[float, float]:
    """95 % interval of a figure over resampled rows; `figure` takes row numbers."""
    rng = np.random.default_rng(seed)
    values = [figure(rng.integers(0, count, count)) for _ in range(draws)]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def fit_logistic(z: Array, y: Array, steps: int = 50) -> tuple[float, float]:
    """Scale and shift of logits (N,) that give calibrated probabilities of labels (N,) (Platt 1999), by Newton's method."""
    X = np.stack([z, np.ones(len(z))], 1)
    start = np.array([1.0, 0.0])
    w = start
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(X @ w, -30, 30)))
        gradient = X.T @ (p - y) + 1e-3 * (w - start)
        hessian = (X * (p * (1 - p))[:, None]).T @ X + 1e-3 * np.eye(2)
        w = w - np.linalg.solve(hessian, gradient)
    return float(w[0]), float(w[1])
