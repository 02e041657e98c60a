"""One key of a sender or a person: rotate it, limit it, end it."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from escalations.access.settings import key_to_change, need_admin
from escalations.actions.keys import expire_key, limit_key, rotate_key
from escalations.errors import Refusal
from escalations.models import ApiKey
from escalations.records.forms import OVERLAPS, LimitForm, RotationForm
from escalations.web.door import caller_of, door
from escalations.web.forms import form_of
from escalations.web.people import person_address, show_person
from escalations.web.senders import sender_address, show_sender
from escalations.web.settings import shown_once


def show_key(request: HttpRequest, refusal: Refusal | None = None, *, key_id: UUID) -> HttpResponse:
    """The page of the key's holder."""
    key = key_to_change(caller_of(request), key_id)
    if key.sender_id:
        return show_sender(request, refusal, sender_id=key.sender_id, key_id=key.pk)
    return show_person(request, refusal, person_id=key.person_id, key_id=key.pk)


def holder_address(key: ApiKey) -> str:
    """Where the key is listed."""
    return sender_address(key.sender_id) if key.sender_id else person_address(key.person_id)


@door("POST", again=show_key)
def rotation(request: HttpRequest, *, key_id: UUID) -> HttpResponse:
    """Replace the key, and show the new one; the old one goes on for a while."""
    caller = caller_of(request)
    key, asked = key_to_change(caller, key_id), form_of(RotationForm, request.POST)
    overlap = timedelta(hours=int(asked.overlap))
    secret = rotate_key(key, overlap=overlap, by=need_admin(caller), key_id=asked.once, now=timezone.now())
    what = f"The key that replaces {key.prefix}. The old one ends {OVERLAPS[asked.overlap]}"
    return shown_once(request, secret=secret, what=what, back=holder_address(key))


@door("POST", again=show_key)
def expiry(request: HttpRequest, *, key_id: UUID) -> HttpResponse:
    """End the key now."""
    caller = caller_of(request)
    key = expire_key(key_to_change(caller, key_id), by=need_admin(caller), now=timezone.now())
    messages.success(request, f"The key {key.prefix} has ended. It is refused from now on.")
    return redirect(holder_address(key))


@door("POST", again=show_key)
def limit(request: HttpRequest, *, key_id: UUID) -> HttpResponse:
    """Say how many requests a second the key may make."""
    caller = caller_of(request)
    key, asked = key_to_change(caller, key_id), form_of(LimitForm, request.POST)
    limit_key(key, requests_per_second=asked.limit, by=need_admin(caller), now=timezone.now())
    messages.success(request, f"The key {key.prefix} may make {asked.limit} requests a second.")
    return redirect(holder_address(key))
