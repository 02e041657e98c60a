"""Starting, completing and cancelling the clocks of an escalation."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When

from escalations.models import CalendarVersion, Clock, Escalation, Policy
from escalations.rules.identifiers import uuid7


def targets_of(policy: Policy, severity: str) -> dict[str, Any]:
    """The policy's targets for a severity, in minutes."""
    return policy.document["targets"][severity]


def rank_of(due_at: datetime, targets: dict[str, Any]) -> datetime:
    """Where a case stands in its queue: its due instant, moved ahead by the boost of its severity."""
    return due_at - timedelta(minutes=targets["boost_minutes"])


def new_clocks(escalation: Escalation, *, policy: Policy, calendar: CalendarVersion, now: datetime) -> list[Clock]:
    """A claim and a decide clock for the escalation's round, not yet stored."""
    targets = targets_of(policy, escalation.severity)
    made = []
    for kind in (Clock.Kind.CLAIM, Clock.Kind.DECIDE):
        minutes = targets[f"{kind}_minutes"]
        due_at = now + timedelta(minutes=minutes)
        made.append(
            Clock(
                id=uuid7(now),
                escalation=escalation,
                kind=kind,
                cycle=escalation.round,
                started_at=now,
                target_seconds=minutes * 60,
                calendar=calendar,
                policy=policy,
                due_at=due_at,
                next_fire_at=due_at,
            )
        )
    return made


def complete_clock(escalation: Escalation, kind: str, *, now: datetime) -> None:
    """Judge the round's running clock from stored instants: met iff completed at or before the due instant."""
    _complete(_running(escalation).filter(kind=kind), now=now)


def settle_claim_clock(escalation: Escalation, *, now: datetime) -> None:
    """End the claim clock of a case that was decided unclaimed: missed if it was due, else out of every count."""
    unclaimed = _running(escalation).filter(kind=Clock.Kind.CLAIM)
    _complete(unclaimed.filter(due_at__lt=now), now=now)
    _cancel(unclaimed)


def cancel_clocks(escalation: Escalation) -> None:
    """Take the escalation's running clocks out of every count."""
    _cancel(Clock.objects.filter(escalation=escalation, state__in=[Clock.State.RUNNING, Clock.State.PAUSED]))


def _running(escalation: Escalation) -> QuerySet[Clock]:
    return Clock.objects.filter(escalation=escalation, cycle=escalation.round, state=Clock.State.RUNNING)


def _complete(clocks: QuerySet[Clock], *, now: datetime) -> None:
    """A missed clock that the sweep has not found yet keeps its `next_fire_at`: its breach is still told once."""
    met = Q(due_at__gte=now)
    clocks.update(
        state=Clock.State.COMPLETED,
        completed_at=now,
        outcome=Case(When(met, then=Value(Clock.Outcome.MET)), default=Value(Clock.Outcome.MISSED)),
        breached_at=Case(When(met, then=Value(None)), default=F("due_at")),
        next_fire_at=Case(When(met, then=Value(None)), default=F("next_fire_at")),
    )


def _cancel(clocks: QuerySet[Clock]) -> None:
    clocks.update(state=Clock.State.CANCELLED, next_fire_at=None)
