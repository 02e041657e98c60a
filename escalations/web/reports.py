"""Reports: a sentence, facts, a chart, tables; every number leads to its cases."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from escalations.access import cases_to_report
from escalations.errors import NotFound, Refusal
from escalations.queries.report_cases import NUMBERS, case_page, options_of
from escalations.queries.reports import ReportFilters, failures_report, sla_report, volume_report
from escalations.records.report_table import csv_lines, failures_table, sla_table, volume_table
from escalations.records.reports import report_filters
from escalations.web.door import caller_of, door, page
from escalations.web.queues import page_number

FILTERS = ("from", "to", "workflow", "queue", "severity")
Report = Callable[..., Any]
REPORTS: dict[str, tuple[Report, Callable[[Any], Iterator[list[Any]]]]] = {
    "sla": (lambda cases, filters: sla_report(cases, filters, now=timezone.now()), sla_table),
    "failures": (failures_report, failures_table),
    "volume": (volume_report, volume_table),
}


def filters_of(request: HttpRequest) -> ReportFilters:
    """The filters in the address; a day counts whole."""
    asked = {name: request.GET[name] for name in FILTERS if name in request.GET}
    return report_filters(asked, now=timezone.now())


def report_of(kind: str) -> tuple[Report, Callable[[Any], Iterator[list[Any]]]]:
    """The report of that name, or NotFound."""
    if kind not in REPORTS:
        raise NotFound("There is no such report.")
    return REPORTS[kind]


def show_report(request: HttpRequest, refusal: Refusal | None = None, *, kind: str) -> HttpResponse:
    """The report; with filters that can not be read, the last 30 days and a sentence."""
    cases, (read, _) = cases_to_report(caller_of(request)), report_of(kind)
    filters = report_filters({}, now=timezone.now()) if refusal else filters_of(request)
    shown = {
        "kind": kind,
        "filters": filters,
        "report": read(cases, filters),
        "options": options_of(caller_of(request)),
        "refusal": refusal,
    }
    return page(request, f"reports/{kind}.html", shown, status=refusal.status if refusal else 200)


@door("GET")
def reports(request: HttpRequest) -> HttpResponse:
    return redirect("report", kind="failures")


@door("GET", again=show_report)
def report(request: HttpRequest, *, kind: str) -> HttpResponse:
    return show_report(request, kind=kind)


@door("GET")
def table(request: HttpRequest, *, kind: str) -> HttpResponse:
    """The report's table as CSV."""
    cases, (read, rows) = cases_to_report(caller_of(request)), report_of(kind)
    lines = csv_lines(rows(read(cases, filters_of(request))))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer


@door("GET")
def cases(request: HttpRequest) -> HttpResponse:
    """The cases behind one number."""
    number = {name: request.GET[name] for name in NUMBERS if request.GET.get(name) is not None}
    found, filters = cases_to_report(caller_of(request)), filters_of(request)
    listing = case_page(found, filters, number=number, page=page_number(request), now=timezone.now())
    return page(request, "reports/cases.html", {"filters": filters, "listing": listing, "number": number})
