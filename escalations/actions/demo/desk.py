"""How the people of the demo world work: they look, claim, take their time, decide, and sometimes do not."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from escalations.actions.claim import claim_escalation, claim_next, extend_claim, give_back_claim, skip_escalation
from escalations.actions.decide import submit_review
from escalations.actions.demo.calendar import CLEARED, next_hour_of
from escalations.actions.demo.stage import SWEPT_AFTER, Stage
from escalations.actions.demo.story import DOUBT
from escalations.actions.demo.world import SENIOR_QUEUE
from escalations.actions.move import move_escalation
from escalations.actions.reopen import reopen_escalation
from escalations.errors import Conflict
from escalations.models import Claim, Escalation, Queue
from escalations.records.decision import DecisionBody

OTHER = {"ada": "ben", "ben": "ada"}
MEDIAN_WORK = {"ada": 4.5, "ben": 6.5, "cleo": 8.0}  # minutes that a decision takes
LONGEST_WORK = 40  # minutes
EXTENDED_EVERY = 12  # minutes, while somebody works on a case
WHIMS = {"_skip": 0.03, "_give_back": 0.03, "_forget": 0.02}  # else it is decided
SKIP_REASONS = ("not_my_field", "missing_information", "conflict_of_interest", "language")
DOUBTS = (
    "The quality round found a mistake that we let through.",
    "The owner of the workflow disagrees; please look at the sources again.",
    "The user came back with the same question: the answer was not right.",
)
APPROVAL = {"verdict": "approve"}


class Desk(Stage):
    """Reviewing, moving up, opening again."""

    def visit(self, now: datetime, username: str) -> None:
        """Somebody looks into the ordinary queues and takes what is next."""
        if now < self.era.now - CLEARED:
            self._take_next(now, username, self.ordinary)

    def visit_specialists(self, now: datetime) -> None:
        """The lead looks into the senior queue."""
        self._take_next(now, "cleo", [self.world.queues[SENIOR_QUEUE]])

    def clear(self, now: datetime) -> None:
        """What is left of the history is decided, case by case, before the last day begins."""
        for username in OTHER:
            claim = claim_next(self.ordinary, reviewer=self.world.people[username], now=now)
            if claim:
                self.at(now + self.minutes(2, 5), self.decide, claim)
                self.at(now + timedelta(minutes=6), self.clear)
                return

    def take(self, now: datetime, username: str, escalation_id: UUID) -> None:
        """Somebody takes this very case."""
        try:
            claim, _ = claim_escalation(escalation_id, reviewer=self.world.people[username], now=now)
        except Conflict:
            return
        self._work_on(claim, username, now)

    def hold_on(self, now: datetime, username: str, escalation_id: UUID) -> None:
        """Somebody takes this very case and still has it now."""
        claim_escalation(escalation_id, reviewer=self.world.people[username], now=now)

    def decide(self, now: datetime, claim: Claim) -> None:
        """The answers go in; where they come too late, somebody or something else has decided."""
        escalation = claim.escalation
        body = DecisionBody(claim_token=claim.token, **self._answers(escalation))
        try:
            submit_review(escalation.pk, body=body, reviewer=claim.reviewer, now=now)
        except Conflict:
            return
        if self._is_doubted(escalation):
            later = next_hour_of("ben", now + self.minutes(1400, 4000)) + self.minutes(20, 200)
            self.at(later, self.reopen, escalation.pk)
        self._look_for_more(now, claim.reviewer.username)

    def reopen(self, now: datetime, escalation_id: UUID) -> None:
        """The lead opens a decided case again, and decides it anew."""
        reason = self.rng.choice(DOUBTS)
        reopened = reopen_escalation(escalation_id, lead=self.world.people["cleo"], reason=reason, now=now)
        self.watch_clocks(reopened, now)
        self.at(now + self.minutes(1, 12), self.take, "cleo", escalation_id)

    def move_up(self, now: datetime, escalation_id: UUID) -> None:
        """The lead passes a case to the specialists."""
        to, lead = self.world.queues[SENIOR_QUEUE], self.world.people["cleo"]
        try:
            move_escalation(escalation_id, to=to, lead=lead, now=now)
        except Conflict:
            return
        self.at(now + self.minutes(2, 12), self.visit_specialists)

    def _take_next(self, now: datetime, username: str, queues: list[Queue]) -> None:
        busy_until = self.busy_until.get(username, now)
        if busy_until > now:
            again = (self.visit, username) if username in OTHER else (self.visit_specialists,)
            self.at(busy_until + self.minutes(0.3, 2), *again)
        elif claim := claim_next(queues, reviewer=self.world.people[username], now=now):
            self._work_on(claim, username, now)

    def _work_on(self, claim: Claim, username: str, now: datetime) -> None:
        """Decide after a while, unless a whim has it otherwise; a claim is extended as long as the work takes."""
        roll = self.rng.random()
        if username in OTHER and now < self.era.now - 2 * CLEARED:
            for whim, share in WHIMS.items():
                if roll < share:
                    getattr(self, whim)(claim, username, now)
                    return
                roll -= share
        spent = min(LONGEST_WORK, MEDIAN_WORK[username] * self.rng.lognormvariate(0, 0.55))
        done = now + timedelta(minutes=spent)
        for minutes in range(EXTENDED_EVERY, int(spent) + 1, EXTENDED_EVERY):
            self.at(now + timedelta(minutes=minutes), self._extend, claim)
        self.busy_until[username] = done
        self.at(done, self.decide, claim)

    def _extend(self, now: datetime, claim: Claim) -> None:
        self._unless_taken(extend_claim, claim, now=now)

    def _skip(self, claim: Claim, username: str, now: datetime) -> None:
        then = now + self.minutes(0.5, 2)
        self.at(then, self._skip_now, claim, self.rng.choice(SKIP_REASONS))
        self.at(then + self.minutes(1, 8), self.visit, OTHER[username])

    def _skip_now(self, now: datetime, claim: Claim, reason: str) -> None:
        self._unless_taken(skip_escalation, claim, reason=reason, now=now)

    def _give_back(self, claim: Claim, username: str, now: datetime) -> None:
        then = now + self.minutes(2, 8)
        self.at(then, self._give_back_now, claim)
        self.at(then + self.minutes(1, 8), self.visit, OTHER[username])

    def _give_back_now(self, now: datetime, claim: Claim) -> None:
        self._unless_taken(give_back_claim, claim, now=now)

    def _forget(self, claim: Claim, username: str, now: datetime) -> None:
        self.at(claim.expires_at + SWEPT_AFTER, self.sweep_claims)
        self.at(claim.expires_at + self.minutes(1, 8), self.visit, OTHER[username])

    def _unless_taken(self, action: Any, claim: Claim, **arguments: Any) -> None:
        try:
            action(claim.escalation_id, reviewer=claim.reviewer, **arguments)
        except Conflict:
            return

    def _look_for_more(self, now: datetime, username: str) -> None:
        """Whoever has decided looks again where more waits than anybody plans to look at."""
        waiting = Escalation.objects.waiting().filter(queue__in=self.ordinary).count()
        if username in OTHER and waiting > self.planned_count(self.visit):
            self.at(next_hour_of(username, now + self.minutes(0.5, 3)), self.visit, username)

    def _is_doubted(self, escalation: Escalation) -> bool:
        return escalation.round == 1 and self.arrivals[escalation.pk].fate == DOUBT

    def _answers(self, escalation: Escalation) -> Mapping[str, Any]:
        """A good reviewer's, but for the mistakes that somebody finds later."""
        return APPROVAL if self._is_doubted(escalation) else self.arrivals[escalation.pk].answers
