"""A person reports a bad output that nobody flagged, and sees afterwards how far it is."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from escalations.access import Caller, seen_by
from escalations.access.reporting import report_made_by, reporter, workflows_to_report
from escalations.actions.submit import submit
from escalations.errors import Conflict, Fault, Invalid, Refusal
from escalations.models import Severity
from escalations.records.forms import ReportForm
from escalations.rules.identifiers import uuid7
from escalations.web.door import caller_of, door, page
from escalations.web.forms import Typed, form_of, typed


def show_form(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    """The form, with everything that was typed."""
    shown = {
        "form": typed(request.POST, refusal) if refusal else Typed(),
        "refusal": refusal,
        "workflows": workflows_to_report(request.user),
        "severities": Severity.values,
        "once": uuid7(timezone.now()),
    }
    return page(request, "report/page.html", shown, status=refusal.status if refusal else 200)


@door("GET", "POST", again=show_form)
def reporting(request: HttpRequest) -> HttpResponse:
    """Hand the output over, as any sender would."""
    if request.method != "POST":
        return show_form(request)
    asked = form_of(ReportForm, request.POST)
    return redirect("report_made", escalation_id=_hand_over(asked, reporter(request.user)))


def _hand_over(asked: ReportForm, caller: Caller) -> UUID:
    if asked.workflow not in caller.workflows:
        raise Invalid("Choose a workflow.", faults=[Fault("/workflow", "missing", "Choose a workflow.")])
    try:
        return submit(asked.body(), caller=caller, now=timezone.now()).escalation.pk
    except Conflict:
        sentence = "You have sent this report already, in other words. Send it again if it is another one."
        raise Conflict(sentence, code="sent_already") from None


@door("GET")
def report_made(request: HttpRequest, *, escalation_id: UUID) -> HttpResponse:
    """Thank the person, with the number."""
    found = report_made_by(request.user, escalation_id)
    may_see = seen_by(caller_of(request)).filter(pk=found.pk).exists()
    return page(request, "report/thanks.html", {"escalation": found, "may_see": may_see})
