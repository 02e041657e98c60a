"""Shutting a person out at once, and its opposite."""

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction

from escalations.actions._ledger import append, hold_stream
from escalations.actions.claim import give_back_claims, lock_person
from escalations.actions.people import STREAM, actor_of
from escalations.actions.roles import (
    need_another_admin,
    need_another_lead,
    need_another_owner,
    need_another_reviewer,
)
from escalations.errors import Conflict
from escalations.models import Person
from escalations.queries.rights import queues_reviewed

FIELD = "is_active"


@transaction.atomic
def disable_person(person: Person, *, by: Person, now: datetime) -> Person:
    """From here on the person can not sign in, sessions and keys are dead, and what they held waits again.

    Refused for the last admin, for who leads a queue or answers for a workflow, and for the only reviewer of a queue.
    """
    hold_stream(STREAM)
    standing = lock_person(person)
    if not standing.is_active:
        raise Conflict("This person is disabled already.", code="same")
    _need_no_duty(standing)
    give_back_claims(standing, keeping=(), by=by, now=now)
    standing.is_active = False
    standing.save(update_fields=["is_active"])
    _end_sessions(standing)
    append(STREAM, "person_disabled", actor=actor_of(by), facts={"person": str(standing.pk)}, now=now)
    return standing


@transaction.atomic
def enable_person(person: Person, *, by: Person, now: datetime) -> Person:
    """The person may sign in again, with the roles and keys that they had; nobody is signed in by it."""
    hold_stream(STREAM)
    standing = lock_person(person)
    if standing.is_active:
        raise Conflict("This person is enabled already.", code="same")
    standing.is_active = True
    standing.save(update_fields=["is_active"])
    append(STREAM, "person_enabled", actor=actor_of(by), facts={"person": str(standing.pk)}, now=now)
    return standing


def _need_no_duty(person: Person) -> None:
    """Raise Invalid where something would be left without anybody."""
    if person.groups.filter(name="admin").exists():
        need_another_admin(person, None, FIELD)
    need_another_lead(person, None, FIELD)
    need_another_owner(person, None, FIELD)
    for queue in queues_reviewed(person):
        need_another_reviewer(person, queue, FIELD)


def _end_sessions(person: Person) -> None:
    """Throw the person's sessions away: enabling them later must not revive one."""
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()
