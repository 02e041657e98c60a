"""Starting, completing and cancelling the clocks of an escalation."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Q, Value, When

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


def complete_clocks(escalation: Escalation, *kinds: str, now: datetime) -> None:
    """Judge running clocks of the round from stored instants: met iff completed at or before the due instant.

    A missed clock that was not yet found by the sweep keeps its `next_fire_at`, so that its breach is still told once.
    """
    met = Q(due_at__gte=now)
    Clock.objects.filter(
        escalation=escalation, cycle=escalation.round, kind__in=kinds, state=Clock.State.RUNNING
    ).update(
        state=Clock.State.COMPLETED,
        completed_at=now,
        outcome=Case(When(met, then=Value(Clock.Outcome.MET)), default=Value(Clock.Outcome.MISSED)),
        breached_at=Case(When(met, then=Value(None)), default=F("due_at")),
        next_fire_at=Case(When(met, then=Value(None)), default=F("next_fire_at")),
    )


def cancel_clocks(escalation: Escalation) -> None:
    """Take the escalation's running clocks out of every count."""
    Clock.objects.filter(escalation=escalation, state__in=[Clock.State.RUNNING, Clock.State.PAUSED]).update(
        state=Clock.State.CANCELLED, next_fire_at=None
    )
