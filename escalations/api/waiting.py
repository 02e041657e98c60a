"""Leaving word for the web front that an answer may wait until its case is closed."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from escalations.api.answers import json_answer, record_now
from escalations.models import Escalation


@dataclass(frozen=True)
class Wait:
    """A case that is still open, for how long its answer may wait, and how to tell it as it stands then."""

    escalation_id: UUID
    seconds: int
    render: Callable[[], bytes]


def may_wait(escalation: Escalation, request: HttpRequest, *, seconds: int) -> None:
    """Let the front keep the answer to this request back. Without the front (in a test) it leaves at once."""
    found, scope = escalation.pk, request.META.get("asgi.scope")
    if seconds and scope is not None and escalation.is_open:
        scope["wait"] = Wait(found, seconds, lambda: json_answer(record_now(found, request, request.user)).content)
