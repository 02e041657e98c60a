"""A sender takes an output back before anybody has decided."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from escalations.access import Caller
from escalations.actions._clocks import cancel_clocks
from escalations.actions._transition import locked, transition
from escalations.errors import AlreadyDecided, Conflict
from escalations.models import Claim, Escalation, Status


@transaction.atomic
def withdraw_escalation(escalation_id: UUID, *, caller: Caller, reason: str, now: datetime) -> Escalation:
    """Close an undecided escalation; its clocks leave every count, a standing claim ends."""
    escalation = locked(escalation_id)
    if escalation.decision_id is not None:
        raise AlreadyDecided("It was decided before; a decision can not be withdrawn.")
    if escalation.status == Status.WITHDRAWN:
        raise Conflict("It was withdrawn before.", code="withdrawn_already")
    escalation.claims.filter(ended_at__isnull=True).update(ended_at=now, end=Claim.End.WITHDRAWN)
    cancel_clocks(escalation)
    return transition(escalation, "withdrawn", actor=caller.actor, now=now, to=Status.WITHDRAWN, text=reason)
