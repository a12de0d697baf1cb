"""Do the claims bite? Each mutant breaks one fact in one module, and some claim of the demo must fail.

A mutant is the module's source with one text replaced, executed under the module's name; the demo is loaded afresh on top.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import bank.demos
from bank.demos import SHIPPED, load_demo, spec_of
from bank.demos.result import Value

FOLDER = Path(bank.demos.__file__).parent

MUTANTS: list[tuple[str, str, str, str]] = [  # demo, right, wrong, what is wrong
    ("chain-rule-graph", "product *= factor[edge]", "product += factor[edge]", "factors added along a path"),
    ("chain-rule-graph", "d[i] = sum(", "d[i] = max(", "paths not added"),
    ("reverse-against-forward", "d = W.T @ ((1 - h**2) * d)", "d = W.T @ d", "tanh' dropped"),
    ("bptt-is-backprop", "dh = net.W.T @ a", "dh = net.W @ a", "Jacobian not transposed"),
    ("bptt-is-backprop", "a = dh * (1 - h**2)", "a = dh", "tanh' dropped"),
    ("bptt-is-backprop", "dh = dh + net.read[t]", "dh = net.read[t]", "the future's error dropped"),
    ("activation-memory", "state[0] @ W + b)\n", "state[0] @ W + b).exp()\n", "more is kept"),
    ("spectral-radius", "W, X = orthogonal(g, H, rho)", "W, X = normal(g, H, H, scale=rho * H**-0.5)", "not orthogonal"),
    ("non-normal-growth", "+ coupling * N", "+ 0 * coupling * N", "normal matrix"),
    ("lyapunov-slope", "(1 - h**2)[:, None] * (W @ Q)", "W @ Q", "tanh' dropped in the exponent"),
    ("nilpotent-doubling", "[[8.0, 8.0], [-8.0, -8.0]]", "[[0.8, 0.8], [-0.8, -0.8]]", "small weights"),
    ("norm-bound", "torch.tanh(h @ W.T + X[t])", "torch.tanh(1.3 * h @ W.T + 0 * X[t])", "norm above the bound"),
    ("gradient-share-by-lag", "copies = W.expand(T, H, H)", "copies = (1.01 * W).expand(T, H, H)", "terms of another matrix"),
    ("gain-sweep", "(1 - h**2)[:, :, None] * (weights @ q)", "weights @ q", "tanh' dropped"),
    ("float-underflow", "dtype=dtype, requires_grad", "dtype=torch.float32, requires_grad", "always float32"),
    ("truncation-map", "            h = h.detach()\n", "            pass\n", "detach forgotten"),
    ("truncation-map", "first = max(0, t - K + 1)", "first = max(0, t - K)", "window one too long"),
    ("truncation-error", "if t % K == 0:", "if t == 0:", "detach forgotten"),
    ("truncation-schemes", "masked(G, t - s < K)", "masked(G, t - s <= K // 8)", "window too short"),
    ("truncation-schemes", "t // K == s // K", "t // K <= s // K + 1", "wrong mask"),
    ("truncation-learnability:latch", "h = torch.where(cut, h.detach(), h)", "pass", "detach forgotten"),
    ("truncation-learnability:latch", "and t > 0 and (T - t) % net.K == 0", "and t > 1", "cut at every step but the first"),
    ("reservoir-memory", "states.append(h)", "states.append(u * x_t)", "no state kept"),
    ("forgotten-detach", "            if detach:\n", "            if True:\n", "always detached"),
    ("truncated-memory", "h, L = h.detach(), torch", "h, L = h + 0, torch", "detach forgotten"),
    ("random-truncation", "gradients(patterns / p, seed)", "gradients(patterns, seed)", "not reweighted"),
    ("norm-clipping", "(clip_grad_norm_([p], c))", "(clip_grad_norm_([p], c)) * 0 + c", "norm after clipping"),
    ("clipping-cliff", "(c / size.clamp_min(1e-300)).clamp(max=1.0)", "torch.ones_like(size)", "never clipped"),
    ("forget-bias", "f * states[-1] + 0.1", "f * states[-1] * 0.99 + 0.1", "another factor"),
    ("cell-gradients", "x @ U.T + h @ Q.T, H)", "x @ U.T + 0.99 * h @ Q.T, H)", "not orthogonal"),
    ("cell-gradients", "c = (f + bias).sigmoid() * c", "c = f.sigmoid() * c", "bias dropped"),
    ("retention-training:latch", "torch.full((1, H), -net.keep)", "torch.full((1, H), net.keep)", "bias of the wrong sign"),
    ("path-length", "for x in (first, *X[1:]):", "for x in (*X[1:], first):", "first input read last"),
    ("attention-reach", "torch.zeros(D, D, dtype=F64), *weights[1:]", "*weights", "attention not even"),
    ("rank-collapse", "else layer(x, weights))", "else x + layer(x, weights))", "residual left in"),
    ("attention-window", "(lag < window)", "(lag <= window)", "window one too long"),
    ("blockwise-attention", "l = shrink * l + p.sum(-1)", "l = l + p.sum(-1)", "sum not rescaled"),
    ("blockwise-attention", " - inner[:, i])", ")", "softmax term dropped"),
    ("blockwise-attention", "m_new = torch.maximum(m, s.amax(-1))", "m_new = torch.zeros_like(m)", "no maximum"),
    ("attention-memory:blockwise-attention", "v, o, lse)", "v, o, lse, (q @ k.mT).contiguous())", "matrix kept"),
    ("attention-work:blockwise-attention", "return rows.stop if masked else T", "return T", "no block left out"),
    ("parallel-scan", "a[k:] * b[:-k] + b[k:]", "a[:-k] * b[:-k] + b[k:]", "operator turned round"),
    ("parallel-scan", "a.flip(0)[:-1]])", "a.flip(0)[1:]])", "reverse scan shifted"),
    ("scan-depth:parallel-scan", "        k *= 2\n", "        k += 1\n", "steps instead of doublings"),
    ("convolution-view", "torch.arange(T)[:, None]", "torch.arange(1, T + 1)[:, None]", "kernel shifted"),
    ("gated-discretisation", "((1 - a) * x)[:, None]", "(softplus(inputs) * x)[:, None]", "Euler instead of zero-order hold"),
    ("selective-memory", "selective[MARK] = keep", "selective[MARK] = 0.05", "gate stays shut"),
    ("cumulative-product-scan", "divided = P * (ones / P).cumsum(0)", "divided = scan(factors, ones)", "no division"),
    ("checkpoint-segments", "for start in range(0, T, S)", "for start in range(0, T - S + 1, S + 1)", "steps left out"),
    ("checkpoint-segments", "no_grad():\n            return f(h)", "no_grad():\n            return f(f(h))", "run twice"),
    ("checkpoint-recursion", "m, middle = (a + b) // 2, h", "m, middle = b - 1, h", "not halved"),
    ("fixed-point-gradient", "- J.T, v)", "- J, v)", "transpose forgotten"),
    ("softmax-gradient", "torch.diag(p) - torch.outer(p, p)", "torch.diag(p)", "softmax term dropped"),
    ("initialisation-variance", "scale=width**-0.5", "scale=width**-0.4", "wrong fan-in"),
    ("residual-depth", "states[-1] + f if skip else f", "f + 0.9 * states[-1] if skip else f", "skip weakened"),
    ("attention-saturation", "measured(s / math.sqrt(size))", "measured(s / size**0.25)", "divided by too little"),
    ("loss-scaling", "return g.float() / 2.0**k", "return (g / 2.0**k).float()", "unscaled in float16"),
    ("loss-scaling", "dtype=torch.float16, requires_grad", "dtype=torch.bfloat16, requires_grad", "bfloat16"),
    ("dropout-gradient", "loss(masks * rows / (1 - p))", "loss(masks * rows)", "survivors not divided"),
]  # fmt: skip


@contextmanager
def mutated(demo: str, module: str, right: str, wrong: str) -> Iterator[types.ModuleType]:
    """The demo's module on top of a mutant; all else stays as it is."""
    source = (FOLDER / f"{module}.py").read_text(encoding="utf-8")
    assert source.count(right) >= 1, f"{module}.py no longer says {right!r}"
    kept = {name: sys.modules.get(f"bank.demos.{name}") for name in (module, demo)}
    try:
        mutant = types.ModuleType(f"bank.demos.{module}")
        sys.modules[mutant.__name__] = mutant
        exec(compile(source.replace(right, wrong), f"{module}.py, mutated", "exec"), mutant.__dict__)
        if demo != module:
            sys.modules.pop(f"bank.demos.{demo}", None)
            mutant = importlib.import_module(f"bank.demos.{demo}")
        yield mutant
    finally:
        for name, before in kept.items():
            sys.modules.pop(f"bank.demos.{name}", None)
            if before is not None:
                sys.modules[f"bank.demos.{name}"] = before


def failed_claims(module: types.ModuleType, demo: str, settings: dict[str, Value]) -> list[str]:
    """The claims that fail, or what was raised."""
    try:
        outcome = spec_of(demo, "mutant", module).run(**settings)
    except Exception as error:
        return [f"raised {error!r}"]
    return [claim.statement for claim in outcome.claims if not claim.holds]


@pytest.mark.parametrize(("demo", "right", "wrong", "what"), MUTANTS, ids=[f"{demo}: {what}" for demo, _, _, what in MUTANTS])
def test_a_broken_demo_is_caught(demo: str, right: str, wrong: str, what: str) -> None:
    name, _, other = demo.partition(":")
    stem = name.replace("-", "_")
    load_demo(name)
    with mutated(stem, other.replace("-", "_") or stem, right, wrong) as module:
        assert failed_claims(module, name, {}), what


def test_every_demo_has_a_mutant() -> None:
    assert {demo.partition(":")[0] for demo, *_ in MUTANTS} == set(SHIPPED)


def test_an_unmutated_demo_survives() -> None:
    with mutated("truncation_map", "truncation_map", "h = h.detach()", "h = h.detach()") as module:
        assert not failed_claims(module, "truncation-map", {})
