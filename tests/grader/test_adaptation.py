"""What training has changed comes back from the file: nearly, in an eighth of the space."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from grader import adaptation
from grader.calibration import Calibration, Curve
from grader.judge import Judge


@pytest.fixture
def base(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "model.safetensors"
    save_file({"layer.weight": torch.randn(32, 64), "layer.bias": torch.randn(32), "kept.weight": torch.randn(4, 4)}, path)
    return path


def test_the_changes_come_back(base: Path, tmp_path: Path) -> None:
    weights = load_file(base)
    change = 0.01 * torch.randn(32, 64)
    trained = {"layer.weight": weights["layer.weight"] + change, "layer.bias": torch.ones(32), "salience.bias": torch.ones(1)}
    path = tmp_path / "folder" / "judge.safetensors"
    calibration = Calibration(Curve(0.5, -1.0), Curve(2.0, 1.0), {"letters": {"a": 0.25}})
    adaptation.write(path, weights, trained, {"judge": Judge(0).state_dict()}, {"judge": calibration})
    found = adaptation.adapted_weights(base, path)
    left = found["layer.weight"] - trained["layer.weight"]
    assert left.square().sum() < 0.03 * change.square().sum()
    assert torch.equal(found["kept.weight"], weights["kept.weight"])
    assert torch.equal(found["layer.bias"], torch.ones(32))
    assert torch.equal(found["salience.bias"], torch.ones(1))
    assert adaptation.calibrations_of(path)["judge"] == calibration
    assert load_file(path)["delta/layer.weight"].numel() == 32 * 64 // 2


def test_a_matrix_that_did_not_change_stays(base: Path, tmp_path: Path) -> None:
    weights = load_file(base)
    path = tmp_path / "judge.safetensors"
    adaptation.write(path, weights, {"layer.weight": weights["layer.weight"].clone()}, {}, {})
    assert torch.allclose(adaptation.adapted_weights(base, path)["layer.weight"], weights["layer.weight"], atol=1e-10)
