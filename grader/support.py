"""A question's phrases as vectors and heads, remembered on disk by what they depend on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from bank.entry import Question
from grader.correction import Correction
from grader.encoder import Encoder, Vectors


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text that says (kind +1) or does not say (kind -1) what a point says."""

    text: str
    point: int
    kind: int


def phrases_of(question: Question, corrections: Sequence[Correction] = ()) -> tuple[Phrase, ...]:
    """Each point's sentence, examples and contrasts, then the words of the user's corrections."""
    found = []
    for j, point in enumerate(question.points):
        found.append(Phrase(point.says, j, 1))
        found.extend(Phrase(text, j, 1) for text in point.examples)
        found.extend(Phrase(text, j, -1) for text in point.contrasts)
    place = {point.id: j for j, point in enumerate(question.points)}
    for correction in corrections:
        if correction.entry == question.address and correction.point in place and correction.words.strip():
            found.append(Phrase(correction.words, place[correction.point], 1 if correction.heard else -1))
    return tuple(found)


class PhraseStore:
    """Vectors of phrases, each text encoded once.

    Args:
        encoder: whose vectors these are.
        version: of the judge; a new one forgets the old vectors.
        folder: where they are kept between runs; None keeps them in memory only.
    """

    def __init__(self, encoder: Encoder, version: str, folder: Path | None) -> None:
        self.encoder = encoder
        self._key = f"{encoder.name}:{encoder.sha256}:{version}"
        self._folder = folder
        self._known: dict[str, Vectors] = {}
        self._said: dict[str, list[tuple[str, Phrase]]] = {}

    def vectors(self, address: str, phrases: Sequence[Phrase]) -> Vectors:
        """(N, D), one row a phrase."""
        texts = tuple(phrase.text for phrase in phrases)
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            self._recall(address)
            missing = [text for text in missing if text not in self._known]
        if missing:
            for text, vector in zip(missing, self.encoder.phrases(missing), strict=True):
                self._known[text] = vector
            self._keep(address, dict.fromkeys(texts))
        return np.stack([self._known[text] for text in texts])

    def said(self, question: Question, find: Callable[[], Iterable[tuple[str, Phrase]]]) -> list[tuple[str, Phrase]]:
        """What is found in the question's model answers, looked for once in each state of the entry."""
        key = f"{question.address}:{question.entry.content_hash}"
        if key not in self._said:
            self._said[key] = self._recall_said(key) or self._find_said(key, find)
        return self._said[key]

    def _recall_said(self, key: str) -> list[tuple[str, Phrase]]:
        path = self._path(key, "json")
        if path is not None and path.is_file():
            with contextlib.suppress(OSError, ValueError, TypeError):  # a damaged cache is written anew
                return [(answer, Phrase(text, int(point), 1)) for answer, text, point in json.loads(path.read_bytes())]
        return []

    def _find_said(self, key: str, find: Callable[[], Iterable[tuple[str, Phrase]]]) -> list[tuple[str, Phrase]]:
        found, path = list(find()), self._path(key, "json")
        if path is not None:
            rows = json.dumps([(answer, phrase.text, phrase.point) for answer, phrase in found])
            _replace(path, lambda file: file.write(rows.encode()))
        return found

    def _path(self, what: str, suffix: str) -> Path | None:
        if self._folder is None:
            return None
        digest = hashlib.sha256(f"{self._key}:{what}".encode()).hexdigest()[:20]
        return self._folder / f"{digest}.{suffix}"

    def _recall(self, address: str) -> None:
        path = self._path(address, "npz")
        if path is None or not path.is_file():
            return
        try:
            with np.load(path, allow_pickle=False) as kept:
                texts, vectors = json.loads(str(kept["texts"])), kept["vectors"]
            self._known.update(zip(texts, vectors.astype(np.float32), strict=True))
        except (OSError, ValueError, KeyError):
            return  # a damaged cache is written anew

    def _keep(self, address: str, texts: dict[str, None]) -> None:
        path = self._path(address, "npz")
        if path is not None:
            vectors = np.stack([self._known[text] for text in texts])
            _replace(path, lambda file: np.savez(file, texts=np.array(json.dumps(list(texts))), vectors=vectors))


def _replace(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file of the cache in one step; where that cannot be, it costs time, nothing else."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=path.suffix, delete=False) as file:
            write(file)
        os.replace(file.name, path)
