"""Opening a decided escalation again: a new round with new clocks. The old decision stands until the next one."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from escalations.actions._clocks import new_clocks, rank_of, targets_of
from escalations.actions._transition import locked, transition
from escalations.errors import Conflict
from escalations.models import Clock, Escalation, Person, Status


@transaction.atomic
def reopen_escalation(escalation_id: UUID, *, lead: Person, reason: str, now: datetime) -> Escalation:
    """Let people decide again. The first round's clocks keep their outcome."""
    escalation = locked(escalation_id)
    if escalation.status != Status.DECIDED:
        raise Conflict("Only a decided case can be opened again.", code="not_decided")
    escalation.round += 1
    clocks = new_clocks(escalation, policy=escalation.policy, calendar=escalation.queue.calendar, now=now)
    Clock.objects.bulk_create(clocks)
    due_at = clocks[-1].due_at
    return transition(
        escalation,
        "reopened",
        actor=f"person:{lead.pk}",
        now=now,
        to=Status.WAITING,
        facts={"round": escalation.round},
        text=reason,
        round=escalation.round,
        owner=escalation.queue.lead,
        due_at=due_at,
        rank_at=rank_of(due_at, targets_of(escalation.policy, escalation.severity)),
        hold_until=None,
        hold_default="",
    )
