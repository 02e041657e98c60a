"""Errors that no view has answered: a problem under /api/, a page elsewhere."""

import sys

from django.http import HttpRequest, HttpResponse

from escalations.api import problems
from escalations.errors import Forbidden, NotFound, Refusal
from escalations.web import errors as pages
from reviewapp.problems import is_api


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A Host header that is not ours, too many parameters."""
    if is_api(request.path):
        return problems.answer(Refusal("The request can not be read.", code="bad_request"), request)
    return pages.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Somebody may see something, but not do it."""
    return problems.answer(Forbidden(), request) if is_api(request.path) else pages.forbidden(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that no pattern matches."""
    if is_api(request.path):
        return problems.answer(NotFound("There is no such address in this API."), request)
    return pages.not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """A fault of ours, in a middleware or a page."""
    if is_api(request.path):
        return problems.answer(problems.failure(sys.exception()), request)
    return pages.failed(request)
