"""Reading the ledger, and verifying it: every chain, and the rows against what their events say."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast

from escalations.models import LEGAL_MOVES, Dataset, Escalation, Event, Release, Workflow
from escalations.queries.evidence import Evidence, evidence_of
from escalations.queries.published import faults_of_dataset, faults_of_workflow
from escalations.rules.identifiers import is_id
from escalations.rules.ledger import faults_of_chain, fold

STREAMS_READ_TOGETHER = 500
PUBLISHED = {Event.StreamKind.WORKFLOW: faults_of_workflow, Event.StreamKind.DATASET: faults_of_dataset}


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
    """Every fault, streamed: broken chains, rows that are not what the events say, rows without a ledger."""
    with _one_snapshot():
        streams = _streams(tally)
        while some := list(islice(streams, STREAMS_READ_TOGETHER)):
            cases = [stream[0].stream_id for stream in some if stream[0].stream_kind == Event.StreamKind.ESCALATION]
            evidence = evidence_of(cases)
            for stream in some:
                yield from _faults_of_stream(stream, evidence)
        yield from _without_ledger("escalation", Escalation.objects.all())
        yield from _without_ledger("workflow", Workflow.objects.exclude(policies=None, rubrics=None))
        yield from _without_ledger("dataset", Dataset.objects.filter(releases__state=Release.State.BUILT).distinct())


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """One view of the database for every read, so that what people do meanwhile is not taken for a fault."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _streams(tally: Tally) -> Iterator[list[Event]]:
    """Each stream's events in order of seq."""
    rows = Event.objects.order_by("stream_kind", "stream_id", "seq").iterator(chunk_size=2000)
    for _, events in groupby(rows, key=attrgetter("stream_kind", "stream_id")):
        stream = list(events)
        tally.events, tally.streams = tally.events + len(stream), tally.streams + 1
        yield stream


def _faults_of_stream(stream: list[Event], evidence: dict[str, Evidence]) -> Iterator[LedgerFault]:
    kind, stream_id = stream[0].stream_kind, stream[0].stream_id
    found, is_whole = list(faults_of_chain(stream)), all(isinstance(event.facts, dict) for event in stream)
    if kind == Event.StreamKind.ESCALATION:
        case = evidence.get(stream_id)
        if case is None:
            found.append((stream[-1].seq, "the escalation is gone"))
        elif is_whole:
            found += [*_faults_of_case(stream, case), *case.faults(stream)]
    elif is_whole and kind in PUBLISHED and is_id(stream_id):
        found += PUBLISHED[kind](stream)
    yield from (LedgerFault(f"{kind} {stream_id}", seq, what) for seq, what in found)


def _faults_of_case(events: list[Event], case: Evidence) -> Iterator[tuple[int, str]]:
    """Differences between what a case's events add up to and what its row says."""
    last, row = events[-1], case.escalation
    stored = {
        "status": row.status,
        "queue": row.queue.slug,
        "owner": str(row.owner_id),
        "severity": row.severity,
        "decision": str(row.decision_id) if row.decision_id else None,
    }
    for fact, value in fold(event.facts for event in events).items():
        if stored[fact] != value:
            yield last.seq, f"the events add up to another {fact} than the escalation has"
    if (row.head_seq, row.head_hash) != (last.seq, last.hash):
        yield last.seq, "the escalation's head is not its last event"
    yield from _illegal_moves(events)


def _illegal_moves(events: Iterable[Event]) -> Iterator[tuple[int, str]]:
    before = None
    for event in events:
        after = event.facts.get("status")
        if before is not None and after != before and after not in LEGAL_MOVES.get(before, ()):
            yield event.seq, f"a move from {before} to {after} is not legal"
        before = after


def _without_ledger(kind: str, rows: QuerySet[Any]) -> Iterator[LedgerFault]:
    stream = Event.objects.filter(stream_kind=kind, stream_id=Cast(OuterRef("pk"), CharField()))
    for pk in rows.filter(~Exists(stream)).values_list("pk", flat=True):
        yield LedgerFault(f"{kind} {pk}", 0, f"the {kind} has no events")
