"""Senders and keys: add, rotate, limit, expire. A key is shown once, in the answer that made it."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from escalations.access.settings import need_admin, sender_to_change
from escalations.actions.keys import (
    Grant,
    add_sender,
    disable_sender,
    enable_sender,
    issue_key,
)
from escalations.errors import Refusal
from escalations.models import SCOPES
from escalations.queries.by_slug import workflows_by_slug
from escalations.queries.settings import keys_of, places_to_choose
from escalations.records.forms import OVERLAPS, KeyForm, SenderForm
from escalations.rules.identifiers import uuid7
from escalations.web.door import caller_of, door
from escalations.web.forms import Typed, form_of, typed
from escalations.web.settings import admin_page, shown_once

BLANK = Typed({"scopes": SCOPES, "workflows": [], "requests_per_second": 500})


def show_new_sender(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    """The form for a sender and its first key."""
    grant = typed(request.POST, refusal) if refusal else BLANK
    shown = {"choices": {**places_to_choose(), "scopes": SCOPES}, "grant": grant, "once": uuid7(timezone.now())}
    return admin_page(request, "settings/new_sender.html", shown, refusal=refusal)


@door("GET", "POST", again=show_new_sender)
def senders(request: HttpRequest) -> HttpResponse:
    """Add a sender, and show its first key."""
    admin, now = need_admin(caller_of(request)), timezone.now()
    if request.method != "POST":
        return show_new_sender(request)
    asked = form_of(SenderForm, request.POST)
    made, secret = add_sender(asked.name, grant_of(asked), by=admin, key_id=asked.once, now=now)
    return shown_once(request, secret=secret, what=f"The first key of {made.name}", back=sender_address(made.pk))


def grant_of(asked: KeyForm) -> Grant:
    """What a new key may do; a day counts whole, in the time zone of who asks."""
    expires_at = None
    if asked.expires_on:
        expires_at = timezone.make_aware(datetime.combine(asked.expires_on + timedelta(days=1), time.min))
    return Grant(workflows_by_slug(asked.workflows), asked.scopes, asked.requests_per_second, expires_at)


def sender_address(sender_id: UUID) -> str:
    """A sender's page."""
    return reverse("sender", args=[sender_id])


def show_sender(
    request: HttpRequest, refusal: Refusal | None = None, *, sender_id: UUID, key_id: UUID | None = None
) -> HttpResponse:
    """A sender with its keys; `key_id` is the key that was asked to change."""
    found = sender_to_change(caller_of(request), sender_id)
    is_new_key = key_id is None and "once" in request.POST
    shown = {
        "sender": found,
        "keys": [(key, key.is_good(timezone.now())) for key in keys_of(found)],
        "choices": {**places_to_choose(), "scopes": SCOPES},
        "overlaps": OVERLAPS.items(),
        "grant": typed(request.POST, refusal) if refusal and is_new_key else BLANK,
        "once": uuid7(timezone.now()),
        "at_fault": key_id,
    }
    return admin_page(request, "settings/sender.html", shown, refusal=refusal)


@door("GET")
def sender(request: HttpRequest, *, sender_id: UUID) -> HttpResponse:
    return show_sender(request, sender_id=sender_id)


@door("POST", again=show_sender)
def keys(request: HttpRequest, *, sender_id: UUID) -> HttpResponse:
    """Make another key for the sender, and show it."""
    caller = caller_of(request)
    found, asked = sender_to_change(caller, sender_id), form_of(KeyForm, request.POST)
    secret = issue_key(found, grant_of(asked), by=need_admin(caller), key_id=asked.once, now=timezone.now())
    return shown_once(request, secret=secret, what=f"A new key of {found.name}", back=sender_address(found.pk))


@door("POST", again=show_sender)
def disabling(request: HttpRequest, *, sender_id: UUID) -> HttpResponse:
    """No key of the sender is good from now on."""
    caller = caller_of(request)
    found = disable_sender(sender_to_change(caller, sender_id), by=need_admin(caller), now=timezone.now())
    messages.success(request, f"{found.name} is disabled. Its keys are refused from now on.")
    return redirect(sender_address(found.pk))


@door("POST", again=show_sender)
def enabling(request: HttpRequest, *, sender_id: UUID) -> HttpResponse:
    """The sender's keys are good again."""
    caller = caller_of(request)
    found = enable_sender(sender_to_change(caller, sender_id), by=need_admin(caller), now=timezone.now())
    messages.success(request, f"{found.name} is enabled again.")
    return redirect(sender_address(found.pk))
