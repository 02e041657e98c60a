"""What an operator watches: how much waits and for how long, and what is due but not done. Four cheap statements.

Every statement reads a partial index of what is open; none of them reads decided cases.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count

from escalations.models import OPEN, Queue, Release

LOADS = """
SELECT queue_id, status, count(*), count(*) FILTER (WHERE due_at < %(now)s), min(received_at)
FROM escalations_escalation WHERE status = 'waiting' GROUP BY queue_id, status
UNION ALL
SELECT queue_id, status, count(*), count(*) FILTER (WHERE due_at < %(now)s), min(received_at)
FROM escalations_escalation WHERE status IN ('claimed', 'paused') GROUP BY queue_id, status
"""
DUE = """
SELECT 'holds', count(*), min(hold_until) FROM escalations_escalation
WHERE hold_until IS NOT NULL AND status IN ('waiting', 'claimed', 'paused') AND hold_until <= %(now)s
UNION ALL
SELECT 'claims', count(*), min(expires_at) FROM escalations_claim WHERE ended_at IS NULL AND expires_at <= %(now)s
UNION ALL
SELECT 'clocks', count(*), min(next_fire_at) FROM escalations_clock
WHERE next_fire_at IS NOT NULL AND next_fire_at <= %(now)s
UNION ALL
SELECT 'releases', count(*), min(requested_at) FROM escalations_release WHERE state IN ('pending', 'building')
"""
TOTALS = """
SELECT (SELECT coalesce(max(number), 0) FROM escalations_escalation),
  (SELECT coalesce(max(sequence), 0) FROM escalations_decision),
  (SELECT count(*) FROM escalations_claim WHERE ended_at IS NULL)
"""


@dataclass(frozen=True)
class Load:
    """The open cases of a queue in one status; `oldest` is when the first of them was received."""

    queue: str
    status: str
    count: int = 0
    overdue: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True)
class Due:
    """Rows of one kind whose time has come and which no job has taken up; `oldest` is the first one's time."""

    kind: str
    count: int
    oldest: datetime | None


@dataclass(frozen=True)
class Operations:
    """The state of the work at one moment."""

    loads: list[Load]
    due: list[Due]
    received: int
    decisions: int
    open_claims: int
    releases: dict[str, int]


def operations(*, now: datetime) -> Operations:
    """The state of the work, every queue and status included."""
    with connection.cursor() as cursor:
        cursor.execute(LOADS, {"now": now})
        found = {(queue_id, status): numbers for queue_id, status, *numbers in cursor.fetchall()}
        cursor.execute(DUE, {"now": now})
        due = [Due(*row) for row in cursor.fetchall()]
        cursor.execute(TOTALS)
        received, decisions, open_claims = cursor.fetchone()
    queues = Queue.objects.values_list("pk", "slug")
    loads = [Load(slug, str(status), *found.get((pk, status), ())) for pk, slug in queues for status in OPEN]
    counts = dict(Release.objects.order_by().values_list("state").annotate(Count("pk")))
    releases = {state: counts.get(state, 0) for state in Release.State.values}
    return Operations(loads, due, received, decisions, open_claims, releases)
