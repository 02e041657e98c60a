"""Every refusal as RFC 9457 `application/problem+json`: a stable type, a sentence, never a value of the payload."""

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.views import set_rollback

from escalations.errors import (
    PROBLEM_TYPES,
    Failed,
    Forbidden,
    NotAllowed,
    NotFound,
    Refusal,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unsupported,
)

log = logging.getLogger(__name__)
OURS: list[tuple[type[Exception], type[Refusal]]] = [
    (Http404, NotFound),
    (exceptions.NotFound, NotFound),
    (exceptions.MethodNotAllowed, NotAllowed),
    (exceptions.NotAuthenticated, Unauthenticated),
    (exceptions.AuthenticationFailed, Unauthenticated),
    (exceptions.PermissionDenied, Forbidden),
    (exceptions.UnsupportedMediaType, Unsupported),
    (RequestDataTooBig, TooLarge),
    (SuspiciousOperation, Refusal),
    (exceptions.ParseError, Refusal),
]


def problem(refusal: Refusal, request: HttpRequest) -> dict[str, Any]:
    """A refusal as a problem document."""
    shown: dict[str, Any] = {
        **refusal.extra,
        "type": PROBLEM_TYPES + refusal.code,
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "request_id": request.request_id,
    }
    if refusal.faults:
        shown["errors"] = [vars(fault) for fault in refusal.faults]
    return shown


def answer(refusal: Refusal, request: HttpRequest) -> JsonResponse:
    """A refusal as the response."""
    response = JsonResponse(problem(refusal, request), status=refusal.status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if refusal.status == Unauthenticated.status:
        response["WWW-Authenticate"] = 'Bearer realm="reviewapp"'
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    if limit := refusal.extra.get("limit_per_second"):
        response["RateLimit-Policy"] = f'"key";q={limit};w=1'
        response["RateLimit"] = f'"key";r=0;t={refusal.retry_after}'
    return response


def handle(error: Exception, context: dict[str, Any]) -> JsonResponse:
    """DRF's exception handler: ours as they are, the framework's translated, anything else a 500 that says nothing."""
    request = context["request"]._request
    set_rollback()
    if isinstance(error, Refusal):
        return answer(error, request)
    for theirs, ours in OURS:
        if isinstance(error, theirs):
            response = answer(ours(), request)
            if isinstance(error, exceptions.MethodNotAllowed):
                response["Allow"] = ", ".join(context["view"].allowed_methods)
            return response
    log.error("the request failed", exc_info=error)
    return answer(failure(error), request)


def failure(error: BaseException | None) -> Refusal:
    """What is said of an error of our own: that the database is away or busy, or only that it failed."""
    if isinstance(error, OperationalError):
        return Unavailable("The database does not answer in time; nothing of your request was kept.", retry_after=1)
    return Failed("Something failed on our side; nothing of your request was kept. Try again.")
