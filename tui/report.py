"""A verdict as text: for a terminal, a pipe or a file, and the same words wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.page import Page, Piece
from tui.plain import one_line, printable

if TYPE_CHECKING:
    from bank.entry import FollowUpTell, Misconception, Question
    from grader.verdict import Heard, Lowered, Next, Rank, Reason, Verdict

RUNGS: tuple[Rank, ...] = ("below", "L4", "L5", "L6")
LEAST_WIDTH = 40
LONGEST_QUOTE = 300

WHY: Mapping[Reason, str] = {
    "denied": "you denied it or took it back",
    "only-named": "it is named, not asserted",
    "contrast": "it is close to a statement that must not count",
    "unsure": "it is not clear enough to count",
    "not-said": "it says something else",
}
"""Why the nearest words did not count, as the end of a sentence."""

_BELOW = "What an L4 answer needs was not heard."
_TOO_LITTLE = "Too little to grade: a few words say nothing about a level. Answer as you would aloud, in sentences."
_COLOURS: Mapping[Rank, str] = {"below": "red", "L4": "yellow", "L5": "cyan", "L6": "green"}


def verdict_text(question: Question, answer: str, verdict: Verdict, width: int = 80, colour: bool = False) -> str:
    """The verdict for people: level, what was heard and in which words, what was missed, and the shortest way up.

    No line is wider than `width` cells, or 40 where that is less; nothing that came from outside can steer a terminal; escapes
    occur only where `colour`.
    """
    page = Page(max(LEAST_WIDTH, width), colour)
    page.line(("", ""), (one_line(question.entry.title), "bold"), ("   " + question.address, "dim"))
    page.say(one_line(question.prompt))
    page.gap()
    if verdict.too_little:
        page.say(_TOO_LITTLE, style="yellow")
        page.gap()
    _show_level(page, question, verdict)
    if not verdict.too_little:
        _show_heard(page, verdict)
        _show_wrong(page, question, verdict)
        _show_missed(page, question, verdict)
    _show_next(page, question, verdict)
    stamp, words = verdict.grader, len(answer.split())
    by = f"{one_line(stamp.model)} {stamp.sha256[:8]}, judge {one_line(stamp.version)}"
    page.say(f"{words:,} word{'s' * (words != 1)}, graded by {by}.", style="dim")
    return page.text()


def _show_level(page: Page, question: Question, verdict: Verdict) -> None:
    if verdict.level is None:
        heard = sum(tell.heard for tell in verdict.tells)
        page.line(("", ""), (f"{heard} of {len(verdict.tells)} points heard", "bold"), (" (a follow-up has no level)", "dim"))
        page.gap()
        return
    page.line(("Level  ", "bold"), *_ladder(verdict.level))
    if verdict.earned == "below":
        page.say(_BELOW, indent=7)
    elif verdict.level != "below" and (summary := question.entry.levels[verdict.level].summary):
        page.say(one_line(summary), indent=7)
    if verdict.earned != verdict.level:
        page.say(f"Earned {_name(verdict.earned)}, then lowered:", indent=7)
        for lowered in verdict.lowered_by:
            page.line(("- ", ""), (_why_lowered(lowered), ""), indent=7)
    page.gap()


def _ladder(level: Rank) -> Iterator[Piece]:
    reached = RUNGS.index(level)
    for n, rung in enumerate(RUNGS):
        if n:
            yield " > ", "dim"
        if n == reached:
            yield f"[{_name(rung)}]", f"bold {_COLOURS[rung]}"
        else:
            yield _name(rung), "" if n < reached else "dim"


def _name(rank: Rank | None) -> str:
    return "below L4" if rank == "below" else str(rank)


def _why_lowered(lowered: Lowered) -> str:
    by = f"{lowered.lowers} level{'s' * (lowered.lowers != 1)}"
    if lowered.kind == "misconception":
        return f"{by} for saying {lowered.id}"
    named = " or ".join(lowered.none_of)
    return f"{by} for not mentioning {named}"


def _show_heard(page: Page, verdict: Verdict) -> None:
    heard = [h for h in verdict.tells if h.heard]
    page.line((f"Heard ({len(heard)} of {len(verdict.tells)})", "bold"))
    if not heard:
        page.say("None of the points of this question.", indent=2)
    for tell in heard:
        page.line(("+ ", "green"), (tell.id, "bold green"), (_facts(tell), "dim"), indent=2)
        for evidence in tell.evidence:
            page.line(("“", "dim"), (_quoted(evidence.text), ""), indent=4)
    page.gap()


def _facts(heard: Heard) -> str:
    """Level, strong hire and confidence, as far as there are any."""
    level = f"{heard.level}, " if heard.level else ""
    strong = "strong hire, " if heard.strong_hire else ""
    return f"   {level}{strong}{_percent(heard.confidence)} likely said"


def _percent(confidence: float) -> str:
    return f"{min(99, max(1, round(100 * confidence)))}%"


def _quoted(text: str) -> str:
    return one_line(text, LONGEST_QUOTE) + "”"


def _show_wrong(page: Page, question: Question, verdict: Verdict) -> None:
    wrong = [h for h in verdict.misconceptions if h.heard]
    if not wrong:
        return
    points = {m.id: m for m in question.misconceptions}
    page.line((f"Said, but wrong ({len(wrong)})", "bold"))
    for heard in wrong:
        page.line(("x ", "red"), (heard.id, "bold red"), (_facts(heard), "dim"), indent=2)
        for evidence in heard.evidence:
            page.line(("“", "dim"), (_quoted(evidence.text), ""), indent=4)
        _show_truth(page, points[heard.id])
    page.gap()


def _show_truth(page: Page, misconception: Misconception) -> None:
    page.line(("Not true: ", "red"), (one_line(misconception.says), ""), indent=4)
    if misconception.contrasts:
        page.line(("Rather: ", "green"), (one_line(misconception.contrasts[0]), ""), indent=4)


def _show_missed(page: Page, question: Question, verdict: Verdict) -> None:
    """In full: every point of a follow-up, or the tells on the shortest way up. The others by name."""
    missed = [h for h in verdict.tells if not h.heard]
    if not missed:
        return
    wanted = set(verdict.next.tells) if verdict.next else set() if verdict.level else {h.id for h in missed}
    says = {tell.id: tell for tell in question.tells}
    asked = [h for h in missed if h.id in wanted]
    if asked:
        page.line((f"Missed, and needed for {verdict.next.level}" if verdict.next else "Missed", "bold"))
    for tell in asked:
        _show_one_missed(page, says[tell.id], tell)
    rest = [h for h in missed if h.id not in wanted]
    if rest:
        names = ", ".join(f"{h.id} ({h.level})" if h.level else h.id for h in rest)
        page.line(("Not heard either: " if asked else "Not heard: ", "bold"), (names, "dim"))
    page.gap()


def _show_one_missed(page: Page, tell: FollowUpTell, heard: Heard) -> None:
    page.line(("- ", "yellow"), (tell.id, "bold yellow"), (_facts(heard), "dim"), indent=2)
    page.say(one_line(tell.says), indent=4)
    if heard.nearest is not None and heard.nearest.why != "not-said":
        quote = one_line(heard.nearest.text, LONGEST_QUOTE).rstrip(" .,;:")
        page.line(("Nearest: ", "dim"), (f"“{quote}”: {WHY[heard.nearest.why]}.", ""), indent=4)
    else:
        page.say("Nothing in the answer comes near it.", indent=4, style="dim")


def _show_next(page: Page, question: Question, verdict: Verdict) -> None:
    if verdict.next is not None:
        page.line((f"Shortest way to {verdict.next.level}", "bold"))
        page.say(_way_up(verdict.next), indent=2)
        if verdict.next.probe:
            page.line(("Ask yourself: ", "cyan"), (one_line(verdict.next.probe), ""), indent=2)
        page.gap()
    elif verdict.level == "L6":
        page.say("There is nothing above L6. Say it again in a week.")
        page.gap()
    elif verdict.level is None:
        _show_probe(page, question, verdict)


def _way_up(step: Next) -> str:
    say = f"say {_listed(step.tells)}" if step.tells else ""
    drop = f"do not say {_listed(step.drop)}" if step.drop else ""
    sentence = ", and ".join(filter(None, (say, drop)))
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else "Say the same without what lowered it."


def _listed(ids: Sequence[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{', '.join(ids[:-1])} and {ids[-1]}"


def _show_probe(page: Page, question: Question, verdict: Verdict) -> None:
    probe = next((tell.probe for tell in question.tells if tell.probe and not verdict.heard(tell.id)), "")
    if probe:
        page.line(("Ask yourself: ", "cyan"), (printable(probe), ""))
        page.gap()
