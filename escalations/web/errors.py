"""Errors as pages: what happened, what is safe, what to do. None of them needs the database."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from escalations.errors import Refusal

SENTENCES = {
    400: ("That could not be read", "The address or the form was not as it must be. Nothing was changed."),
    403: ("Your role does not include this", "An admin can give you a role that does. Nothing was changed."),
    404: ("There is nothing here", "It does not exist, or you may not see it."),
    405: ("This address does something else", "Go back and use the button. Nothing was changed."),
    409: ("It has changed meanwhile", "Somebody else was quicker. Nothing was changed by you."),
    422: ("Something is missing", "Nothing was changed. Go back, complete it, and send it again."),
    429: ("Too many tries", "For safety there is a limit. Wait a few minutes, then try again."),
    500: (
        "That went wrong on our side",
        "What was saved before is safe. Try again; what you typed is kept as a draft.",
    ),
}


def error_page(request: HttpRequest, status: int, *, detail: str = "") -> HttpResponse:
    """The page for a status, with an id by which the operator finds it in the log."""
    title, sentence = SENTENCES[status]
    request_id = getattr(request, "request_id", "")
    shown = {"title": title, "sentence": detail or sentence, "status": status, "request_id": request_id}
    return HttpResponse(render_to_string("error.html", {**shown, "request": request}), status=status)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page for a refusal that no form of the page took up."""
    status = refusal.status if refusal.status in SENTENCES else 400
    return error_page(request, status, detail=refusal.detail)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    return error_page(request, 500)
