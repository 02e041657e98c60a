"""What a person finds on coming in: the queues with their counts, and the cases they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from escalations.access import Caller, may_review, queues_seen_by, seen_by
from escalations.models import Claim, Escalation, Person, Queue

MOST_COUNTED = 1000
# Each count stops at a bound, along an index: a queue of a million costs no more than one of a thousand. An escalation
# ranks no later than it is due, so the late ones are all at the head.
COUNTS = """
SELECT q.id,
  (SELECT count(*) FROM (SELECT 1 FROM escalations_escalation e
    WHERE e.queue_id = q.id AND e.status = 'waiting' LIMIT %(most)s) w),
  (SELECT count(*) FROM (SELECT 1 FROM escalations_escalation e
    WHERE e.queue_id = q.id AND e.status IN ('claimed', 'paused') LIMIT %(most)s) c),
  (SELECT count(*) FROM (SELECT 1 FROM escalations_escalation e
    WHERE e.queue_id = q.id AND e.status = 'waiting' AND e.rank_at < %(now)s AND e.due_at < %(now)s LIMIT %(most)s) l)
  + (SELECT count(*) FROM (SELECT 1 FROM escalations_escalation e
    WHERE e.queue_id = q.id AND e.status IN ('claimed', 'paused') AND e.rank_at < %(now)s AND e.due_at < %(now)s
    LIMIT %(most)s) l)
FROM unnest(%(queues)s::uuid[]) q(id)
"""


@dataclass(frozen=True)
class QueueCounts:
    """A queue with how much waits, is at work and is late; counting stops at `MOST_COUNTED`."""

    queue: Queue
    is_mine: bool
    waiting: int
    claimed: int
    late: int


@dataclass(frozen=True)
class Rail:
    """The counts beside every page."""

    queues: list[QueueCounts]
    held_count: int


@dataclass(frozen=True)
class Desk:
    """What a person holds, and the queues they review."""

    claims: list[Claim]
    queues: list[QueueCounts]
    waiting: int
    claimed: int
    next_back_at: datetime | None

    @property
    def state(self) -> str:
        """Why there is or is not something to claim."""
        if not self.queues:
            return "no_queue"
        return "waiting" if self.waiting else "all_claimed" if self.next_back_at else "empty"


def open_claims_of(person: Person, *, now: datetime) -> list[Claim]:
    """The claims that a person holds now, the one that is due first in front."""
    rows = Claim.objects.filter(reviewer=person, ended_at__isnull=True, expires_at__gt=now)
    related = ("escalation__snapshot", "escalation__queue", "escalation__workflow")
    rows = rows.select_related(*related).defer("escalation__snapshot__raw")
    return list(rows.order_by("escalation__due_at", "claimed_at"))


def rail_of(person: Person, *, now: datetime) -> Rail:
    """The queues that the person may look at, with counts."""
    queues = list(queues_seen_by(person))
    counts = _counts([queue.pk for queue in queues], now=now)
    shown = [QueueCounts(queue, may_review(person, queue), *counts[queue.pk]) for queue in queues]
    held = Claim.objects.filter(reviewer=person, ended_at__isnull=True, expires_at__gt=now).count()
    return Rail(shown, held)


def desk_of(person: Person, rail: Rail, *, now: datetime) -> Desk:
    """The desk of a person, from what the rail has counted."""
    queues = [one for one in rail.queues if one.is_mine]
    waiting, claimed = sum(one.waiting for one in queues), sum(one.claimed for one in queues)
    ids = [one.queue.pk for one in queues]
    next_back_at = next_expiry(ids, person=person, now=now) if ids and not waiting else None
    return Desk(open_claims_of(person, now=now), queues, waiting, claimed, next_back_at)


def next_expiry(queue_ids: Sequence[UUID], *, person: Person, now: datetime) -> datetime | None:
    """When the first case that somebody else holds in these queues comes back if nothing happens."""
    claims = Claim.objects.filter(escalation__queue_id__in=queue_ids, ended_at__isnull=True, expires_at__gt=now)
    return claims.exclude(reviewer=person).order_by("expires_at").values_list("expires_at", flat=True).first()


def cases_of(caller: Caller) -> Any:
    """The cases that the caller may see, with what a list shows of each."""
    related = ("snapshot", "queue", "workflow", "owner")
    return seen_by(caller).select_related(*related).defer("snapshot__raw", "snapshot__salt")


def recent_of(person: Person, *, limit: int = 5) -> list[Escalation]:
    """The cases that the person decided last."""
    rows = Escalation.objects.filter(decision__decided_by=person).select_related("snapshot", "queue", "decision")
    return list(rows.defer("snapshot__raw", "snapshot__salt").order_by("-decision__decided_at")[:limit])


def _counts(queue_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, tuple[int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"queues": list(queue_ids), "now": now, "most": MOST_COUNTED})
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}
