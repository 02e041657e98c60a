"""The desk: what I hold, what waits, and the next case."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from escalations.access import queue_to_review, queues_reviewed_by
from escalations.actions.claim import claim_next
from escalations.errors import AtCapacity, Refusal
from escalations.queries.desk import desk_of, recent_of
from escalations.web.door import caller_of, door, fragment, page, rail

NOTHING = "Nothing is free for you just now. New cases appear here by themselves."


def show_desk(request: HttpRequest, refusal: Refusal | None = None, **_named: str) -> HttpResponse:
    """The desk, with what was refused."""
    now = timezone.now()
    shown = {
        "desk": desk_of(request.user, rail(request), now=now),
        "recent": recent_of(request.user),
        "refusal": refusal,
    }
    if request.headers.get("HX-Request"):
        return fragment(request, "desk/live.html", shown)
    return page(request, "desk/page.html", shown, status=refusal.status if refusal else 200)


@door("GET")
def desk(request: HttpRequest) -> HttpResponse:
    return show_desk(request)


@door("POST", again=show_desk)
def claims(request: HttpRequest) -> HttpResponse:
    """Claim the next case of all my queues."""
    return to_next(request, line="")


@door("POST", again=show_desk)
def claims_of_queue(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Claim the next case of one queue."""
    return to_next(request, line=queue_to_review(caller_of(request), slug).slug)


def to_next(request: HttpRequest, *, line: str) -> HttpResponse:
    """Claim the next case of the line (a queue, or all mine) and go there; where nothing is free, to the desk."""
    queues = queues_reviewed_by(request.user)
    queues = queues.filter(slug=line) if line else queues
    claim = claim_next(list(queues), reviewer=request.user, now=timezone.now())
    if claim is None:
        messages.info(request, NOTHING)
        return redirect("desk")
    return redirect(case_address(claim.escalation_id, line))


def then_next(request: HttpRequest) -> HttpResponse:
    """Go on after a case: the next one of the same line, or the desk where the person holds enough."""
    try:
        return to_next(request, line=request.POST.get("line", ""))
    except AtCapacity as refusal:
        messages.info(request, refusal.detail)
        return redirect("desk")


def case_address(escalation_id: object, line: str) -> str:
    """A case's URL; the line says where the next one comes from."""
    return reverse("case", args=[escalation_id]) + (f"?line={line}" if line else "")
