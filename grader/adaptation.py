"""How the encoder was changed by training, kept small: what is added to each weight matrix, and the judge's own numbers.

One safetensors file. `delta/<name>` (4 bits an entry, two to a byte) with `scale/<name>` (one number a row) are added to the
matrix of that name; `whole/<name>` replaces a vector; `judge/<name>` and `plain/<name>` are the judges' parameters for this
encoder and for any other. `own/<address>` are the heads of a question with labelled answers, and `quotes/<address>` (int8),
`size/<address>`, `points/<address>` the vectors of quotes from them, `said/<address>` more quotes, as JSON. `stack/<name>` is
the last step, learned from readings of what the encoder was not trained on. The metadata holds the calibrations, and the order
of the points in those heads, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from grader.calibration import Calibration
from grader.own import Own
from grader.stacking import Stack
from grader.support import Phrase

SHIPPED = Path(__file__).parent / "weights" / "judge.safetensors"


def adapted_weights(base: Path, adaptation: Path) -> dict[str, Tensor]:
    """The base weights with the adaptation added, and the salience beside them."""
    weights = {name: tensor.float() for name, tensor in load_file(base).items() if tensor.is_floating_point()}
    for key, tensor in load_file(adaptation).items():
        kind, _, name = key.partition("/")
        if kind == "whole":
            weights[name] = tensor.float()
        elif kind == "delta":
            scale = _tensor(adaptation, f"scale/{name}").float()
            weights[name] = weights[name] + _unpacked(tensor).float() * scale[:, None]
    return weights


def judge_state(adaptation: Path, kind: str) -> dict[str, Tensor]:
    """Parameters of the judge: `judge` for the adapted encoder, `plain` for any other."""
    found = {key: tensor.float() for key, tensor in load_file(adaptation).items() if key.startswith(kind + "/")}
    return {key.partition("/")[2]: tensor for key, tensor in found.items()}


def calibrations_of(adaptation: Path) -> dict[str, Calibration]:
    """`judge` for any question, `known` for those whose answers were trained on (or absent), `plain` for other encoders."""
    with safe_open(adaptation, framework="pt") as file:
        found = json.loads(file.metadata()["calibration"])
    return {name: Calibration.from_json(values) for name, values in found.items()}


def write(
    path: Path,
    base: Mapping[str, Tensor],
    trained: Mapping[str, Tensor],
    judges: Mapping[str, Mapping[str, Tensor]],
    calibrations: Mapping[str, Calibration],
) -> None:
    """Write the differences of `trained` from `base`.

    Args:
        trained: only what training may have changed; vectors and new tensors are kept whole.
    """
    tensors: dict[str, Tensor] = {}
    for name, tensor in trained.items():
        if tensor.dim() == 2 and name in base:
            tensors.update(_difference(name, tensor.detach() - base[name]))
        else:
            tensors[f"whole/{name}"] = tensor.detach().contiguous()
    for kind, state in judges.items():
        tensors.update({f"{kind}/{name}": t.detach().half().contiguous() for name, t in state.items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata=_metadata(calibrations))


def own_of(adaptation: Path) -> dict[str, Own]:
    """What labelled answers have added, by the question's address."""
    with safe_open(adaptation, framework="pt") as file:
        ids = json.loads(file.metadata().get("own", "{}"))

        def own(address: str, names: list[str]) -> Own:
            quotes = file.get_tensor(f"quotes/{address}").float() * file.get_tensor(f"size/{address}").float()[:, None]
            points = file.get_tensor(f"points/{address}").long()
            said = json.loads(file.get_tensor(f"said/{address}").numpy().tobytes())
            heads = file.get_tensor(f"own/{address}").float()
            phrases = tuple(Phrase(text, point, 1) for point, text in said)
            return Own(tuple(names), heads, F.normalize(quotes, dim=1), points, phrases)

        return {address: own(address, names) for address, names in ids.items()}


def with_own(path: Path, owns: Mapping[str, Own]) -> None:
    """Put what labelled answers add into the file, in place of what it has of that."""
    kinds = ("own", "quotes", "size", "points", "said")
    tensors: dict[str, Tensor] = {}
    for address, own in owns.items():
        quotes, size = _in_bytes(own.quotes)
        said = json.dumps([(phrase.point, phrase.text) for phrase in own.said]).encode()
        words = torch.frombuffer(bytearray(said), dtype=torch.uint8)
        parts = (own.W.half().contiguous(), quotes, size, own.points.to(torch.int16), words)
        tensors |= {f"{kind}/{address}": part for kind, part in zip(kinds, parts, strict=True)}
    ids = json.dumps({address: own.ids for address, own in owns.items()}, sort_keys=True)
    _replace(path, kinds, tensors, {"own": ids})


def stack_of(adaptation: Path) -> Stack | None:
    """The last step to an answer's logits, if there is one."""
    with safe_open(adaptation, framework="pt") as file:
        names = [key for key in file.keys() if key.startswith("stack/")]  # noqa: SIM118
        found = {name.partition("/")[2]: file.get_tensor(name).double().numpy() for name in names}
    return Stack(**found) if found else None


def with_stack(path: Path, stack: Stack) -> None:
    """Put the last step into the file, in place of the one it has."""
    tensors = {f"stack/{name}": torch.from_numpy(array).float().contiguous() for name, array in asdict(stack).items()}
    _replace(path, ("stack",), tensors, {})


def recalibrate(path: Path, calibrations: Mapping[str, Calibration]) -> None:
    """Give the file other calibrations."""
    _replace(path, (), {}, _metadata(calibrations))


def _replace(path: Path, kinds: Sequence[str], tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Put tensors in place of those of these kinds, and metadata over what the file has."""
    with safe_open(path, framework="pt") as file:
        told = {**file.metadata(), **metadata}
    kept = {name: t for name, t in load_file(path).items() if name.partition("/")[0] not in kinds}
    save_file({**kept, **tensors}, path, metadata=told)


def _metadata(calibrations: Mapping[str, Calibration]) -> dict[str, str]:
    return {"calibration": json.dumps({name: c.to_json() for name, c in calibrations.items()}, sort_keys=True)}


_CLIPPED = 0.8  # of a row's largest change is the largest that is kept: least error in all


def _difference(name: str, change: Tensor) -> dict[str, Tensor]:
    """In 4 bits, which loses 1.4 % of the change's energy; factors of the same size would lose 12 %."""
    scale = (change.abs().amax(1) * _CLIPPED / 7).clamp_min(1e-12)
    entries = (change / scale[:, None]).round().clamp(-7, 7).to(torch.int8) + 8
    packed = (entries[:, 0::2] + 16 * entries[:, 1::2].to(torch.int16)).to(torch.uint8)
    return {f"delta/{name}": packed.contiguous(), f"scale/{name}": scale.float()}


def _unpacked(packed: Tensor) -> Tensor:
    """Two entries from each byte, -7 to 7."""
    pairs = torch.stack([packed & 15, packed >> 4], -1)
    return pairs.flatten(1).to(torch.int8) - 8


def _in_bytes(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Rows in 8 bits, and one number a row to multiply them by."""
    scale = (rows.abs().amax(1) / 127).clamp_min(1e-12)
    return (rows / scale[:, None]).round().to(torch.int8), scale.float()


def _tensor(path: Path, key: str) -> Tensor:
    with safe_open(path, framework="pt") as file:
        found: Tensor = file.get_tensor(key)
    return found
