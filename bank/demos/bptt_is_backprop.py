"""Backpropagation through time is backpropagation on the unrolled graph (Werbos 1990).

    h_t = tanh(W h_{t-1} + U x_t + b)
    L = sum over the read steps of (v' h_t - y_t)^2 / 2
    a_t = tanh'_t * dL/dh_t,   dL/dh_{t-1} gets W' a_t
    dL/dW = sum_t a_t h_{t-1}'

The last line is the sum over T copies of W. Forward mode (RTRL) carries dh_t/dW, H^3 numbers, instead of T H states.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from bank.demos.claims import close, close_relative
from bank.demos.measure import F64, normal, orthogonal, relative_error, seeded
from bank.demos.result import Axis, Claim, Curve, Guess, Knob, Outcome, Plot

DEVICES = ("cpu", "cuda")
KNOBS = (
    Knob("T", 20, "steps", 2, 60),
    Knob("H", 12, "hidden units", 2, 24),
    Knob("rho", 0.9, "every singular value of W", 0.3, 1.2),
    Knob("loss_at", "all", "steps at which the loss is read", choices=("all", "last")),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "Untie W into T = {T} copies and average their gradients instead of adding them: what is the ratio to the shared gradient?",
    tolerance=1.05,
    factor=True,
)
SEE = "Each point is one copy's share of dL/dW; with loss_at=last the early copies vanish, and yet all of them are added."
D = 3  # inputs


class Net(NamedTuple):
    """The weights, the data, and the steps at which the loss is read."""

    W: Tensor
    U: Tensor
    b: Tensor
    v: Tensor
    X: Tensor
    Y: Tensor
    read: Tensor

    def loss(self, Ws: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """L with the recurrent matrix Ws[t] at step t, and h_{-1}, ..., h_{T-1}."""
        h = torch.zeros_like(self.b)
        states = [h]
        for W_t, x in zip(Ws, self.X, strict=True):
            h = torch.tanh(W_t @ h + self.U @ x + self.b)
            states.append(h)
        e = torch.stack(states[1:]) @ self.v - self.Y
        return 0.5 * (self.read * e * e).sum(), states


def run(T: int, H: int, rho: float, loss_at: str, seed: int) -> Outcome:
    """Six ways to dL/dW."""
    g = seeded(seed)
    W, U, b, v = orthogonal(g, H, rho), normal(g, H, D, scale=0.5), normal(g, H, scale=0.1), normal(g, H)
    read = torch.ones(T, dtype=F64) if loss_at == "all" else torch.eye(T, dtype=F64)[-1]
    net = Net(W, U, b, v, normal(g, T, D), normal(g, T), read)

    shared = W.clone().requires_grad_()
    (dW,) = torch.autograd.grad(net.loss([shared] * T)[0], shared)
    copies = [W.clone().requires_grad_() for _ in range(T)]
    of_copies = torch.stack(torch.autograd.grad(net.loss(copies)[0], copies))
    terms = by_hand(net)
    average = float(of_copies.mean(0).norm() / dW.norm())
    claims = (
        _agrees("BPTT by hand equals automatic differentiation of the loop", terms.sum(0), dW),
        _agrees("The sum of T untied copies' gradients is the shared weight's gradient", of_copies.sum(0), dW),
        _agrees("The library's recurrent layer gives the same gradient", by_library(net), dW),
        _agrees("Forward mode (RTRL) gives the same gradient", forward_mode(net), dW),
        close("Central differences give the same slope", difference(net, dW, g), 0, 1e-6, "relative difference"),
        close_relative("Averaging the copies instead of adding them is off by 1/T", average, 1 / T, 1e-12),
    )
    share = terms.flatten(1).norm(dim=1) / dW.norm()
    plot = Plot(
        Axis("step t"),
        Axis("|dL/dW of copy t| / |dL/dW|", log=True),
        (Curve("one copy's term", tuple(range(1, T)), tuple(share[1:].tolist())),),
    )
    return Outcome(plot, claims, average, {"numbers carried by RTRL": H**3, "numbers kept by BPTT": T * H})


def _agrees(statement: str, got: Tensor, expected: Tensor) -> Claim:
    return close(statement, relative_error(got, expected), 0, 1e-12, "relative difference")


def by_hand(net: Net) -> Tensor:
    """The recursion of the docstring: the terms of dL/dW, shape (T, H, H); that of step 0 is zero as h_{-1} is."""
    with torch.no_grad():
        T = len(net.X)
        _, states = net.loss([net.W] * T)
        dh, terms = torch.zeros_like(net.b), []
        for t in reversed(range(T)):
            h, h_before = states[t + 1], states[t]
            dh = dh + net.read[t] * net.v * (net.v @ h - net.Y[t])
            a = dh * (1 - h**2)
            terms.append(torch.outer(a, h_before))
            dh = net.W.T @ a
        return torch.stack(terms[::-1])


def by_library(net: Net) -> Tensor:
    """torch.nn.RNN with the same weights."""
    with torch.random.fork_rng(devices=[]):
        rnn = torch.nn.RNN(D, len(net.b), dtype=F64)
    with torch.no_grad():
        for weight, value in zip(rnn.parameters(), (net.U, net.W, net.b, torch.zeros_like(net.b)), strict=True):
            weight.copy_(value)
    e = rnn(net.X)[0] @ net.v - net.Y
    (dW,) = torch.autograd.grad(0.5 * (net.read * e * e).sum(), list(rnn.parameters())[1])
    return dW


def forward_mode(net: Net) -> Tensor:
    """Carries S = dh_t/dW, shape (H, H*H): d(W h)_i / dW_ij = h_j."""
    with torch.no_grad():
        H = len(net.b)
        h, S, dW = torch.zeros_like(net.b), torch.zeros(H, H * H, dtype=F64), torch.zeros(H * H, dtype=F64)
        for t, x in enumerate(net.X):
            direct = torch.kron(torch.eye(H, dtype=F64), h)
            h = torch.tanh(net.W @ h + net.U @ x + net.b)
            S = (1 - h**2)[:, None] * (net.W @ S + direct)
            dW += net.read[t] * (net.v @ h - net.Y[t]) * (net.v @ S)
        return dW.view(H, H)


def difference(net: Net, dW: Tensor, g: torch.Generator) -> float:
    """Central differences along a random direction against <dW, direction>, relative to |dW|."""
    direction, eps, T = normal(g, *net.W.shape), 1e-5, len(net.X)
    direction /= direction.norm()
    with torch.no_grad():
        up, down = (net.loss([net.W + sign * eps * direction] * T)[0] for sign in (1, -1))
        return float(abs((up - down) / (2 * eps) - (dW * direction).sum()) / dW.norm())
