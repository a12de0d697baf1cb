"""The encoder and the judge while they are being trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from grader.adaptation import adapted_weights, judge_state
from grader.bert import CLS, SEP, embed, layers_of, through
from grader.encoder import shipped_folder
from grader.judge import Judge
from grader.lessons import Ids, Rows
from grader.reading import salience_of

WIDTH = 384
Below = dict[Ids, Tensor]
"""Hidden states (T, D) after the frozen layers, by token ids; they never change, so each text is read once."""

_BATCH = 16  # windows read at a time
_BATCH_PHRASES = 64


@dataclass(slots=True)
class Model:
    """The encoder's weights, those being trained among them, with the judge.

    Attributes:
        trained: what the encoder's optimizer moves, by name; the tensors of `weights` themselves.
        frozen: so many of the lowest layers are not trained.
        below: what has been read of the frozen layers' states.
    """

    weights: dict[str, Tensor]
    salience: tuple[Tensor, Tensor]
    judge: Judge
    frozen: int
    trained: dict[str, Tensor] = field(default_factory=dict)
    below: Below = field(default_factory=dict)

    def phrases(self, ids: Sequence[Ids], dropout: float) -> Tensor:
        """Unit vectors of whole texts, (N, D)."""
        return torch.cat(self.windows([(x, ((0, len(x)),)) for x in ids], dropout, _BATCH_PHRASES))

    def windows(
        self, windows: Sequence[tuple[Ids, Rows]], dropout: float, batch: int = _BATCH, again: bool = True
    ) -> list[Tensor]:
        """Windows -> unit vectors of their spans, (S, D) each, read in batches of like length.

        Args:
            again: they will be asked for once more.
        """
        order = sorted(range(len(windows)), key=lambda n: len(windows[n][0]))
        found: dict[int, Tensor] = {}
        for at in range(0, len(order), batch):
            chosen = order[at : at + batch]
            states = self._states([windows[n][0] for n in chosen], dropout, again)
            weighted = states * salience_of(states, self.salience)[..., None]
            for n, row in zip(chosen, weighted, strict=True):
                sums = torch.cat([torch.zeros(1, WIDTH), row[1:].cumsum(0)])
                bounds = torch.tensor(windows[n][1])
                found[n] = F.normalize(sums[bounds[:, 1]] - sums[bounds[:, 0]], dim=1)
        return [found[n] for n in range(len(windows))]

    def _states(self, ids: Sequence[Ids], dropout: float, again: bool) -> Tensor:
        """(B, T, D)."""
        below = [self._below(x, again) for x in ids]
        lengths = torch.tensor([len(h) for h in below])
        h = torch.nn.utils.rnn.pad_sequence(below, batch_first=True)
        mask = torch.arange(h.shape[1]) < lengths[:, None]
        return through(self.weights, h, range(self.frozen, layers_of(self.weights)), mask, dropout)

    def _below(self, ids: Ids, again: bool) -> Tensor:
        """Hidden states (T, D) after the frozen layers."""
        known = self.below.get(ids)
        if known is None:
            with torch.no_grad():
                h = embed(self.weights, torch.tensor([[CLS, *ids, SEP]]))
                known = through(self.weights, h, range(self.frozen))[0]
            if again:
                self.below[ids] = known
        return known


def new_model(layers: int, seed: int, begin: Path | None = None, below: Below | None = None) -> Model:
    """A model to train.

    Args:
        layers: how many upper layers of the encoder are free to move.
        begin: an adaptation to go on from; None takes the shipped encoder as it comes, and an untrained judge.
        below: states of as many frozen layers, if some are known.
    """
    from safetensors.torch import load_file

    torch.manual_seed(seed)
    base = shipped_folder() / "model.safetensors"
    judge = Judge(WIDTH)
    if begin is None:
        weights = {n: t for n, t in load_file(base).items() if t.is_floating_point()}
        salience = (0.02 * torch.randn(1, WIDTH), torch.zeros(1))
    else:
        weights = adapted_weights(base, begin)
        salience = (weights.pop("salience.weight"), weights.pop("salience.bias"))
        judge.load_state_dict(judge_state(begin, "judge"))
    model = Model(weights, salience, judge, 6 - layers, below={} if below is None else below)
    for layer in range(6 - layers, 6):
        for name in list(weights):
            if name.startswith(f"encoder.layer.{layer}."):
                weights[name] = weights[name].clone().requires_grad_()
                model.trained[name] = weights[name]
    for name, tensor in zip(("salience.weight", "salience.bias"), salience, strict=True):
        model.trained[name] = tensor.requires_grad_()
    return model


def averaged(models: Sequence[Model]) -> Model:
    """The mean of models that began alike."""
    first = models[0]
    with torch.no_grad():
        for name, tensor in first.trained.items():
            tensor.copy_(torch.stack([model.trained[name] for model in models]).mean(0))
        states = [model.judge.state_dict() for model in models]
        first.judge.load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return first
