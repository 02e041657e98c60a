"""Settings, for admins: senders, people, queues and their leads."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from escalations.access.settings import need_admin, queue_to_change
from escalations.actions.lead import change_lead
from escalations.errors import Refusal
from escalations.queries.settings import people_shown, people_to_choose, queues_shown, senders_shown
from escalations.web.door import caller_of, door, page
from escalations.web.forms import Typed, person_of, typed


def admin_page(
    request: HttpRequest, template: str, shown: Mapping[str, Any], *, refusal: Refusal | None = None
) -> HttpResponse:
    """A page of the settings, with what was refused and everything that was typed."""
    need_admin(caller_of(request))
    form = typed(request.POST, refusal) if refusal else shown.get("form", Typed())
    status = refusal.status if refusal else 200
    return page(request, template, {**shown, "form": form, "refusal": refusal}, status=status)


def shown_once(request: HttpRequest, *, secret: str, what: str, back: str) -> HttpResponse:
    """The only answer that ever holds the secret."""
    return admin_page(request, "settings/secret.html", {"secret": secret, "what": what, "back": back})


def show_settings(request: HttpRequest, refusal: Refusal | None = None, *, slug: str = "") -> HttpResponse:
    """Everything that an admin looks after; `slug` is the queue whose lead was asked for."""
    need_admin(caller_of(request))
    shown = {
        "senders": senders_shown(now=timezone.now()),
        "people": people_shown(),
        "queues": queues_shown(),
        "leads": people_to_choose(),
        "at_fault": slug,
    }
    return admin_page(request, "settings/page.html", shown, refusal=refusal)


@door("GET")
def settings(request: HttpRequest) -> HttpResponse:
    return show_settings(request)


@door("POST", again=show_settings)
def lead(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Give the queue another lead."""
    queue = queue_to_change(caller_of(request), slug)
    to = person_of(request.POST)
    change_lead(queue, to=to, by=request.user, now=timezone.now())
    messages.success(request, f"{to.name} leads {queue.name} now, and owns what waits in it.")
    return redirect("settings")
