"""Instruments of the demos: seeded matrices, gradients at every lag, bytes kept for backward, chains in the graph, fits."""

from __future__ import annotations

import math
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

F64 = torch.float64
_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def alone(device: str = "cpu") -> Iterator[None]:
    """One thread, gradients on, new tensors on `device`; everything is as before afterwards.

    More threads make tiny steps up to a hundred times slower on a busy machine. Runs from several threads follow each other,
    because torch's number of threads belongs to the process.
    """
    with _ONE_AT_A_TIME, ExitStack() as stack:
        threads = torch.get_num_threads()
        stack.callback(torch.set_num_threads, threads)
        torch.set_num_threads(1)
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        if device != "cpu":
            stack.enter_context(torch.device(device))
        yield


def seeded(seed: int) -> torch.Generator:
    """A source of random numbers that is the same on every device."""
    return torch.Generator(device="cpu").manual_seed(seed)


def normal(g: torch.Generator, *shape: int, scale: float = 1.0) -> Tensor:
    """Independent N(0, scale^2), float64."""
    drawn = torch.randn(*shape, generator=g, dtype=F64, device="cpu")
    scaled: Tensor = drawn.to(torch.get_default_device()) * scale
    return scaled


def orthogonal(g: torch.Generator, H: int, rho: float = 1.0) -> Tensor:
    """rho Q with Q drawn uniformly from the orthogonal (H, H): every singular value and every |eigenvalue| is rho."""
    Q, R = torch.linalg.qr(normal(g, H, H))
    W: Tensor = rho * Q * torch.sign(torch.diagonal(R))
    return W


def spectral_norm(A: Tensor) -> float:
    """The largest singular value."""
    return float(torch.linalg.matrix_norm(A, 2))


def spectral_radius(A: Tensor) -> float:
    """The largest |eigenvalue|."""
    return float(torch.linalg.eigvals(A).abs().max())


def jacobians(step: Callable[[int, Tensor], Tensor], h0: Tensor, T: int) -> tuple[Tensor, Tensor]:
    """dh_T/dh_t for t = 0..T, shape (T+1, H, H), and the states, shape (T+1, H), from one forward and one backward pass.

    H copies of the sequence run as a batch and copy i is asked for the gradient of component i, so that row i of the
    gradient at h_t is row i of the Jacobian. `step` maps t and (H, H) states to the next states.
    """
    H = h0.numel()
    h = h0.detach().expand(H, H).clone().requires_grad_()
    states = [h]
    for t in range(T):
        h = step(t, h)
        h.retain_grad()
        states.append(h)
    h.backward(torch.eye(H, dtype=h.dtype))  # type: ignore[no-untyped-call]
    gradients = [s.grad for s in states if s.grad is not None]
    return torch.stack(gradients), torch.stack([s.detach()[0] for s in states])


def norms_by_lag(J: Tensor) -> list[float]:
    """|dh_T/dh_(T-lag)|_2 for lag 0..T of what `jacobians` returns first."""
    norms: list[float] = torch.linalg.matrix_norm(J, 2).flip(0).tolist()
    return norms


class _Ticket:
    """Stands for one saved tensor; its end is reported to the meter."""

    __slots__ = ("key", "meter", "tensor")

    def __init__(self, tensor: Tensor, meter: SavedBytes, key: int) -> None:
        self.tensor = tensor.detach()  # not the tensor itself: it would keep its own graph alive
        self.meter, self.key = meter, key

    def __del__(self) -> None:
        self.meter._drop(self.key)


class SavedBytes:
    """Counts the bytes that autograd keeps for backward inside a `with`; one storage counts once.

    Attributes:
        live: bytes kept now; falls while backward frees them.
        peak: the most there ever were.
    """

    def __init__(self, exclude: Iterable[Tensor] = ()) -> None:
        self._excluded = list(exclude)  # kept alive: the address of a freed tensor would be used again, and skipped
        self._skip = {t.untyped_storage().data_ptr() for t in self._excluded}
        self._uses: dict[int, int] = {}
        self._size: dict[int, int] = {}
        self.live = self.peak = 0

    def _pack(self, tensor: Tensor) -> object:
        storage = tensor.untyped_storage()
        key = storage.data_ptr()
        if key in self._skip:
            return tensor.detach()
        if not self._uses.get(key):
            self._size[key] = storage.nbytes()
            self.live += self._size[key]
            self.peak = max(self.peak, self.live)
        self._uses[key] = self._uses.get(key, 0) + 1
        return _Ticket(tensor, self, key)

    @staticmethod
    def _unpack(kept: Any) -> Tensor:
        tensor: Tensor = kept.tensor if isinstance(kept, _Ticket) else kept
        return tensor

    def _drop(self, key: int) -> None:
        self._uses[key] -= 1
        if not self._uses[key]:
            self.live -= self._size[key]

    def __enter__(self) -> SavedBytes:
        self._hooks = torch.autograd.graph.saved_tensors_hooks(self._pack, self._unpack)
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._hooks.__exit__(*error)


class LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of every tensor made inside a `with`, forward and backward, on the CPU.

    Attributes:
        live: bytes of those that still exist.
        peak: the most there ever were.
    """

    def __init__(self, exclude: Iterable[Tensor] = ()) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._excluded = list(exclude)
        self._sizes = {t.untyped_storage()._cdata: 0 for t in self._excluded}
        self.live = self.peak = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # otherwise the first operation imports torch._dynamo and sympy, which takes a second

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        for item in out if isinstance(out, tuple | list) else (out,):
            if isinstance(item, Tensor):
                self._track(item.untyped_storage())
        return out

    def _track(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key not in self._sizes:
            self._sizes[key] = storage.nbytes()
            self.live += storage.nbytes()
            self.peak = max(self.peak, self.live)
            weakref.finalize(storage, self._free, key)

    def _free(self, key: int) -> None:
        self.live -= self._sizes.pop(key, 0)


class MultiplyAdds(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the multiply-adds of matrix products inside a `with`, forward and backward, on the CPU.

    Attributes:
        count: so far.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # as above

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func.overloadpacket.__name__ in ("mm", "bmm"):
            self.count += args[0].numel() * args[1].shape[-1]
        return func(*args, **(kwargs or {}))


def graph_nodes(root: Tensor) -> list[Any]:
    """The autograd nodes from `root` down, each after those it leads to. Iterative: long graphs overflow the stack."""
    order: list[Any] = []
    seen: set[Any] = set()
    stack: list[tuple[Any, bool]] = [(root.grad_fn, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((child, False) for child in _children(node) if child not in seen)
    return order


def chains(root: Tensor, leaf: Tensor) -> tuple[int, int]:
    """The longest and the shortest number of autograd nodes between `root` and the leaf tensor `leaf`."""
    longest: dict[Any, float] = {}
    shortest: dict[Any, float] = {}
    for node in graph_nodes(root):
        if hasattr(node, "variable"):
            here = node.variable is leaf
            longest[node], shortest[node] = (0, 0) if here else (-math.inf, math.inf)
            continue
        longest[node] = 1 + max((longest[child] for child in _children(node)), default=-math.inf)
        shortest[node] = 1 + min((shortest[child] for child in _children(node)), default=math.inf)
    return int(longest[root.grad_fn]), int(shortest[root.grad_fn])


def _children(node: Any) -> list[Any]:
    return [child for child, _ in node.next_functions if child is not None]


def line_fit(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Least squares: the slope, and R^2."""
    X, Y = torch.tensor(x, dtype=F64, device="cpu"), torch.tensor(y, dtype=F64, device="cpu")
    dX, dY = X - X.mean(), Y - Y.mean()
    slope = (dX * dY).sum() / (dX * dX).sum()
    total = (dY * dY).sum()
    residual = ((dY - slope * dX) ** 2).sum()
    return float(slope), float(1 - residual / total) if total > 0 else 1.0


def log_slope(norms: Sequence[float], start: int = 0) -> float:
    """The slope of ln norm against its index, from `start` on."""
    return line_fit(list(range(start, len(norms))), [math.log(n) for n in norms[start:]])[0]


def relative_error(got: Tensor, expected: Tensor) -> float:
    """|got - expected| / |expected| in the Frobenius norm."""
    return float(((got - expected).norm() / expected.norm()).detach())


def largest_difference(a: Tensor, b: Tensor) -> float:
    """The largest |a - b|."""
    return float((a - b).abs().max().detach())
