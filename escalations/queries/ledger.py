"""Reading the ledger, and verifying it: every chain, and the fold of every case against its row."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.db.models import QuerySet

from escalations.models import LEGAL_MOVES, Escalation, Event
from escalations.rules.ledger import faults_of_chain, fold


@dataclass(frozen=True)
class LedgerFault:
    """Something that is not as it was written: where, and what."""

    stream: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.stream} seq {self.seq}: {self.what}"


@dataclass
class Tally:
    """What a verification has read so far."""

    events: int = 0
    streams: int = 0


def events_of(escalation_id: UUID) -> QuerySet[Event]:
    """An escalation's ledger, oldest first."""
    return Event.objects.filter(stream_kind="escalation", stream_id=str(escalation_id)).order_by("seq")


def ledger_faults(tally: Tally) -> Iterator[LedgerFault]:
    """Every fault in the ledger, streamed: broken chains, folds that differ from rows, rows without a ledger."""
    rows = Event.objects.order_by("stream_kind", "stream_id", "seq").iterator(chunk_size=2000)
    seen_count = 0
    for (kind, stream_id), events in groupby(rows, key=attrgetter("stream_kind", "stream_id")):
        stream = list(events)
        tally.events, tally.streams = tally.events + len(stream), tally.streams + 1
        name = f"{kind} {stream_id}"
        yield from (LedgerFault(name, seq, what) for seq, what in faults_of_chain(stream))
        if kind == Event.StreamKind.ESCALATION:
            seen_count += 1
            yield from _faults_of_case(name, stream)
    if seen_count < Escalation.objects.count():
        yield from _cases_without_ledger()


def _faults_of_case(name: str, events: list[Event]) -> Iterator[LedgerFault]:
    """Differences between what a case's events add up to and what its rows say."""
    last = events[-1]
    row = Escalation.objects.filter(pk=last.stream_id).select_related("queue", "decision").first()
    if row is None:
        yield LedgerFault(name, last.seq, "the escalation is gone")
        return
    state = fold(event.facts for event in events)
    stored = {
        "status": row.status,
        "queue": row.queue.slug,
        "owner": str(row.owner_id),
        "decision": str(row.decision_id) if row.decision_id else None,
    }
    for fact, value in stored.items():
        if state[fact] != value:
            yield LedgerFault(name, last.seq, f"the events add up to another {fact} than the escalation has")
    if (row.head_seq, row.head_hash) != (last.seq, last.hash):
        yield LedgerFault(name, last.seq, "the escalation's head is not its last event")
    yield from _illegal_moves(name, events)


def _illegal_moves(name: str, events: list[Event]) -> Iterator[LedgerFault]:
    before = None
    for event in events:
        after = event.facts.get("status")
        if before is not None and after != before and after not in LEGAL_MOVES.get(before, ()):
            yield LedgerFault(name, event.seq, f"a move from {before} to {after} is not legal")
        before = after


def _cases_without_ledger() -> Iterator[LedgerFault]:
    for pk in Escalation.objects.values_list("pk", flat=True).iterator():
        if not Event.objects.filter(stream_kind="escalation", stream_id=str(pk)).exists():
            yield LedgerFault(f"escalation {pk}", 0, "the escalation has no events")
