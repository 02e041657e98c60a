"""Senders and keys: made, rotated with an overlap, limited, expired. A key's text exists once, in the answer."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from escalations.actions._ledger import append
from escalations.actions._legal import need_legal
from escalations.errors import Conflict, Fault, Invalid
from escalations.models import SCOPES, ApiKey, Person, Sender, Workflow
from escalations.rules.identifiers import uuid7
from escalations.rules.ledger import instant

STREAM = ("system", "keys")
PREFIX_BYTES, SECRET_BYTES = 6, 32


@dataclass(frozen=True)
class Grant:
    """What a new key may do, and until when."""

    workflows: Sequence[Workflow] = ()
    scopes: Sequence[str] = SCOPES
    requests_per_second: int = 500
    expires_at: datetime | None = None


@transaction.atomic
def create_sender(name: str, *, now: datetime) -> Sender:
    """A sender by that name; the standing one if there is one."""
    return Sender.objects.get_or_create(name=name, defaults={"id": uuid7(now), "created_at": now})[0]


@transaction.atomic
def admit_sender(name: str, *, workflows: Sequence[Workflow], scopes: Sequence[str] = SCOPES, now: datetime) -> str:
    """A sender by that name, made where there is none, and a new key for it, as text."""
    need_legal("name", name, of=Sender)
    return create_key(create_sender(name, now=now), workflows=workflows, scopes=scopes, now=now)


@transaction.atomic
def add_sender(name: str, grant: Grant, *, by: Person, key_id: UUID, now: datetime) -> tuple[Sender, str]:
    """A sender by a name that no other has, and its first key, as text."""
    need_legal("name", name, of=Sender)
    if Sender.objects.filter(name__iexact=name).exists():
        raise Invalid("The name is taken.", faults=[Fault("/name", "taken", "There is a sender with this name.")])
    sender = Sender.objects.create(id=uuid7(now), name=name, created_at=now)
    append(STREAM, "sender_added", actor=f"person:{by.pk}", facts={"sender": str(sender.pk)}, now=now)
    return sender, issue_key(sender, grant, by=by, key_id=key_id, now=now)


@transaction.atomic
def disable_sender(sender: Sender, *, by: Person, now: datetime) -> Sender:
    """None of the sender's keys is good from here on."""
    return _switch(sender, "sender_disabled", by=by, now=now)


@transaction.atomic
def enable_sender(sender: Sender, *, by: Person, now: datetime) -> Sender:
    """The sender's keys are good again, but for those that have expired."""
    return _switch(sender, "sender_enabled", by=by, now=now)


def _switch(sender: Sender, verb: str, *, by: Person, now: datetime) -> Sender:
    standing, is_active = Sender.objects.select_for_update().get(pk=sender.pk), verb == "sender_enabled"
    if standing.is_active == is_active:
        raise Conflict(f"The sender is {'enabled' if is_active else 'disabled'} already.", code="same")
    standing.is_active = is_active
    standing.save(update_fields=["is_active"])
    append(STREAM, verb, actor=f"person:{by.pk}", facts={"sender": str(standing.pk)}, now=now)
    return standing


def create_key(
    holder: Sender | Person,
    *,
    workflows: Sequence[Workflow] = (),
    scopes: Sequence[str] = SCOPES,
    now: datetime,
    expires_at: datetime | None = None,
) -> str:
    """A new key for a sender or a person, as text: this is the only time it can be shown."""
    return issue_key(holder, Grant(workflows, scopes, expires_at=expires_at), by=None, key_id=uuid7(now), now=now)


@transaction.atomic
def issue_key(holder: Sender | Person, grant: Grant, *, by: Person | None, key_id: UUID, now: datetime) -> str:
    """A new key under an id that the caller chose, as text: asked for twice, it is made once and never shown again."""
    if grant.expires_at and grant.expires_at <= now:
        raise Invalid("The key would have ended.", faults=[Fault("/expires_on", "past", "Choose a day to come.")])
    if set(grant.scopes) - set(SCOPES):
        raise Invalid("A scope is not known.", faults=[Fault("/scopes", "unknown", f"Known are: {', '.join(SCOPES)}.")])
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_hex(SECRET_BYTES)
    is_sender = isinstance(holder, Sender)
    owner = {"sender": holder, "scopes": list(grant.scopes)} if is_sender else {"person": holder, "scopes": []}
    key = ApiKey(
        id=key_id,
        prefix=prefix,
        secret_sha256=hashlib.sha256(secret.encode()).hexdigest(),
        requests_per_second=grant.requests_per_second,
        created_at=now,
        expires_at=grant.expires_at,
        **owner,
    )
    _store(key, grant.workflows)
    slugs = sorted(one.slug for one in grant.workflows)
    facts = {"key": prefix, "holder": str(holder.pk), "scopes": list(key.scopes), "workflows": slugs}
    append(STREAM, "key_created", actor=f"person:{by.pk}" if by else "system", facts=facts, now=now)
    return f"rvk_{prefix}_{secret}"


def _store(key: ApiKey, workflows: Sequence[Workflow]) -> None:
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError:
        sentence = "This key was made already, and a key is shown only once. If you do not have it, rotate it."
        raise Conflict(sentence, code="made_already") from None
    key.workflows.set(workflows)


@transaction.atomic
def rotate_key(key: ApiKey, *, overlap: timedelta, by: Person, key_id: UUID, now: datetime) -> str:
    """A new key that may do what this one may, as text; this one goes on for `overlap`, then it is not good any more.

    The new one has no end, because a key is mostly rotated when its own is near.
    """
    standing = _good(key, now=now)
    holder = standing.sender or standing.person
    grant = Grant(list(standing.workflows.all()), standing.scopes, standing.requests_per_second)
    text = issue_key(holder, grant, by=by, key_id=key_id, now=now)
    ends_at = now + overlap
    standing.expires_at = min(standing.expires_at, ends_at) if standing.expires_at else ends_at
    standing.save(update_fields=["expires_at"])
    facts = {"key": standing.prefix, "replaced_by": str(key_id), "expires_at": instant(standing.expires_at)}
    append(STREAM, "key_rotated", actor=f"person:{by.pk}", facts=facts, now=now)
    return text


@transaction.atomic
def expire_key(key: ApiKey, *, by: Person, now: datetime) -> ApiKey:
    """The key is not good any more from this instant on."""
    standing = _good(key, now=now)
    standing.expires_at = now
    standing.save(update_fields=["expires_at"])
    append(STREAM, "key_expired", actor=f"person:{by.pk}", facts={"key": standing.prefix}, now=now)
    return standing


@transaction.atomic
def limit_key(key: ApiKey, *, requests_per_second: int, by: Person, now: datetime) -> ApiKey:
    """How many requests a second the key may make, from its next request on."""
    standing = _good(key, now=now)
    standing.requests_per_second = requests_per_second
    standing.save(update_fields=["requests_per_second"])
    facts = {"key": standing.prefix, "requests_per_second": requests_per_second}
    append(STREAM, "key_limited", actor=f"person:{by.pk}", facts=facts, now=now)
    return standing


def _good(key: ApiKey, *, now: datetime) -> ApiKey:
    """The key under a lock, if it has not ended."""
    standing = ApiKey.objects.select_for_update(of=("self",)).select_related("sender", "person").get(pk=key.pk)
    if not standing.is_good(now):
        raise Conflict("This key has ended. Make a new one.", code="key_ended")
    return standing


def note_use_of_key(key_id: UUID, *, now: datetime) -> None:
    """Remember when a key was last used; the caller asks at most once a minute."""
    ApiKey.objects.filter(pk=key_id).update(last_used_at=now)
