"""`tells history` and `tells stats`: what was practised, and how it is going."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from bank.load import Bank
from tui import bank_access
from tui.attempt_text import Remembered, gained_and_lost, remembered, show_attempt, show_list, show_pair, show_verdict
from tui.bank_access import Broken, Refusal
from tui.cli import Call, common_options
from tui.plain import one_line
from tui.records import Attempt
from tui.statistics import statistics
from tui.statistics_text import report, report_json, show_report
from tui.stdout import in_colour, new_page, page_width, put
from tui.store import Store, StoreError, as_plain, utc_now

_MOST_LINES = 20


@click.command("history")
@click.argument("entry", required=False)
@click.option("--limit", metavar="N", type=click.IntRange(1), help="The newest N answers [default: 20; with --json all].")
@click.option("--show", metavar="ID", type=int, help="One answer with its verdict, by its number in the list.")
@click.option("--compare", metavar="ID ID", type=int, nargs=2, help="Two answers to one question side by side.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common_options
@click.pass_context
def history_command(
    ctx: click.Context, entry: str | None, limit: int | None, show: int | None, compare: tuple[int, int] | None, as_json: bool
) -> None:
    r"""List what you have answered, newest first; show one answer, or compare two.

    A line is the answer's number, when it was given, the level it reached (and after > the level with what probes drew out),
    the time taken, and the question. With ENTRY only answers to that question and its follow-ups.

    \b
    Examples:
      tells history
      tells history bptt --limit 5
      tells history --show 12
      tells history --compare 3 12
      tells history --json | jq '.attempts[].level'
    """
    if sum((show is not None, compare is not None, entry is not None or limit is not None)) > 1:
        raise Refusal("--show and --compare each stand alone, without ENTRY, --limit and one another.")
    bank = bank_access.load(ctx.ensure_object(Call), quiet=True)
    with open_history() as store:
        if show is not None:
            _show(store, remembered(bank, _attempt(store, show)), as_json)
        elif compare is not None:
            older, newer = (remembered(bank, _attempt(store, id)) for id in sorted(compare))
            _compare(older, newer, as_json)
        else:
            _list(store, bank, entry, limit, as_json)


@click.command("stats")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common_options
def stats_command(as_json: bool) -> None:
    r"""Say how practice is going: levels over time, questions, tells, reviews due, and how well you judge yourself.

    Only what was really answered, heard and predicted is counted, and every share stands beside its count.

    \b
    Examples:
      tells stats
      tells stats --json | jq '.tells[] | select(.said == 0) | .point'
    """
    with open_history() as store:
        now = utc_now()
        attempts = store.attempts()
        contests = store.contests()
        told = statistics(attempts, store.probes(), store.self_grades(), store.predictions(), store.cards(), now, contests)
        about = report(told, attempts, contests, now)
    if as_json:
        _print_json(report_json(about))
    elif not (told.answers or told.tells or told.predictions):
        _say_nothing_yet()
    else:
        page = new_page()
        show_report(page, about, page_width(), now)
        put(page)


@contextlib.contextmanager
def open_history() -> Iterator[Store]:
    """The history to read from; an empty one where there is none yet.

    Raises:
        Broken: it cannot be read; one sentence.
    """
    from tui.folders import history_file

    path = history_file()
    store = Store(path if path.exists() else None)
    try:
        if store.problem:
            raise Broken(one_line(store.problem.replace("Nothing is saved in this session:", "The history cannot be read:")))
        yield store
    except StoreError as error:
        raise Broken(one_line(str(error))) from error
    finally:
        store.close()


def _attempt(store: Store, id: int) -> Attempt:
    found = store.attempt(id) if abs(id) < 2**63 else None
    if found is None:
        raise Refusal(f"There is no answer {id}. `tells history` lists them with their numbers.")
    return found


def _list(store: Store, bank: Bank, entry: str | None, limit: int | None, as_json: bool) -> None:
    found = [a for a in store.attempts() if entry is None or a.address == entry or a.address.startswith(f"{entry}/")]
    if entry is not None and not found:
        bank_access.question(bank, entry)  # refuses a name that nobody knows
    newest = found[::-1][: limit or (len(found) if as_json else _MOST_LINES)]
    shown = [remembered(bank, attempt) for attempt in newest]
    if as_json:
        _print_json({"schema": 1, "attempts": [_summary(one) for one in shown]})
    elif shown:
        page = new_page()
        show_list(page, shown, len(found) - len(shown))
        put(page)
        if sys.stdout.isatty():
            click.echo("\nLook at one with `tells history --show NUMBER`; `tells stats` says how it is going.", err=True)
    else:
        _say_nothing_yet(entry)


def _say_nothing_yet(entry: str | None = None) -> None:
    what = f" to {one_line(entry)}" if entry else ""
    click.echo(
        f"Nothing has been answered{what} yet. `tells practice{f' {one_line(entry)}' if entry else ''}` begins.", err=True
    )


def _show(store: Store, one: Remembered, as_json: bool) -> None:
    probes, contests = store.probes(one.attempt.id), store.contests(one.attempt.id)
    if as_json:
        beside = {"probes": [as_plain(p) for p in probes], "contests": [as_plain(c) for c in contests]}
        _print_json({"schema": 1, **as_plain(one.attempt), "entry_changed": one.has_changed, **beside})
        return
    page = new_page()
    show_attempt(page, one, probes, contests)
    click.echo(show_verdict(page, one, page_width(), in_colour()), nl=False, color=in_colour())


def _compare(older: Remembered, newer: Remembered, as_json: bool) -> None:
    first, second = older.attempt, newer.attempt
    if first.id == second.id:
        raise Refusal("Name two different answers to compare.")
    if first.address != second.address:
        places = f"{first.id} answers {one_line(first.address)}, {second.id} answers {one_line(second.address)}"
        raise Refusal(f"Only answers to one question can be compared: {places}.")
    if as_json:
        gained, lost = gained_and_lost(first, second)
        both = {
            name: {**as_plain(one.attempt), "entry_changed": one.has_changed}
            for name, one in (("older", older), ("newer", newer))
        }
        _print_json({"schema": 1, **both, "gained": gained, "lost": lost})
        return
    page = new_page()
    show_pair(page, older, newer, page_width())
    put(page)


def _summary(one: Remembered) -> dict[str, Any]:
    attempt = one.attempt
    plain = as_plain(attempt)
    kept = {name: plain[name] for name in ("id", "address", "submitted", "mode", "seconds", "level", "final")}
    words = len(attempt.answer.split())
    return {**kept, "words": words, "graded": attempt.verdict is not None, "entry_changed": one.has_changed}


def _print_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, indent=2))
