"""A lead's hands on a case: move it, give it to a person, open it again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from escalations.access import escalation_to_lead
from escalations.actions.move import assign_escalation, move_escalation
from escalations.actions.reopen import reopen_escalation
from escalations.web.cases import show_case
from escalations.web.door import caller_of, door
from escalations.web.forms import person_of, queue_of, reason_of


@door("POST", again=show_case)
def move(request: HttpRequest, *, escalation_id: UUID) -> HttpResponse:
    """Put the case into another queue."""
    caller = caller_of(request)
    escalation = escalation_to_lead(caller, escalation_id)
    to = queue_of(request.POST)
    move_escalation(escalation.pk, to=to, lead=caller.person, now=timezone.now())
    messages.success(request, f"#{escalation.number} waits in {to.name} now.")
    return redirect("queue", slug=escalation.queue.slug)


@door("POST", again=show_case)
def assign(request: HttpRequest, *, escalation_id: UUID) -> HttpResponse:
    """Give the case to a reviewer of its queue."""
    caller = caller_of(request)
    escalation = escalation_to_lead(caller, escalation_id)
    to = person_of(request.POST)
    assign_escalation(escalation.pk, to=to, lead=caller.person, now=timezone.now())
    messages.success(request, f"#{escalation.number} is with {to.name} now.")
    return redirect("case", escalation_id=escalation.pk)


@door("POST", again=show_case)
def reopen(request: HttpRequest, *, escalation_id: UUID) -> HttpResponse:
    """Let people decide the case again."""
    caller = caller_of(request)
    escalation = escalation_to_lead(caller, escalation_id)
    reopen_escalation(escalation.pk, lead=caller.person, reason=reason_of(request.POST), now=timezone.now())
    messages.success(request, f"#{escalation.number} is open again. The old decision stands until the next one.")
    return redirect("case", escalation_id=escalation.pk)
