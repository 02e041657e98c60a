"""The numbers behind the report pages."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from escalations.access import cases_to_report
from escalations.api.answers import json_answer
from escalations.api.schema import query
from escalations.queries.reports import failures_report, sla_report, volume_report
from escalations.records.reports import ReportQuery, failures_record, report_filters, sla_record, volume_record


class SlaReport(APIView):
    @extend_schema(
        operation_id="report_sla",
        parameters=query(ReportQuery),
        responses={200: dict},
        summary="How deadlines were kept",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        cases, now = cases_to_report(request.user), timezone.now()
        filters = report_filters(request.GET.dict(), now=now)
        return json_answer(sla_record(sla_report(cases, filters, now=now), filters))


class FailuresReport(APIView):
    @extend_schema(
        operation_id="report_failures",
        parameters=query(ReportQuery),
        responses={200: dict},
        summary="What people found wrong",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        cases = cases_to_report(request.user)
        filters = report_filters(request.GET.dict(), now=timezone.now())
        return json_answer(failures_record(failures_report(cases, filters), filters))


class VolumeReport(APIView):
    @extend_schema(
        operation_id="report_volume",
        parameters=query(ReportQuery),
        responses={200: dict},
        summary="How much came in and went out",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        cases = cases_to_report(request.user)
        filters = report_filters(request.GET.dict(), now=timezone.now())
        return json_answer(volume_record(volume_report(cases, filters), filters))
