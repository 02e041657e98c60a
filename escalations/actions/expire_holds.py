"""Holds that have run out: the sender's declared default is applied."""

from datetime import datetime

from escalations.actions.decide import apply_hold_default
from escalations.models import Escalation

BATCH = 200


def apply_due_holds(*, now: datetime) -> int:
    """Decide every escalation whose hold has run out by its default; how many."""
    due = Escalation.objects.with_holds_due(now).order_by("hold_until").values_list("pk", flat=True)
    done = 0
    while ids := list(due[:BATCH]):
        decided = sum(apply_hold_default(escalation_id, now=now) is not None for escalation_id in ids)
        done += decided
        if not decided:
            break
    return done
