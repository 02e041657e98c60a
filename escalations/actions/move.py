"""A lead's hands: moving an escalation to another queue, giving it to a person."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from escalations.access import may_review
from escalations.actions._clocks import complete_clock
from escalations.actions._transition import locked, transition
from escalations.actions.claim import lock_person, new_claim, open_claim_of, reserve_capacity
from escalations.errors import Conflict, Fault, Invalid
from escalations.models import Claim, Escalation, Person, Queue, Status


@transaction.atomic
def move_escalation(escalation_id: UUID, *, to: Queue, lead: Person, now: datetime) -> Escalation:
    """Put an open escalation into another queue. The promise stays as it is; a standing claim ends."""
    escalation = _open(escalation_id)
    if to.pk == escalation.queue_id:
        raise Invalid("The case is in that queue already.", faults=[Fault("/queue", "same", "Choose another queue.")])
    _take_away(escalation, Claim.End.MOVED, now=now)
    return transition(
        escalation,
        "moved",
        actor=f"person:{lead.pk}",
        now=now,
        to=Status.WAITING,
        facts={"from_queue": escalation.queue.slug},
        queue=to,
        owner=to.lead,
    )


@transaction.atomic
def assign_escalation(escalation_id: UUID, *, to: Person, lead: Person, now: datetime) -> Claim:
    """Give an open escalation to a reviewer of its queue: their claim replaces any other."""
    lock_person(to)
    escalation = _open(escalation_id)
    if not may_review(to, escalation.queue):
        fault = Fault("/person", "not_a_reviewer", "This person does not review the queue.")
        raise Invalid(f"{to.name} does not review {escalation.queue.name}.", faults=[fault])
    standing = open_claim_of(escalation)
    if standing and standing.reviewer_id == to.pk:
        raise Conflict(f"{to.name} holds this case already.", code="held_already")
    reserve_capacity(to, now=now)
    _take_away(escalation, Claim.End.ASSIGNED, now=now)
    claim = new_claim(escalation, reviewer=to, now=now)
    complete_clock(escalation, "claim", now=now)
    transition(
        escalation,
        "assigned",
        actor=f"person:{lead.pk}",
        now=now,
        to=Status.CLAIMED,
        facts={"token": claim.token},
        owner=to,
        claim_token=claim.token,
    )
    return claim


def _open(escalation_id: UUID) -> Escalation:
    escalation = locked(escalation_id)
    if not escalation.is_open:
        raise Conflict(f"This case is {escalation.status}.", code="not_open")
    return escalation


def _take_away(escalation: Escalation, end: str, *, now: datetime) -> None:
    """End a standing claim: its token is dead from here on."""
    escalation.claims.filter(ended_at__isnull=True).update(ended_at=now, end=end)
