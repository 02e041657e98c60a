"""Appending to the ledger's streams other than an escalation's own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from escalations.models import Event
from escalations.rules.identifiers import uuid7
from escalations.rules.ledger import GENESIS, Entry, line_hash

LOCK_STREAM = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def event_of(entry: Entry) -> Event:
    """The row of an entry, not yet stored."""
    line = entry.line()
    return Event(
        id=uuid7(entry.at),
        stream_kind=entry.stream_kind,
        stream_id=entry.stream_id,
        seq=entry.seq,
        verb=entry.verb,
        actor=entry.actor,
        facts=dict(entry.facts),
        at=entry.at,
        prev_hash=entry.prev_hash,
        hash=line_hash(line),
        line=line,
    )


def hold_stream(stream: tuple[str, str]) -> None:
    """Make other writers of the stream wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_STREAM, [":".join(stream)])


@transaction.atomic
def append(stream: tuple[str, str], verb: str, *, actor: str, facts: Mapping[str, Any], now: datetime) -> Event:
    """One more line of a person's day, a workflow, a dataset or the system; writers of one stream queue up."""
    kind, stream_id = stream
    hold_stream(stream)
    last = Event.objects.filter(stream_kind=kind, stream_id=stream_id).order_by("-seq").first()
    seq, prev_hash = (last.seq + 1, last.hash) if last else (1, GENESIS)
    event = event_of(Entry(kind, stream_id, seq, verb, actor, facts, now, prev_hash))
    event.save(force_insert=True)
    return event
