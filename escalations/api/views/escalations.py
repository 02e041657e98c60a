"""Escalations: handed over, read, listed, withdrawn."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from escalations.access import (
    Caller,
    escalation_seen_by,
    escalation_to_withdraw,
    need_scope,
    need_sender,
    seen_by,
    snapshot_bytes_for,
)
from escalations.actions.submit import Submitted, submit, submit_many
from escalations.actions.withdraw import withdraw_escalation
from escalations.api.answers import base_url_of, json_answer, next_url, record_now, records_of
from escalations.api.body import (
    MOST_BATCH_BYTES,
    MOST_BYTES,
    body_of,
    idempotency_key_of,
    query_of,
    record_of,
    wait_of,
)
from escalations.api.problems import problem
from escalations.api.schema import IDEMPOTENCY_KEY, WAIT, json_of, query
from escalations.api.waiting import may_wait
from escalations.errors import Fault, Invalid, Refusal, TooLarge
from escalations.queries.decisions import with_answers
from escalations.queries.ledger import events_of
from escalations.records.escalation import as_submitted, escalation_record, event_record
from escalations.records.intake import Submission
from escalations.records.listing import EscalationQuery, PageQuery
from escalations.records.requests import ReasonBody
from escalations.records.shapes import BatchAnswer, EscalationPage, EscalationRecord, EventPage

MOST_LINES = 1000


class Escalations(APIView):
    @extend_schema(
        operation_id="submit_escalation",
        parameters=[IDEMPOTENCY_KEY, WAIT],
        request=json_of(Submission),
        responses={201: EscalationRecord, 200: EscalationRecord},
        summary="Hand an output over",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        need_sender(request.user)
        body, key, seconds = body_of(request), idempotency_key_of(request), wait_of(request)
        submitted = submit(body, caller=request.user, key=key, now=timezone.now())
        may_wait(submitted.escalation, request, seconds=0 if submitted.is_replay else seconds)
        return _submitted(submitted, request)

    @extend_schema(
        operation_id="list_escalations",
        parameters=query(EscalationQuery),
        responses={200: EscalationPage},
        summary="List escalations, newest first",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        need_scope(request.user, "escalations:read")
        asked = query_of(request, EscalationQuery)
        page = with_answers(_listed(request.user, asked))
        shown, more = page[: asked.limit], len(page) > asked.limit
        records = records_of(shown, caller=request.user, base_url=base_url_of(request))
        return json_answer({"results": records, "next": next_url(request, shown[-1].pk) if more else None})


class Batch(APIView):
    @extend_schema(
        operation_id="submit_batch",
        request={"application/x-ndjson": Submission},
        responses={200: BatchAnswer},
        summary="Hand over up to 1,000 outputs, one per line",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        need_sender(request.user)
        body = body_of(request, media_type="application/x-ndjson", limit=MOST_BATCH_BYTES)
        answers = _submit_lines(_lines(body), request.user)
        results = [_line_result(at, answer, request) for at, answer in enumerate(answers)]
        accepted = sum("id" in result for result in results)
        return json_answer({"accepted": accepted, "rejected": len(results) - accepted, "results": results})


class OneEscalation(APIView):
    @extend_schema(
        operation_id="get_escalation", parameters=[WAIT], responses={200: EscalationRecord}, summary="One escalation"
    )
    def get(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        need_scope(request.user, "escalations:read")
        seconds = wait_of(request)
        found = escalation_seen_by(request.user, escalation_id)
        may_wait(found, request, seconds=seconds)
        return json_answer(record_now(found.pk, request, request.user))


class SnapshotBytes(APIView):
    @extend_schema(
        operation_id="get_snapshot",
        responses={(200, "application/json"): dict},
        summary="The bytes as they were sent",
    )
    def get(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        need_scope(request.user, "escalations:read")
        found = snapshot_bytes_for(request.user, escalation_id)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return HttpResponse(bytes(found.snapshot.raw), content_type="application/json", headers=headers)


class Events(APIView):
    @extend_schema(operation_id="list_events", responses={200: EventPage}, summary="Its ledger, oldest first")
    def get(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        need_scope(request.user, "escalations:read")
        query_of(request, PageQuery)
        found = escalation_seen_by(request.user, escalation_id)
        return json_answer({"results": [event_record(event) for event in events_of(found.pk)], "next": None})


class Withdrawal(APIView):
    @extend_schema(
        operation_id="withdraw_escalation",
        request=json_of(ReasonBody),
        responses={200: EscalationRecord},
        summary="Take an undecided output back",
    )
    def post(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        need_scope(request.user, "escalations:write")
        found = escalation_to_withdraw(request.user, escalation_id)
        asked = record_of(request, ReasonBody)
        withdraw_escalation(found.pk, caller=request.user, reason=asked.reason, now=timezone.now())
        return json_answer(record_now(found.pk, request, request.user))


def _submitted(submitted: Submitted, request: HttpRequest) -> HttpResponse:
    """201 with the record; 200 for the same bytes again; the first answer again for a used key."""
    found, base_url = submitted.escalation, base_url_of(request)
    if submitted.is_new and not submitted.is_replay:
        record = escalation_record(found, base_url=base_url)
    else:
        record = record_now(found.pk, request, request.user)
    headers = {"Location": f"{base_url}/api/v1/escalations/{found.pk}"}
    if submitted.is_replay:
        record = as_submitted(record, first=events_of(found.pk)[0]) if submitted.is_new else record
        headers["Idempotent-Replayed"] = "true"
    return json_answer(record, status=201 if submitted.is_new else 200, **headers)


def _listed(caller: Caller, asked: EscalationQuery):
    found = seen_by(caller).order_by("-pk")
    exact = {
        "workflow__slug": asked.workflow,
        "queue__slug": asked.queue,
        "status": asked.status,
        "severity": asked.severity,
        "external_id": asked.external_id,
        "updated_at__gt": asked.updated_after,
        "pk__lt": asked.cursor,
    }
    return found.filter(**{path: value for path, value in exact.items() if value is not None})[: asked.limit + 1]


def _lines(body: bytes) -> list[bytes]:
    lines = [line.removesuffix(b"\r") for line in body.split(b"\n")]
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines or len(lines) > MOST_LINES:
        fault = Fault("", "bad_line_count", f"Send 1 to {MOST_LINES:,} lines.")
        raise Invalid("The batch has no lines, or too many.", faults=[fault])
    return lines


def _submit_lines(lines: list[bytes], caller: Caller) -> list[Submitted | Refusal]:
    """Each line's answer, in order; a line over the limit of a single body is refused alone."""
    need_scope(caller, "escalations:write")
    long = TooLarge(f"A line may have at most {MOST_BYTES:,} bytes.")
    fit = [at for at, line in enumerate(lines) if len(line) <= MOST_BYTES]
    answers: list[Submitted | Refusal] = [long] * len(lines)
    for at, answer in zip(fit, submit_many([lines[at] for at in fit], caller=caller, now=timezone.now()), strict=True):
        answers[at] = answer
    return answers


def _line_result(at: int, answer: Submitted | Refusal, request: HttpRequest) -> dict[str, object]:
    if isinstance(answer, Refusal):
        return {"index": at, "status": answer.status, "problem": problem(answer, request)}
    return {"index": at, "status": 201 if answer.is_new else 200, "id": str(answer.escalation.pk)}
