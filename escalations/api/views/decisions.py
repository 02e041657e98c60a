"""Decisions: submitted by reviewers, read by senders, verified before use."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from escalations.access import escalation_seen_by, escalation_to_review, need_scope
from escalations.actions.decide import submit_review
from escalations.api.answers import json_answer, next_url
from escalations.api.body import query_of, record_of
from escalations.api.schema import json_of, query
from escalations.queries.decisions import feed, full_decision, verified
from escalations.records.decision import DecisionBody, decision_record
from escalations.records.listing import FeedQuery
from escalations.records.requests import VerifyBody
from escalations.records.shapes import DecisionPage, DecisionRecord, VerifyAnswer


class EscalationDecision(APIView):
    @extend_schema(
        operation_id="decide_escalation",
        request=json_of(DecisionBody),
        responses={201: DecisionRecord},
        summary="Decide a claimed case",
    )
    def post(self, request: HttpRequest, escalation_id: UUID) -> HttpResponse:
        found = escalation_to_review(request.user, escalation_id)
        body, person = record_of(request, DecisionBody), request.user.person
        decision, is_new = submit_review(found.pk, body=body, reviewer=person, now=timezone.now())
        headers = {} if is_new else {"Idempotent-Replayed": "true"}
        return json_answer(decision_record(full_decision(decision.pk)), status=201, **headers)


class Decisions(APIView):
    @extend_schema(
        operation_id="list_decisions",
        parameters=query(FeedQuery),
        responses={200: DecisionPage},
        summary="The feed of decisions, in commit order",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        asked = query_of(request, FeedQuery)
        page = feed(request.user, after=asked.cursor, limit=asked.limit)
        last = page[-1].sequence if page else asked.cursor
        return json_answer({"results": [decision_record(one) for one in page], "next": next_url(request, last)})


class Verification(APIView):
    @extend_schema(
        operation_id="verify_output",
        request=json_of(VerifyBody),
        responses={200: VerifyAnswer},
        summary="May exactly this text be used?",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        need_scope(request.user, "decisions:read")
        asked = record_of(request, VerifyBody)
        found = escalation_seen_by(request.user, asked.escalation_id)
        status, decision_id = verified(found, asked.output)
        return json_answer({"status": status, "decision_id": str(decision_id) if decision_id else None})
