"""Taking an escalation for review, and its opposites: extend, give back, skip."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from escalations.actions._clocks import complete_clock
from escalations.actions._transition import locked, transition
from escalations.actions.expire import lapse_claim, lapse_claims_in
from escalations.errors import AtCapacity, Conflict, Forbidden, HeldByOther
from escalations.models import Claim, Escalation, Person, Queue, Skip, Status
from escalations.records.escalation import claim_record
from escalations.rules.identifiers import uuid7

LEASE = timedelta(minutes=15)
LONGEST_LEASE = timedelta(hours=2)
SKIPPED_FOR = timedelta(minutes=60)

# The head of one queue that nobody else is taking this instant: one index scan, whatever the queue's length.
NEXT_IN_QUEUE = """
SELECT e.id FROM escalations_escalation e
WHERE e.queue_id = %(queue)s AND e.status = 'waiting'
  AND NOT EXISTS (SELECT 1 FROM escalations_skip s
                  WHERE s.escalation_id = e.id AND s.reviewer_id = %(reviewer)s AND s.until > %(now)s)
ORDER BY e.rank_at, e.id
LIMIT 1 FOR NO KEY UPDATE OF e SKIP LOCKED
"""
HEADS = """
SELECT q.id FROM unnest(%(queues)s::uuid[]) q(id),
  LATERAL (SELECT e.rank_at FROM escalations_escalation e
           WHERE e.queue_id = q.id AND e.status = 'waiting'
             AND NOT EXISTS (SELECT 1 FROM escalations_skip s
                             WHERE s.escalation_id = e.id AND s.reviewer_id = %(reviewer)s AND s.until > %(now)s)
           ORDER BY e.rank_at, e.id LIMIT 1) head
ORDER BY head.rank_at
"""


@transaction.atomic
def claim_next(queues: Sequence[Queue], *, reviewer: Person, now: datetime) -> Claim | None:
    """The next waiting escalation of these queues, best rank first, or None when nothing is free for this person."""
    reserve_capacity(reviewer, now=now)
    ids = [queue.pk for queue in queues]
    found = _take_head(ids, reviewer=reviewer, now=now)
    if found is None and lapse_claims_in(ids, now=now):
        found = _take_head(ids, reviewer=reviewer, now=now)
    return _claim(locked(found), reviewer=reviewer, now=now) if found else None


@transaction.atomic
def claim_escalation(escalation_id: UUID, *, reviewer: Person, now: datetime) -> tuple[Claim, bool]:
    """(claim, whether it is new) on this escalation; the holder gets the standing claim again."""
    lock_person(reviewer)
    escalation = locked(escalation_id)
    standing = open_claim_of(escalation)
    if standing and standing.expires_at <= now:
        lapse_claim(standing, escalation=escalation, now=now)
    elif standing and standing.reviewer_id == reviewer.pk:
        return standing, False
    if escalation.status != Status.WAITING:
        refuse_claim(escalation)
    reserve_capacity(reviewer, now=now)
    return _claim(escalation, reviewer=reviewer, now=now), True


@transaction.atomic
def extend_claim(escalation_id: UUID, *, reviewer: Person, now: datetime) -> Claim:
    """Keep the claim for another lease from now, never past its latest instant."""
    claim = _held_by(reviewer, locked(escalation_id))
    expires_at = min(now + LEASE, claim.latest_at)
    if expires_at <= now:
        raise Conflict("This claim has reached its longest time; give it back or decide.", code="claim_at_its_end")
    claim.expires_at = expires_at
    claim.save(update_fields=["expires_at"])
    return claim


@transaction.atomic
def give_back_claim(escalation_id: UUID, *, reviewer: Person, now: datetime) -> Escalation:
    """End the claim; the escalation waits again at its old rank, accountable to the lead."""
    escalation = locked(escalation_id)
    claim = _held_by(reviewer, escalation)
    return end_claim(claim, escalation=escalation, end=Claim.End.GIVEN_BACK, actor=f"person:{reviewer.pk}", now=now)


def give_back_claims(person: Person, *, keeping: Sequence[Queue], by: Person, now: datetime) -> int:
    """End what the person holds in other queues than these; how many. The caller has locked the person."""
    held = Claim.objects.filter(reviewer=person, ended_at__isnull=True).exclude(escalation__queue__in=keeping)
    done = 0
    for escalation_id in held.order_by("escalation_id").values_list("escalation_id", flat=True):
        escalation = locked(escalation_id)
        claim = open_claim_of(escalation)
        if claim and claim.reviewer_id == person.pk:
            end_claim(claim, escalation=escalation, end=Claim.End.GIVEN_BACK, actor=f"person:{by.pk}", now=now)
            done += 1
    return done


@transaction.atomic
def skip_escalation(escalation_id: UUID, *, reviewer: Person, reason: str, now: datetime) -> Skip:
    """Give the claim back at once, with a reason; the skipper does not get it again for a while."""
    escalation = locked(escalation_id)
    claim = _held_by(reviewer, escalation)
    end_claim(
        claim,
        escalation=escalation,
        end=Claim.End.SKIPPED,
        actor=f"person:{reviewer.pk}",
        now=now,
        facts={"reason": reason},
    )
    return Skip.objects.create(
        id=uuid7(now), escalation=escalation, reviewer=reviewer, reason=reason, at=now, until=now + SKIPPED_FOR
    )


def lock_person(person: Person) -> Person:
    """The person's row under a lock. Everyone takes it before a case's lock, so that nobody waits in a circle."""
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def reserve_capacity(reviewer: Person, *, now: datetime) -> None:
    """Lock the person's row and refuse when they hold as many claims as they may: count and claim are one step."""
    person = lock_person(reviewer)
    if not person.is_active:
        raise Forbidden("This account can not be used.")
    held = Claim.objects.filter(reviewer=person, ended_at__isnull=True, expires_at__gt=now).count()
    if held >= person.capacity:
        raise AtCapacity(f"You hold {held} claims, as many as you may. Decide one or give one back.")


def open_claim_of(escalation: Escalation) -> Claim | None:
    """The escalation's claim that has not ended."""
    return escalation.claims.filter(ended_at__isnull=True).select_related("reviewer").first()


def refuse_claim(escalation: Escalation) -> None:
    """Say why an escalation can not be claimed: who holds it, or that it is not open."""
    standing = open_claim_of(escalation)
    if standing:
        extra = {"claim": claim_record(standing, viewer=None)}
        raise HeldByOther(f"{standing.reviewer.name} holds this case.", extra=extra)
    raise Conflict(
        f"This case is {escalation.status}.", code="not_waiting", extra={"escalation_status": escalation.status}
    )


def end_claim(
    claim: Claim, *, escalation: Escalation, end: str, actor: str, now: datetime, facts: dict | None = None
) -> Escalation:
    """Close a claim that did not lead to a decision; the escalation waits again, the lead is accountable."""
    claim.ended_at, claim.end = now, end
    claim.save(update_fields=["ended_at", "end"])
    return transition(
        escalation,
        f"claim_{end}",
        actor=actor,
        now=now,
        to=Status.WAITING,
        facts={"token": claim.token, **(facts or {})},
        owner=escalation.queue.lead,
    )


def _take_head(queue_ids: list[UUID], *, reviewer: Person, now: datetime) -> UUID | None:
    """Lock the best free head. Heads are compared without a lock; only the one taken is locked."""
    with connection.cursor() as cursor:
        if len(queue_ids) > 1:
            cursor.execute(HEADS, {"queues": queue_ids, "reviewer": reviewer.pk, "now": now})
            queue_ids = [row[0] for row in cursor.fetchall()]
        for queue_id in queue_ids:
            cursor.execute(NEXT_IN_QUEUE, {"queue": queue_id, "reviewer": reviewer.pk, "now": now})
            if row := cursor.fetchone():
                return row[0]
    return None


def new_claim(escalation: Escalation, *, reviewer: Person, now: datetime) -> Claim:
    """A lease with the next token, stored; the caller makes the transition."""
    return Claim.objects.create(
        id=uuid7(now),
        escalation=escalation,
        reviewer=reviewer,
        token=escalation.claim_token + 1,
        claimed_at=now,
        expires_at=now + LEASE,
        latest_at=now + LONGEST_LEASE,
    )


def _claim(escalation: Escalation, *, reviewer: Person, now: datetime) -> Claim:
    claim = new_claim(escalation, reviewer=reviewer, now=now)
    complete_clock(escalation, "claim", now=now)
    transition(
        escalation,
        "claimed",
        actor=f"person:{reviewer.pk}",
        now=now,
        to=Status.CLAIMED,
        facts={"token": claim.token},
        owner=reviewer,
        claim_token=claim.token,
    )
    claim.escalation = escalation
    return claim


def _held_by(reviewer: Person, escalation: Escalation) -> Claim:
    claim = open_claim_of(escalation)
    if claim is None:
        raise Conflict(
            "You do not hold this case any more.", code="no_claim", extra={"escalation_status": escalation.status}
        )
    if claim.reviewer_id != reviewer.pk:
        refuse_claim(escalation)
    return claim
