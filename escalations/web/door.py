"""What every page has in common: a signed-in person, their time zone, the rail, and refusals as pages or sentences."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from escalations.access import READS_DATASETS, READS_REPORTS, Caller
from escalations.errors import Conflict, Invalid, Refusal
from escalations.models import ROLES, Person
from escalations.queries.desk import Rail, rail_of
from escalations.web.errors import refused

Door = Callable[..., HttpResponse]


def door(*methods: str, again: Door | None = None) -> Callable[[Door], Door]:
    """A page for a signed-in person, in their time zone, never cached.

    A refusal is answered with a page. Where `again` is given, a conflict or a fault shows that page again with the
    refusal, and asking for the address (a reload) shows it plainly.
    """

    def guard(view: Door) -> Door:
        @wraps(view)
        def respond(request: HttpRequest, **named: Any) -> HttpResponse:
            with timezone.override(zone_of(request.user)):
                try:
                    asked = view if again is None or request.method in methods else again
                    return _answer(asked, again, request=request, named=named)
                except Refusal as refusal:
                    return refused(request, refusal)

        allowed = {*methods, "HEAD", *(["GET"] if again else [])}
        return never_cache(login_required(require_http_methods(allowed)(respond)))

    return guard


def _answer(view: Door, again: Door | None, *, request: HttpRequest, named: dict[str, Any]) -> HttpResponse:
    try:
        return view(request, **named)
    except (Conflict, Invalid) as refusal:
        if again is None:
            raise
        return again(request, refusal, **named)


def zone_of(person: Person) -> ZoneInfo:
    """The person's time zone; UTC where it is not known to this machine."""
    try:
        return ZoneInfo(person.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def caller_of(request: HttpRequest) -> Caller:
    """The signed-in person as the permission room sees them."""
    return Caller(person=request.user)


def rail(request: HttpRequest) -> Rail:
    """The counts beside the page, counted once per request."""
    if not hasattr(request, "rail"):
        request.rail = rail_of(request.user, now=timezone.now())
    return request.rail


def fragment(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """A part of a page, for an update in place."""
    return render(request, template, {"now": timezone.now(), **context})


def page(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A whole page in the shell."""
    person = request.user
    shell = {
        "rail": rail(request),
        "now": timezone.now(),
        "roles": [role for role in ROLES if person.has_role(role)],
        "sees_reports": person.has_role(*READS_REPORTS),
        "sees_datasets": person.has_role(*READS_DATASETS),
    }
    return render(request, template, {**shell, **context}, status=status)
