"""Answering: records as JSON, pages of lists, links."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from escalations.access import Caller
from escalations.models import Claim, Escalation
from escalations.queries.decisions import open_claims, with_answers
from escalations.records.escalation import escalation_record


def json_answer(document: Any, *, status: int = 200, **headers: str) -> HttpResponse:
    """A JSON response; ASCII escapes keep lone surrogates readable."""
    body = json.dumps(document, separators=(",", ":"))
    response = HttpResponse(body, status=status, content_type="application/json", headers=headers)
    response["Cache-Control"] = "no-store"
    return response


def no_content(headers: Mapping[str, str] | None = None, *, status: int = 204) -> HttpResponse:
    """An answer without a body, and so without a media type."""
    response = HttpResponse(status=status, headers=headers)
    del response["Content-Type"]
    return response


def is_known(etag: str, request: HttpRequest) -> bool:
    """Whether the client has this version already (If-None-Match, compared weakly)."""
    known = [one.strip().removeprefix("W/") for one in request.META.get("HTTP_IF_NONE_MATCH", "").split(",")]
    return etag in known or known == ["*"]


def base_url_of(request: HttpRequest) -> str:
    """Scheme and host as the client used them."""
    return f"{request.scheme}://{request.get_host()}"


def next_url(request: HttpRequest, cursor: Any) -> str:
    """The same list, further on."""
    asked = {**{name: value for name, value in request.GET.items() if value}, "cursor": str(cursor)}
    return f"{base_url_of(request)}{request.path}?{urlencode(asked)}"


def records_of(escalations: list[Escalation], *, caller: Caller, base_url: str) -> list[dict[str, Any]]:
    """Escalation records with their claims, two queries for any number."""
    claims = open_claims(escalations)
    return [
        escalation_record(one, base_url=base_url, viewer=caller.person, claim=claims.get(one.pk)) for one in escalations
    ]


def record_now(escalation_id: Any, request: HttpRequest, caller: Caller) -> dict[str, Any]:
    """One escalation's record as it stands."""
    found = with_answers(Escalation.objects.filter(pk=escalation_id))
    return records_of(found, caller=caller, base_url=base_url_of(request))[0]


def claim_answer(claim: Claim, request: HttpRequest, caller: Caller, *, status: int) -> HttpResponse:
    """The claimed escalation's record, with the token for its holder."""
    return json_answer(record_now(claim.escalation_id, request, caller), status=status)
