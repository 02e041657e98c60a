"""Claims and what leads do: noun addresses, PUT takes, DELETE gives back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from escalations.access import (
    escalation_to_lead,
    escalation_to_review,
    need_person,
    person_named,
    queue_to_move_to,
    queue_to_review,
)
from escalations.actions.claim import (
    claim_escalation,
    claim_next,
    extend_claim,
    give_back_claim,
    skip_escalation,
)
from escalations.actions.move import assign_escalation, move_escalation
from escalations.actions.reopen import reopen_escalation
from escalations.api.answers import claim_answer, json_answer, no_content, record_now
from escalations.api.body import need_no_body, record_of
from escalations.api.schema import json_of
from escalations.queries.queues import leased_count
from escalations.records.requests import AssignBody, MoveBody, ReasonBody, SkipBody
from escalations.records.shapes import EscalationRecord


class QueueClaims(APIView):
    @extend_schema(
        operation_id="claim_next",
        request=None,
        responses={201: EscalationRecord, 204: None},
        summary="Claim the next case of a queue",
    )
    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        queue = queue_to_review(request.user, slug)
        need_no_body(request)
        now = timezone.now()
        claim = claim_next([queue], reviewer=request.user.person, now=now)
        if claim is None:
            return no_content({"X-Leased": str(leased_count(queue))})
        return claim_answer(claim, request, request.user, status=201)


class EscalationClaim(APIView):
    @extend_schema(
        operation_id="claim_escalation",
        request=None,
        responses={201: EscalationRecord, 200: EscalationRecord},
        summary="Claim this case",
    )
    def put(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        found = escalation_to_review(request.user, escalation_id)
        need_no_body(request)
        claim, is_new = claim_escalation(found.pk, reviewer=request.user.person, now=timezone.now())
        return claim_answer(claim, request, request.user, status=201 if is_new else 200)

    @extend_schema(
        operation_id="extend_claim", request=None, responses={200: EscalationRecord}, summary="Extend the claim"
    )
    def patch(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        found = escalation_to_review(request.user, escalation_id)
        need_no_body(request)
        claim = extend_claim(found.pk, reviewer=request.user.person, now=timezone.now())
        return claim_answer(claim, request, request.user, status=200)

    @extend_schema(operation_id="give_back_claim", request=None, responses={204: None}, summary="Give the case back")
    def delete(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        found = escalation_to_review(request.user, escalation_id)
        need_no_body(request)
        give_back_claim(found.pk, reviewer=request.user.person, now=timezone.now())
        return no_content({})


class Skips(APIView):
    @extend_schema(
        operation_id="skip_escalation",
        request=json_of(SkipBody),
        responses={200: EscalationRecord},
        summary="Pass the case over, with a reason",
    )
    def post(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        found = escalation_to_review(request.user, escalation_id)
        asked = record_of(request, SkipBody)
        skip_escalation(found.pk, reviewer=request.user.person, reason=asked.reason, now=timezone.now())
        return json_answer(record_now(found.pk, request, request.user))


class EscalationQueue(APIView):
    @extend_schema(
        operation_id="move_escalation",
        request=json_of(MoveBody),
        responses={200: EscalationRecord},
        summary="Move the case to another queue",
    )
    def put(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        found = escalation_to_lead(request.user, escalation_id)
        queue = queue_to_move_to(record_of(request, MoveBody).queue)
        move_escalation(found.pk, to=queue, lead=need_person(request.user), now=timezone.now())
        return json_answer(record_now(found.pk, request, request.user))


class EscalationOwner(APIView):
    @extend_schema(
        operation_id="assign_escalation",
        request=json_of(AssignBody),
        responses={200: EscalationRecord},
        summary="Give the case to a reviewer",
    )
    def put(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        found = escalation_to_lead(request.user, escalation_id)
        person = person_named(record_of(request, AssignBody).person)
        claim = assign_escalation(found.pk, to=person, lead=need_person(request.user), now=timezone.now())
        return claim_answer(claim, request, request.user, status=200)


class Reopenings(APIView):
    @extend_schema(
        operation_id="reopen_escalation",
        request=json_of(ReasonBody),
        responses={200: EscalationRecord},
        summary="Open a decided case again",
    )
    def post(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        found = escalation_to_lead(request.user, escalation_id)
        asked = record_of(request, ReasonBody)
        lead = need_person(request.user)
        reopen_escalation(found.pk, lead=lead, reason=asked.reason, now=timezone.now())
        return json_answer(record_now(found.pk, request, request.user))
