"""What time brings: lapsed claims, breached clocks and old keys become rows. Safe to run twice and side by side."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from escalations.actions._transition import locked_if_free, transition
from escalations.models import Claim, Clock, Escalation, IdempotencyKey, Notice, Status
from escalations.rules.identifiers import uuid7
from escalations.rules.ledger import instant

KEYS_KEPT_FOR = timedelta(hours=72)
BATCH = 200


def lapse_claim(claim: Claim, *, escalation: Escalation, now: datetime) -> Escalation:
    """End a claim whose time is over; the escalation waits again at its old rank."""
    claim.ended_at, claim.end = now, Claim.End.LAPSED
    claim.save(update_fields=["ended_at", "end"])
    return transition(
        escalation,
        "claim_lapsed",
        actor="deadline",
        now=now,
        to=Status.WAITING,
        facts={"token": claim.token, "expired_at": instant(claim.expires_at)},
        owner=escalation.queue.lead,
    )


def lapse_claims_in(queue_ids: Sequence[UUID], *, now: datetime) -> int:
    """End the lapsed claims of some queues; how many."""
    return _lapse(Q(escalation__queue_id__in=queue_ids), now=now)


def lapse_claims(*, now: datetime) -> int:
    """End every lapsed claim; how many."""
    return _in_batches(lambda: _lapse(Q(), now=now))


@transaction.atomic
def _lapse(which: Q, *, now: datetime) -> int:
    due = Claim.objects.filter(which, ended_at__isnull=True, expires_at__lte=now).order_by("expires_at")
    done = 0
    for escalation_id in due.values_list("escalation_id", flat=True)[:BATCH]:
        escalation = locked_if_free(escalation_id)
        if escalation is None:
            continue
        if claim := escalation.claims.filter(ended_at__isnull=True, expires_at__lte=now).first():
            lapse_claim(claim, escalation=escalation, now=now)
            done += 1
    return done


def find_breaches(*, now: datetime) -> int:
    """Record each clock that has passed its due instant, once; how many."""
    return _in_batches(lambda: _find_breaches(now=now))


@transaction.atomic
def _find_breaches(*, now: datetime) -> int:
    due = Clock.objects.select_for_update(skip_locked=True, no_key=True, of=("self",)).filter(next_fire_at__lte=now)
    clocks = list(due.order_by("next_fire_at")[:BATCH])
    done = 0
    for clock in clocks:
        escalation = locked_if_free(clock.escalation_id)
        if escalation is not None:
            _breach(clock, escalation=escalation, now=now)
            done += 1
    return done


def _breach(clock: Clock, *, escalation: Escalation, now: datetime) -> None:
    notice = Notice(
        id=uuid7(now),
        clock=clock,
        kind=Notice.Kind.BREACH,
        target_revision=clock.target_revision,
        at=clock.due_at,
        detected_at=now,
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    Clock.objects.filter(pk=clock.pk).update(breached_at=clock.due_at, next_fire_at=None)
    facts = {"clock": clock.kind, "cycle": clock.cycle, "due_at": instant(clock.due_at)}
    transition(escalation, "breached", actor="deadline", now=now, facts=facts)


def forget_keys(*, now: datetime) -> int:
    """Drop idempotency keys past their 72 hours; how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEYS_KEPT_FOR).delete()[0]


def _in_batches(step) -> int:
    """Repeat a step until it finds nothing, so that a backlog drains."""
    total = 0
    while done := step():
        total += done
    return total
