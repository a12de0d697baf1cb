"""What a forgotten detach costs: chunk i goes back through all i chunks.

    h <- h.detach() before every chunk:  each backward pass walks K steps
    without it, retain_graph=True:       the i-th walks i K steps, memory grows
    without it and without retain_graph: "... through the graph a second time"
    with an optimiser's step in between: "modified by an inplace operation"

Counted in autograd nodes, and in bytes kept.
"""

from __future__ import annotations

import torch
from torch import Tensor

from bank.demos.claims import above, at_least, equal, same
from bank.demos.measure import F64, SavedBytes, graph_nodes, line_fit, normal, orthogonal, seeded
from bank.demos.result import Axis, Curve, Guess, Knob, Outcome, Plot

KNOBS = (
    Knob("K", 10, "steps in a chunk", 3, 20),
    Knob("chunks", 8, "chunks in the sequence", 4, 10),
    Knob("seed", 0, "of the random numbers", 0, 9),
)
GUESS = Guess(
    "Without detach, how many times as much of the graph as the first chunk does the last of {chunks} chunks walk?",
    tolerance=0.6,
    unit="times",
)
SEE = "A flat line with detach; without it every chunk costs more than the one before, in work and in memory."
B, H = 4, 16


def run(K: int, chunks: int, seed: int) -> Outcome:
    """Nodes and bytes of every chunk, with and without detach."""
    nodes, kept = walk(K, chunks, seed, detach=True)
    nodes_without, kept_without = walk(K, chunks, seed, detach=False)
    count = tuple(range(1, chunks + 1))
    growth, straight = line_fit(count, nodes_without)
    claims = (
        same("With detach every chunk walks the same number of nodes", nodes),
        at_least("Without it the nodes grow linearly from chunk to chunk (R^2)", straight, 0.9999),
        above("Without it every chunk adds more nodes than it has steps", growth, K, "nodes"),
        above("Without it the kept bytes grow: last chunk over first", kept_without[-1] / kept_without[0], chunks - 1, "times"),
        equal("With detach nothing is kept after a chunk", max(kept), 0, "bytes"),
        equal("Without retain_graph torch refuses the second chunk", "second time" in refusal(K, seed, step=False), True),
        equal(
            "It refuses one after a step of the optimiser, too", "modified by an inplace" in refusal(K, seed, step=True), True
        ),
    )
    curves = (Curve("with detach", count, tuple(nodes)), Curve("without", count, tuple(nodes_without)))
    return Outcome(Plot(Axis("chunk"), Axis("autograd nodes walked"), curves), claims, nodes_without[-1] / nodes_without[0])


def walk(K: int, chunks: int, seed: int, detach: bool) -> tuple[list[int], list[int]]:
    """Nodes below every chunk's loss, and bytes kept after its backward pass."""
    g = seeded(seed)
    W, X, h = orthogonal(g, H).requires_grad_(), normal(g, chunks, K, B, H), torch.zeros(B, H, dtype=F64)
    nodes, kept = [], []
    with SavedBytes([W, X, h]) as saved:
        for chunk in X:
            if detach:
                h = h.detach()
            for x in chunk:
                h = torch.tanh(h @ W + x)
            L = h.sum()
            nodes.append(len(graph_nodes(L)))
            L.backward(retain_graph=not detach)  # type: ignore[no-untyped-call]
            kept.append(saved.live)
            del L
    return nodes, kept


def refusal(K: int, seed: int, step: bool) -> str:
    """What torch says to a second chunk without detach; with `step` W has moved in between, and the graph was retained."""
    W, h = orthogonal(seeded(seed), H).requires_grad_(), torch.ones(B, H, dtype=F64)
    try:
        for _ in range(2):
            for _ in range(K):
                h = torch.tanh(h @ W)
            h.sum().backward(retain_graph=step)  # type: ignore[no-untyped-call]
            if step:
                _descend(W)
    except RuntimeError as error:
        return str(error)
    return ""


def _descend(W: Tensor) -> None:
    with torch.no_grad():
        W -= 0.1 * W.grad if W.grad is not None else 0
