"""Training of the encoder's upper layers and of the judge, on labelled answers to many questions.

Several runs begin alike, see the answers in different orders, and are averaged weight by weight (Wortsman et al. 2022, model
soups): one grader that errs less than any of them, and costs no more to use.

Every step takes one question. Some of its phrases are drawn as its support, from which the judge makes its heads; the rest of
its phrases, runs of them, and a batch of labelled answers are then graded as they would be in use. So the encoder and the
judge learn to hear any point from a few phrases, not these points.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from bank.entry import Question
from grader.bert import CLS, SEP, hidden_states
from grader.dataset import LabelledAnswer
from grader.encoder import shipped_folder
from grader.judge import Head, Judge, Phrases, pooled
from grader.lessons import Ids, Phrase, Reading, Rows, Tokenizer
from grader.reading import salience_of
from grader.support import phrases_of

WIDTH = 384


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    Attributes:
        layers: how many upper layers of the encoder are trained.
        runs: how many runs are averaged.
        epochs: passes over the answers in a run.
        batch: answers to one question in a step.
        examples, contrasts: at most so many of a point's phrases are drawn as support.
        points: at most so many of the question's points are looked at in one step.
        queries, joined: so many of the remaining phrases, and of answers put together from them, are graded in a step.
    """

    layers: int = 4
    runs: int = 2
    epochs: int = 4
    batch: int = 20
    learning_rate: float = 2e-4
    judge_learning_rate: float = 5e-3
    dropout: float = 0.1
    examples: int = 8
    contrasts: int = 5
    points: int = 9
    queries: int = 12
    joined: int = 4
    seed: int = 0


@dataclass(slots=True)
class Model:
    """The encoder's weights, those being trained among them, with the judge.

    Attributes:
        half: the weights as they are read with, in bfloat16; gradients reach the originals through them.
        frozen: so many of the lowest layers are not trained.
    """

    weights: dict[str, Tensor]
    salience: tuple[Tensor, Tensor]
    judge: Judge
    frozen: int
    trained: dict[str, Tensor] = field(default_factory=dict)
    half: dict[str, Tensor] = field(default_factory=dict)

    def refresh(self) -> None:
        """Read with the weights as they are now."""
        changed = self.trained if self.half else self.weights
        self.half |= {name: self.weights[name].bfloat16() for name in changed if name in self.weights}

    def parameters(self) -> list[Tensor]:
        """What the encoder's optimizer moves."""
        return [*self.trained.values()]


def new_model(settings: Settings) -> Model:
    """The shipped encoder as it comes, its upper layers free to move, and an untrained judge."""
    from safetensors.torch import load_file

    torch.manual_seed(settings.seed)
    weights = {n: t for n, t in load_file(shipped_folder() / "model.safetensors").items() if t.is_floating_point()}
    salience = (0.02 * torch.randn(1, WIDTH), torch.zeros(1))
    model = Model(weights, salience, Judge(WIDTH), 6 - settings.layers)
    for layer in range(6 - settings.layers, 6):
        for name in list(weights):
            if name.startswith(f"encoder.layer.{layer}."):
                weights[name] = weights[name].clone().requires_grad_()
                model.trained[name] = weights[name]
    for name, tensor in zip(("salience.weight", "salience.bias"), salience, strict=True):
        model.trained[name] = tensor.requires_grad_()
    return model


def train(
    questions: Mapping[str, Question],
    answers: Sequence[LabelledAnswer],
    settings: Settings,
    say: Callable[[str], None] = lambda line: None,
) -> Model:
    """Train on these answers.

    Args:
        questions: by address; every answer's entry must be among them.
        say: told of the progress, a line at a time.
    """
    return averaged([train_once(questions, answers, settings, run, say) for run in range(settings.runs)])


def averaged(models: Sequence[Model]) -> Model:
    """The mean of models that began alike."""
    first = models[0]
    with torch.no_grad():
        for name, tensor in first.trained.items():
            tensor.copy_(torch.stack([model.trained[name] for model in models]).mean(0))
        states = [model.judge.state_dict() for model in models]
        first.judge.load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return first


def train_once(
    questions: Mapping[str, Question],
    answers: Sequence[LabelledAnswer],
    settings: Settings,
    run: int,
    say: Callable[[str], None] = lambda line: None,
) -> Model:
    """One run; its number decides the order of the answers and what is drawn in each step."""
    model, tokenizer = new_model(settings), Tokenizer(shipped_folder())
    rng = random.Random(1000 * settings.seed + run)
    torch.manual_seed(1000 * settings.seed + run)
    phrases = {
        address: [Phrase(tokenizer.phrase(p.text), p.point, p.kind) for p in phrases_of(question)]
        for address, question in questions.items()
    }
    readings: dict[str, list[Reading]] = {address: [] for address in questions}
    for answer in answers:
        reading = tokenizer.reading(answer, questions[answer.entry])
        if reading.windows:
            readings[answer.entry].append(reading)
    plan = [batch for _ in range(settings.epochs) for batch in _batches(readings, settings.batch, rng)]
    groups = [
        {"params": model.parameters(), "lr": settings.learning_rate},
        {"params": list(model.judge.parameters()), "lr": settings.judge_learning_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [settings.learning_rate, settings.judge_learning_rate], total_steps=len(plan) + 1, pct_start=0.15
    )
    recent: list[float] = []
    for step, (address, batch) in enumerate(plan, 1):
        model.refresh()
        loss = _loss(model, phrases[address], len(questions[address].points), batch, settings, rng)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*model.parameters(), *model.judge.parameters()], 1.0)
        optimizer.step()
        schedule.step()
        recent = [*recent[-49:], float(loss.detach())]
        if step % 25 == 0 or step == len(plan):
            say(f"run {run + 1}, step {step} of {len(plan)}, loss {sum(recent) / len(recent):.3f}")
    return model


def _batches(readings: Mapping[str, list[Reading]], size: int, rng: random.Random) -> Iterator[tuple[str, list[Reading]]]:
    """Answers to one question of about the same length, in random order."""
    found: list[tuple[str, list[Reading]]] = []
    for address, rows in readings.items():
        by_length = sorted(rows, key=lambda r: sum(len(ids) for ids, _ in r.windows) + rng.random() * 80)
        found.extend((address, by_length[n : n + size]) for n in range(0, len(rows), size))
    rng.shuffle(found)
    yield from found


def _loss(
    model: Model, phrases: Sequence[Phrase], J: int, batch: Sequence[Reading], settings: Settings, rng: random.Random
) -> Tensor:
    if settings.points < J:
        chosen = sorted(rng.sample(range(J), settings.points))
        phrases, batch, J = _of_points(phrases, batch, chosen)
    support, held = _draw(phrases, J, settings, rng)
    queries = held[: settings.queries]
    vectors = _phrase_vectors(model, [p.ids for p in (*support, *queries)], settings.dropout)
    head = model.judge.head(_as_phrases(vectors[: len(support)], support, J))
    loss = _answers_loss(model, head, batch, J, settings.dropout)
    if queries:
        loss = loss + 0.5 * _queries_loss(model.judge, head, vectors[len(support) :], queries, J)
    if len(held) > 6:
        loss = loss + 0.5 * _runs_loss(model, head, held, J, settings, rng)
    return loss


def _of_points(
    phrases: Sequence[Phrase], batch: Sequence[Reading], chosen: Sequence[int]
) -> tuple[list[Phrase], list[Reading], int]:
    """The same question and answers as if it had only the chosen points."""
    place = {j: n for n, j in enumerate(chosen)}
    kept = [Phrase(p.ids, place[p.point], p.kind) for p in phrases if p.point in place]
    read = [Reading(r.windows, r.labels[list(chosen)], r.quoted[:, list(chosen)]) for r in batch]
    return kept, read, len(chosen)


def _draw(phrases: Sequence[Phrase], J: int, settings: Settings, rng: random.Random) -> tuple[list[Phrase], list[Phrase]]:
    """Some phrases of each point as support, its first sentence always; the rest, shuffled."""
    support: list[Phrase] = []
    held: list[Phrase] = []
    for j in range(J):
        says, *examples = [p for p in phrases if p.point == j and p.kind > 0]
        contrasts = [p for p in phrases if p.point == j and p.kind < 0]
        rng.shuffle(examples)
        rng.shuffle(contrasts)
        kept = min(len(examples) - 1, rng.randint(min(3, settings.examples), settings.examples)) if len(examples) > 1 else 1
        refused = min(max(len(contrasts) - 1, 1), rng.randint(min(2, settings.contrasts), settings.contrasts))
        support += [says, *examples[:kept], *contrasts[:refused]]
        held += [*examples[kept:], *contrasts[refused:]]
    rng.shuffle(held)
    return support, held


def _as_phrases(vectors: Tensor, phrases: Sequence[Phrase], J: int) -> Phrases:
    kinds = torch.tensor([p.kind for p in phrases])
    return Phrases(vectors, kinds, torch.tensor([p.point for p in phrases]), J)


def _answers_loss(model: Model, head: Head, batch: Sequence[Reading], J: int, dropout: float) -> Tensor:
    """Each answer's labels; and the quoted spans must say it, the others not."""
    vectors = _window_vectors(model, [window for reading in batch for window in reading.windows], dropout)
    total, at = torch.zeros(()), 0
    for reading in batch:
        count = len(reading.windows)
        logits = model.judge(torch.cat(vectors[at : at + count]), head).logits
        at += count
        total = total + 2 * F.binary_cross_entropy_with_logits(pooled(logits), reading.labels)
        asserted = (reading.quoted == 1).any(0)
        inside = pooled(logits.masked_fill(reading.quoted != 1, -1e4))
        outside = pooled(logits.masked_fill(reading.quoted != 0, -1e4)).clamp_min(-20.0)
        total = total + (asserted * (F.softplus(-inside) + F.softplus(outside))).sum() / J
    return total / len(batch)


def _queries_loss(judge: Judge, head: Head, vectors: Tensor, queries: Sequence[Phrase], J: int) -> Tensor:
    """Phrases left out of the support: an example asserts its own point, probably no other; a contrast not its own."""
    labels, weights = torch.zeros(len(queries), J), torch.zeros(len(queries), J)
    for n, phrase in enumerate(queries):
        weights[n] = 0.2 if phrase.kind > 0 else 0.0
        weights[n, phrase.point] = 1.0
        labels[n, phrase.point] = float(phrase.kind > 0)
    loss = F.binary_cross_entropy_with_logits(judge(vectors, head).logits, labels, reduction="none")
    return (loss * weights).sum() / len(queries)


def _runs_loss(model: Model, head: Head, held: Sequence[Phrase], J: int, settings: Settings, rng: random.Random) -> Tensor:
    """Answers put together from phrases left out of the support."""
    runs = [rng.sample(held, rng.randint(2, 5)) for _ in range(settings.joined)]
    windows = [_joined(run) for run in runs]
    total = torch.zeros(())
    for run, vectors in zip(runs, _window_vectors(model, windows, settings.dropout), strict=True):
        labels, weights = torch.zeros(J), torch.full((J,), 0.1 if any(p.kind < 0 for p in run) else 0.2)
        for phrase in run:
            weights[phrase.point] = 1.0
            labels[phrase.point] = max(float(phrase.kind > 0), float(labels[phrase.point]))
        logits = pooled(model.judge(vectors, head).logits)
        loss = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")
        total = total + 2 * (loss * weights).mean()
    return total / len(runs)


def _joined(run: Sequence[Phrase]) -> tuple[Ids, Rows]:
    ids: list[int] = []
    rows: list[tuple[int, int]] = []
    for phrase in run:
        rows.append((len(ids), len(ids) + len(phrase.ids)))
        ids.extend(phrase.ids)
    pairs = [(a[0], b[1]) for a, b in pairwise(rows)]
    return tuple(ids), (*rows, *pairs)


def _phrase_vectors(model: Model, ids: Sequence[Ids], dropout: float) -> Tensor:
    whole = _window_vectors(model, [(x, ((0, len(x)),)) for x in ids], dropout, batch=64)
    return torch.cat(whole)


def _window_vectors(model: Model, windows: Sequence[tuple[Ids, Rows]], dropout: float, batch: int = 16) -> list[Tensor]:
    """Windows -> unit vectors of their spans (S, D), batched by length."""
    order = sorted(range(len(windows)), key=lambda n: len(windows[n][0]))
    found: dict[int, Tensor] = {}
    for at in range(0, len(order), batch):
        chosen = order[at : at + batch]
        states = _states(model, [windows[n][0] for n in chosen], dropout)
        weighted = states * salience_of(states, model.salience)[..., None]
        for n, row in zip(chosen, weighted, strict=True):
            sums = torch.cat([torch.zeros(1, WIDTH), row[1:].cumsum(0)])
            bounds = torch.tensor(windows[n][1])
            found[n] = F.normalize(sums[bounds[:, 1]] - sums[bounds[:, 0]], dim=1)
    return [found[n] for n in range(len(windows))]


def _states(model: Model, ids: Sequence[Ids], dropout: float) -> Tensor:
    """(B, T, D) in float32, computed in bfloat16."""
    T = max(len(x) for x in ids) + 2
    padded = torch.zeros(len(ids), T, dtype=torch.long)
    mask = torch.zeros(len(ids), T, dtype=torch.bool)
    for n, x in enumerate(ids):
        padded[n, : len(x) + 2] = torch.tensor([CLS, *x, SEP])
        mask[n, : len(x) + 2] = True
    return hidden_states(model.half, padded, mask, dropout, model.frozen).float()
