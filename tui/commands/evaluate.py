"""`tells evaluate`: the grader against labelled answers it has not seen; `tells train`: how it was made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.bank_access import Refusal
from tui.cli import common_options
from tui.plain import one_line

if TYPE_CHECKING:
    from grader.evaluate import Report

_SHOWN_MISTAKES = 12


@click.command("evaluate")
@click.option("--entry", "entries", multiple=True, metavar="ID", help="Only this entry, with its follow-ups; repeatable.")
@click.option(
    "--leave-one-entry-out", "unseen", is_flag=True, help="Entries the grader was never trained on, with their own texts alone."
)
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
@click.option(
    "--mistakes", type=click.IntRange(0, 40), default=_SHOWN_MISTAKES, show_default=True, help="Show so many of the worst."
)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of labelled answers instead of the checkout's.")
@common_options
def evaluate_command(entries: tuple[str, ...], unseen: bool, as_json: bool, mistakes: int, data: Path | None) -> None:
    r"""Hold the grader against labelled answers that it has not seen.

    By default the answers are new, but other answers to the same question were trained on (cross-validation). With
    --leave-one-entry-out the question itself is new: the grader has only what the entry's author wrote. Beside the grader stand
    simple rules, each at the threshold that suits it best.

    \b
    Examples:
      tells evaluate --entry bptt
      tells evaluate --leave-one-entry-out --json > figures.json

    Exit code: 0; 2 if there are no labelled answers or no trained folds to evaluate with.
    """
    from grader.dataset import DATA, DataError, load_dataset
    from grader.evaluate import grade_folds, report, score

    mode = "unseen" if unseen else "known"
    folder = data or DATA
    try:
        dataset = load_dataset(folder)
        _known_entries(entries, {a.entry for a in dataset.answers})
        graded = grade_folds(dataset, mode, (), folder / "folds", say=_silent if as_json else _aloud)
    except DataError as error:
        raise Refusal(one_line(str(error), 400)) from None
    scored = [s for s in score(dataset, graded, mode) if _chosen(s.question.address, entries)]
    found = report(scored, mode)
    click.echo(json.dumps(found.to_json(), indent=1) if as_json else report_text(found, mistakes))


@click.command("train")
@click.option("--folds", is_flag=True, help="Train the graders of the cross-validation too, and calibrate with them.")
@click.option("--further", is_flag=True, help="Go on from the graders that are there, as when labelled answers were added.")
@common_options
def train_command(folds: bool, further: bool) -> None:
    r"""Make the grader anew from data/ and bank/, on this machine's processor.

    Takes some three hours, a quarter of it with --further, and as long again for each fold of the cross-validation.

    \b
    Examples:
      tells train --folds && tells evaluate
      tells train --folds --further
    """
    from grader.dataset import DataError, load_dataset
    from grader.folds import FOLDS
    from grader.release import calibrate_shipped, train_fold, train_shipped
    from grader.training import Settings

    try:
        dataset = load_dataset()
    except DataError as error:
        raise Refusal(one_line(str(error), 400)) from None
    settings = None if further else Settings()
    for fold in range(FOLDS if folds else 0):
        click.echo(f"fold {fold + 1} of {FOLDS}", err=True)
        train_fold(dataset, fold, settings, say=_aloud)
    train_shipped(dataset, settings, say=_aloud)
    path = calibrate_shipped(dataset)
    click.echo(f"wrote {path}")


def _known_entries(entries: tuple[str, ...], known: set[str]) -> None:
    for entry in entries:
        if entry not in known:
            raise Refusal(f"There are no labelled answers to {entry!r}. There are some to {', '.join(sorted(known))[:300]}.")


def _chosen(address: str, entries: tuple[str, ...]) -> bool:
    return not entries or address in entries or address.partition("/")[0] in entries


def _aloud(line: str) -> None:
    click.echo(line, err=True)


def _silent(line: str) -> None:
    del line


def report_text(report: Report, mistakes: int) -> str:
    """The report for people, 100 columns wide."""
    title = {
        "known": "New answers to questions the grader was trained on (cross-validated)",
        "unseen": "Questions the grader was never trained on (only their authors' texts)",
    }[report.mode]
    lines = [f"{title}: {report.answers} answers", ""]
    lines += [
        f"{'question':34} {'n':>4} {'macro-F1':>8} {'95 %':>11} {'cosine':>7} {'words':>6} {'length':>6} {'all':>5} {'ECE':>5}"
    ]
    for q in report.questions:
        interval = f"{q.interval[0]:.2f}-{q.interval[1]:.2f}"
        b = q.baselines
        lines.append(
            f"{q.address[:34]:34} {q.answers:4d} {q.macro_f1:8.3f} {interval:>11} {b['cosine']:7.2f} {b['word overlap']:6.2f} "
            f"{b['length']:6.2f} {b['all present']:5.2f} {q.calibration_error:5.2f}"
        )
    lines += ["", "Overall"] + [f"  {name.replace('_', ' '):32} {value:.3f}" for name, value in report.summary.items()]
    lines += [
        "",
        f"{'kind of answer':16} {'n':>4} {'decisions right':>16} {'answers right':>14} {'nothing false':>14} {'recall':>7}",
    ]
    for name, g in report.groups.items():
        lines.append(
            f"{name:16} {g['answers']:4.0f} {g['decisions_right']:16.3f} {g['answers_right']:14.3f} "
            f"{g['nothing_false_heard']:14.3f} {g['recall']:7.3f}"
        )
    for q in report.questions:
        lines += ["", f"{q.address:36} {'said':>4} {'precision':>9} {'recall':>7} {'F1':>6} {'kappa':>6}"]
        lines += [f"  {p.id:34} {p.said:4d} {p.precision:9.2f} {p.recall:7.2f} {p.f1:6.2f} {p.kappa:6.2f}" for p in q.points]
    if mistakes and report.mistakes:
        lines += ["", "Worst mistakes"]
        for m in report.mistakes[:mistakes]:
            what = "not heard" if m.said else "heard, though not said"
            lines.append(f"  {m.answer} ({m.style}) {m.entry} {m.point}: {what}, {m.confidence:.2f}")
            lines.append(f"    {one_line(m.text, 180)}")
    return "\n".join(lines)
