"""Playing the story: every step is a real action with the instant at which it happened."""

from datetime import datetime, timedelta
from uuid import UUID

from escalations.actions.demo.calendar import CLEARED, POLICY_CHANGED, RELEASED, next_hour_of, on_duty
from escalations.actions.demo.desk import Desk
from escalations.actions.demo.story import Arrival
from escalations.actions.demo.world import change_policy
from escalations.actions.release import build_release, request_release
from escalations.actions.submit import submit
from escalations.actions.withdraw import withdraw_escalation
from escalations.errors import Conflict
from escalations.models import Escalation

MEDIAN_WAITS = {"critical": 4, "high": 16, "normal": 60, "low": 140}  # minutes until somebody looks, in office hours
URGENT = ("critical", "high")
KNOWS_BETTER = {"clinical": 0.72, "editorial": 0.25}  # how often ada looks, not ben; else as often as ben
BACK_ON_BAD_DAY = 16  # the hour
CLAIMED_AGO = timedelta(minutes=6)
WITHDRAWN = (
    "The user closed the chat before an answer was needed.",
    "The second attempt of the assistant passed its checks.",
    "Sent twice by a retry of ours.",
)
NOTES = ("First release, before the new model goes live", "After the prompt that asked for short answers")


class Play(Desk):
    """Handing over, and what becomes of each case."""

    def plan(self, arrivals: list[Arrival]) -> None:
        """Put everything that is known beforehand on the calendar."""
        for arrival in arrivals:
            self.at(arrival.at, self.arrive, arrival)
        self.at(self.era.ago(POLICY_CHANGED), self.change_policy)
        for days, note in zip(RELEASED, NOTES, strict=True):
            self.at(self.era.ago(days), self.release, note)
        self.at(self.era.now - CLEARED, self.clear)

    def arrive(self, now: datetime, arrival: Arrival) -> None:
        """An output is handed over; its deadlines and what becomes of it are planned from here."""
        made = submit(arrival.body, caller=self.world.bot, now=now).escalation
        self.arrivals[made.pk] = arrival
        self.watch_clocks(made, now)
        getattr(self, f"_{arrival.fate}")(made, now)

    def withdraw(self, now: datetime, escalation_id: UUID) -> None:
        """The sender takes it back, if nobody was faster."""
        try:
            reason = self.rng.choice(WITHDRAWN)
            withdraw_escalation(escalation_id, caller=self.world.bot, reason=reason, now=now)
        except Conflict:
            return

    def change_policy(self, now: datetime) -> None:
        """The workflow's owner puts what policies.json tells into force."""
        change_policy(self.world, now)

    def release(self, now: datetime, note: str) -> None:
        """The workflow's owner builds a release."""
        actor = f"person:{self.world.people['olga'].pk}"
        release = request_release(self.world.dataset, requested_by=actor, note=note, now=now)
        build_release(release.pk, now=now)

    def _review(self, made: Escalation, now: datetime) -> None:
        username = self._somebody(made, now)
        median = MEDIAN_WAITS[made.severity] if made.hold_until is None else MEDIAN_WAITS["critical"]
        wait = timedelta(minutes=median * self.rng.lognormvariate(0, 0.6))
        self.at(self._free_at(username, now + wait, made), self.visit, username)

    _doubt = _review

    def _senior(self, made: Escalation, now: datetime) -> None:
        if made.severity in URGENT:
            self.at(now + self.minutes(1, 8), self.move_up, made.pk)
        else:
            self._review(made, now)

    def _withdraw(self, made: Escalation, now: datetime) -> None:
        self.at(now + self.minutes(1, 4), self.withdraw, made.pk)

    def _now(self, made: Escalation, now: datetime) -> None:
        self.at(now + self.minutes(2, 12), self.take, on_duty(now.date()), made.pk)

    def _open(self, made: Escalation, now: datetime) -> None:
        """It waits."""

    def _held(self, made: Escalation, now: datetime) -> None:
        self.at(self.era.now - CLAIMED_AGO, self.hold_on, "ben", made.pk)

    def _somebody(self, made: Escalation, now: datetime) -> str:
        """Who will look: the one on duty when it can not wait for the office, else whoever knows the field better."""
        is_open = any(next_hour_of(username, now) == now for username in ("ada", "ben"))
        if made.severity in URGENT and not is_open:
            return on_duty(now.date())
        return "ada" if self.rng.random() < KNOWS_BETTER.get(made.queue.slug, 0.5) else "ben"

    def _free_at(self, username: str, wanted: datetime, made: Escalation) -> datetime:
        """When this person gets to it: what is urgent rings at any hour, the rest waits for the office."""
        if wanted.date() == self.era.bad_day and wanted.hour < BACK_ON_BAD_DAY:
            return wanted.replace(hour=BACK_ON_BAD_DAY, minute=0) + self.minutes(0, 120)
        opens = next_hour_of(username, wanted)
        if opens == wanted:
            return wanted
        return wanted + self.minutes(0.5, 5) if made.severity in URGENT else opens + self.minutes(2, 30)
