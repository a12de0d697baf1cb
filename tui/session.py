"""One practice session, from the question to what happens afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from tui.memory import Memory
from tui.records import Attempt, Contest, Draft, Mode, Probe, SelfGrade
from tui.schedule import record_evidence
from tui.screens.answer import AnswerScreen, Submitted
from tui.screens.final import FinalScreen
from tui.screens.probe import ProbeScreen
from tui.screens.selfgrade import Claims, SelfGradeScreen
from tui.screens.verdict import Judged, VerdictScreen
from tui.screens.wait import WaitScreen
from tui.settings import Settings
from tui.store import correction_of, draft_address, utc_now
from tui.worker import Worker, WorkerError

if TYPE_CHECKING:
    from textual.app import App

    from bank import Bank, Question
    from grader.verdict import Verdict


@dataclass(slots=True)
class Room:
    """What a session needs around it."""

    memory: Memory
    worker: Worker
    settings: Settings
    bank: Bank | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the interviewer's after the answer: a probe for one tell, or a follow-up."""

    question: Question
    prompt: str
    point: str


class Session:
    """Leads one learner through one question."""

    def __init__(self, app: App[None], room: Room, question: Question) -> None:
        self.app = app
        self.room = room
        self.question = question

    async def practise(self) -> None:
        """Answer, verdict, probes; again as often as the learner likes."""
        while (attempt := await self._answer()) is not None:
            judged = await self._judge(attempt)
            if judged is None or judged.choice != "again":
                return

    async def revisit(self, attempt: Attempt) -> None:
        """An earlier attempt: its verdict once more, or the one that it never got, and what comes after it."""
        judged = await self._judge(attempt)
        if judged is not None and judged.choice == "again":
            await self.practise()

    async def _show(self, screen: Any) -> Any:
        return await self.app.push_screen_wait(screen)

    async def _answer(self) -> Attempt | None:
        address, memory, settings = self.question.address, self.room.memory, self.room.settings
        self.app.run_worker(self._study(), group="study")
        draft = await memory.ask(lambda store: store.draft(address), None)
        submitted: Submitted | None = await self._show(
            AnswerScreen(
                self.question,
                draft=draft,
                mode=cast(Mode, settings.mode),
                minutes=settings.time_limit_minutes or self.question.entry.time_limit_minutes,
                keep=lambda draft: memory.tell(lambda store: store.save_draft(draft)),
                hear=self.room.worker.hear,
            )
        )
        if submitted is None:
            return None
        attempt = Attempt(
            0, address, self.question.entry.content_hash, submitted.mode, utc_now(), submitted.seconds, submitted.answer
        )
        return await memory.keep(attempt)

    async def _study(self) -> None:
        with contextlib.suppress(WorkerError):  # the answer asks again, and says so where it is seen
            await self.room.worker.study(self.question)

    async def _judge(self, attempt: Attempt) -> Judged | None:
        claims: Claims | None = None
        verdict = attempt.verdict
        if verdict is None:
            if self.room.settings.self_grade:
                claims = await self._show(SelfGradeScreen(self.question, attempt.answer))
            verdict = await self._graded(attempt.answer)
            if verdict is None:
                self.app.notify("Grade it whenever you like, from the history (H).")
                return None
            attempt = await self.room.memory.keep(replace(attempt, verdict=verdict, level=verdict.level))
            self._schedule(attempt, verdict, frozenset())
            if claims:
                self._keep_claims(attempt, verdict, claims)
        contests = await self.room.memory.ask(lambda store: store.contests(attempt.id), ()) if attempt.id else ()
        can_go_on = bool(self._questions(verdict)) and attempt.final is None
        judged: Judged = await self._show(self._verdict_screen(attempt, verdict, contests, can_go_on, claims))
        attempt = await self._known(replace(attempt, level=judged.verdict.level))
        if attempt.final is None and judged.verdict != verdict:
            self._schedule(attempt, judged.verdict, frozenset())
        await self._learn(attempt, contests)
        if judged.choice != "probes":
            return judged
        return await self._probe(attempt, judged)

    async def _graded(self, answer: str) -> Verdict | None:
        saying = "The grader is reading your answer…"
        verdict: Verdict | None = await self._show(WaitScreen(lambda: self.room.worker.grade(self.question, answer), saying))
        return verdict

    def _verdict_screen(
        self, attempt: Attempt, verdict: Verdict, contests: tuple[Contest, ...], can_go_on: bool, claims: Claims | None
    ) -> VerdictScreen:
        from tui.widgets.points import agreement

        async def keep(contest: Contest) -> Contest:
            of = replace(contest, attempt=(await self._known(attempt)).id)
            return await self.room.memory.ask(lambda store: store.add_contest(of), of)

        def levelled(level: Any) -> None:
            self.room.memory.keep_soon(replace(attempt, level=level))

        return VerdictScreen(
            self.question, attempt, verdict, contests=contests, reconsider=reconsidered, keep=keep,
            drop=lambda contest: self.room.memory.tell(lambda store: store.drop_contest(contest.id)),
            levelled=levelled, can_go_on=can_go_on, extra=agreement(verdict, claims) if claims else None,
        )  # fmt: skip

    def _questions(self, verdict: Verdict) -> list[Asked]:
        """What the interviewer asks next: missed tells, those of the shortest way up first, then the follow-ups."""
        if self.question.follow_up:
            return []
        missed = {h.id for h in verdict.tells if not h.heard}
        first = verdict.next.tells if verdict.next else ()
        order = [*first, *(t.id for t in self.question.tells if t.id not in first)]
        probes = {t.id: t.probe for t in self.question.tells if t.probe}
        wanted = [id for id in order if id in missed and id in probes][: self.room.settings.probes]
        entry = self.question.entry
        bank = self.room.bank
        follow_ups = [bank.question(f"{entry.id}/{f.id}") for f in entry.follow_ups] if bank else []
        return [
            *(Asked(self.question, probes[id], id) for id in wanted),
            *(Asked(question, question.prompt, "") for question in follow_ups),
        ]

    async def _probe(self, attempt: Attempt, judged: Judged) -> Judged:
        asked = self._questions(judged.verdict)
        drawn_out: set[str] = set()
        done: list[Probe] = []
        for number, one in enumerate(asked, 1):
            probed: Probe | None = await self._show(await self._probe_screen(attempt, one, number, len(asked)))
            if probed is None:
                break
            done.append(probed)
            if one.point and probed.heard and one.point in probed.heard:
                drawn_out.add(one.point)
                self._schedule(attempt, judged.verdict, frozenset(drawn_out))
        final = await self.room.memory.keep(self._final(attempt, judged.verdict, drawn_out))
        choice = await self._show(FinalScreen(self.question, final, judged.verdict, tuple(sorted(drawn_out)), tuple(done)))
        return Judged(choice, judged.verdict)

    async def _probe_screen(self, attempt: Attempt, asked: Asked, number: int, of: int) -> ProbeScreen:
        memory = self.room.memory
        place = draft_address(asked.question.address, asked.point)
        draft = await memory.ask(lambda store: store.draft(place), None)

        async def keep(answer: str) -> Probe:
            of = await self._known(attempt)
            probe = Probe(0, of.id, asked.question.address, asked.point, asked.prompt, answer, None, utc_now())
            return await memory.ask(lambda store: store.add_probe(probe), probe)

        return ProbeScreen(
            asked.question, asked.prompt, asked.point, number=number, of=of, grade=self.room.worker.grade, keep=keep,
            graded=lambda probe: memory.tell(lambda store: store.update_probe(probe)) if probe.id else None,
            text=draft.answer if draft else "",
            keep_draft=lambda text: memory.tell(
                lambda store: store.save_draft(Draft(place, text, 0.0, "interview", utc_now()))
            ),
        )  # fmt: skip

    def _final(self, attempt: Attempt, verdict: Verdict, drawn_out: set[str]) -> Attempt:
        from grader.level import level_of

        heard = {h.id for h in (*verdict.tells, *verdict.misconceptions) if h.heard}
        return replace(attempt, final=level_of(self.question.entry, heard | drawn_out)[0])

    async def _learn(self, attempt: Attempt, before: tuple[Contest, ...]) -> None:
        """Lets the grader know of contests that were made or taken back."""
        memory = self.room.memory
        if await memory.ask(lambda store: store.contests(attempt.id), ()) == before:
            return
        corrections = await memory.ask(lambda store: store.corrections(), ())
        with contextlib.suppress(WorkerError):  # the next start of the grader reads them anyway
            await self.room.worker.learn(corrections)

    async def _known(self, attempt: Attempt) -> Attempt:
        """The attempt with its id; one that could not be saved is tried again."""
        return attempt if attempt.id else await self.room.memory.keep(attempt)

    def _schedule(self, attempt: Attempt, verdict: Verdict, drawn_out: frozenset[str]) -> None:
        retention = self.room.settings.retention
        self.room.memory.tell(lambda store: record_evidence(store, attempt, verdict, drawn_out, retention))

    def _keep_claims(self, attempt: Attempt, verdict: Verdict, claims: Claims) -> None:
        grades = tuple(SelfGrade(attempt.id, id, said, sure, verdict.heard(id)) for id, (said, sure) in claims.items())
        self.room.memory.tell(lambda store: store.add_self_grades(grades))


def reconsidered(question: Question, verdict: Verdict, contests: Sequence[Contest]) -> Verdict:
    """The verdict with the learner's objections counted."""
    from grader.level import reconsider

    return reconsider(question, verdict, tuple(map(correction_of, contests)))
