"""One case: read it, take it, decide it, pass it over."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from escalations.access import escalation_to_review, need_person
from escalations.actions.claim import claim_escalation, extend_claim, give_back_claim, skip_escalation
from escalations.actions.decide import submit_review
from escalations.errors import Refusal
from escalations.models import ExpectedBehavior, Severity, Skip
from escalations.queries.case import SEE, UNDO, case_of
from escalations.web.desk import case_address, then_next
from escalations.web.door import caller_of, door, page, rail
from escalations.web.forms import Typed, blank, decision_of, skip_reason_of, typed

CHOICES = {"behaviors": ExpectedBehavior.choices, "severities": Severity.values, "skip_reasons": Skip.Reason.choices}


def show_case(request: HttpRequest, refusal: Refusal | None = None, *, escalation_id: UUID) -> HttpResponse:
    """The case, with what was refused and everything that was typed."""
    case = case_of(caller_of(request), escalation_id, now=timezone.now())
    kept = typed(request.POST, refusal) if refusal else Typed()
    form = kept if "claim_token" in request.POST else blank(case)
    line = request.POST.get("line") or request.GET.get("line", "")
    shown = {"case": case, "form": form, "kept": kept, "refusal": refusal, "line": line, **CHOICES}
    shown["sees_queue"] = any(one.queue.pk == case.escalation.queue_id for one in rail(request).queues)
    return page(request, "case/page.html", shown, status=refusal.status if refusal else 200)


@door("GET")
def case(request: HttpRequest, *, escalation_id: UUID) -> HttpResponse:
    return show_case(request, escalation_id=escalation_id)


@door("POST", again=show_case)
def claim(request: HttpRequest, *, escalation_id: UUID) -> HttpResponse:
    """Take this case."""
    caller = caller_of(request)
    escalation = escalation_to_review(caller, escalation_id)
    claim_escalation(escalation.pk, reviewer=caller.person, now=timezone.now())
    return redirect(case_address(escalation.pk, ""))


@door("POST", again=show_case)
def extend(request: HttpRequest, *, escalation_id: UUID) -> HttpResponse:
    """Keep the claim while the page is open; answers with the time it lasts until."""
    caller = caller_of(request)
    escalation = escalation_to_review(caller, escalation_id)
    kept = extend_claim(escalation.pk, reviewer=caller.person, now=timezone.now())
    return JsonResponse({"until": timezone.localtime(kept.expires_at).strftime("%H:%M")})


@door("POST", again=show_case)
def give_back(request: HttpRequest, *, escalation_id: UUID) -> HttpResponse:
    """Let others have this case."""
    caller = caller_of(request)
    escalation = escalation_to_review(caller, escalation_id)
    give_back_claim(escalation.pk, reviewer=caller.person, now=timezone.now())
    messages.success(request, f"You gave #{escalation.number} back.", extra_tags=f"{UNDO}{escalation.pk}")
    return redirect("desk")


@door("POST", again=show_case)
def skip(request: HttpRequest, *, escalation_id: UUID) -> HttpResponse:
    """Pass this case over, and get the next one."""
    caller = caller_of(request)
    escalation = escalation_to_review(caller, escalation_id)
    reason = skip_reason_of(request.POST)
    skip_escalation(escalation.pk, reviewer=caller.person, reason=reason, now=timezone.now())
    messages.success(request, f"You skipped #{escalation.number}.", extra_tags=f"{UNDO}{escalation.pk}")
    return then_next(request)


@door("POST", again=show_case)
def decide(request: HttpRequest, *, escalation_id: UUID) -> HttpResponse:
    """Submit a decision, and get the next case."""
    caller = caller_of(request)
    escalation = escalation_to_review(caller, escalation_id)
    body = decision_of(request.POST)
    submit_review(escalation.pk, body=body, reviewer=need_person(caller), now=timezone.now())
    messages.success(request, f"Your decision on #{escalation.number} is stored.", extra_tags=f"{SEE}{escalation.pk}")
    return then_next(request)
