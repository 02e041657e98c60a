"""Middleware of the whole site."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from structlog.contextvars import bind_contextvars, clear_contextvars

from reviewapp.request_ids import HEADER, request_id_from

Respond = Callable[[HttpRequest], HttpResponse]
POLLED = {"livez", "readyz", "metrics"}  # asked every few seconds; told at DEBUG, unless they fail

log = structlog.get_logger("reviewapp.requests")


def identified(get_response: Respond) -> Respond:
    """Give the request its id, bind it to every line of the log, answer with it, and tell the request in one line."""

    def respond(request: HttpRequest) -> HttpResponse:
        started = perf_counter()
        request.request_id = request_id_from(request.META.get("HTTP_X_REQUEST_ID"))
        bind_contextvars(request_id=request.request_id)
        try:
            response = get_response(request)
            response[HEADER] = request.request_id
            tell(request, response.status_code, seconds=perf_counter() - started)
            return response
        finally:
            clear_contextvars()

    return respond


def tell(request: HttpRequest, status: int, *, seconds: float) -> None:
    """The request in one line: the pattern of its address, never its values, and who called where that is known."""
    route = request.resolver_match.route if request.resolver_match else ""
    is_routine = status < 400 and (route in POLLED or request.path.startswith(settings.STATIC_URL))
    (log.debug if is_routine else log.info)(
        "request",
        method=request.method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        caller=caller_of(request),
    )


def caller_of(request: HttpRequest) -> str:
    """The person or key that was looked up for this request; does not look up anybody."""
    user: Any = request.__dict__.get("user")
    if type(user) is SimpleLazyObject:  # isinstance would load the person
        user = request.__dict__.get("_cached_user")
    return str(getattr(user, "pk", None) or "")


def secure_cookies(get_response: Respond) -> Respond:
    """Mark every cookie Secure on https, so that plain http on localhost still works without a setting to forget."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response

    return respond
