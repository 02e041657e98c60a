"""People: made, with roles and rights; what they may hold at once; how they sign in first."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from guardian.shortcuts import assign_perm

from escalations.actions._ledger import append
from escalations.actions._legal import need_legal
from escalations.actions.keys import create_key
from escalations.errors import Fault, Invalid
from escalations.models import Person, Queue, Workflow
from escalations.records.forms import PersonForm
from escalations.rules.identifiers import uuid7

STREAM = ("system", "people")
QUEUE_RIGHTS = {"reviewer": ("review_queue",), "lead": ("lead_queue", "review_queue")}
WORKFLOW_RIGHTS = {"workflow_owner": "own_workflow", "manager": "view_workflow"}
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are mistaken for each other
GROUPS, GROUP_LETTERS = 4, 4


def actor_of(by: Person | None) -> str:
    """How the ledger names who did it."""
    return f"person:{by.pk}" if by else "system"


@transaction.atomic
def create_person(
    username: str, *, role: str, queues: Sequence[Queue] = (), workflows: Sequence[Workflow] = (), now: datetime
) -> Person:
    """Make a person, or give a standing one another role and more rights.

    A manager for whom no workflow is named may see every workflow.
    """
    person, is_new = Person.objects.get_or_create(username=username, defaults={"id": uuid7(now), "date_joined": now})
    if is_new:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return give_role(person, role, queues=queues, workflows=workflows, by=None, now=now)


@transaction.atomic
def add_person(
    asked: PersonForm, *, queues: Sequence[Queue], workflows: Sequence[Workflow], by: Person, now: datetime
) -> tuple[Person, str]:
    """A person by a username that no other has, with a role, and the password that they sign in with first."""
    if Person.objects.filter(username__iexact=asked.username).exists():
        fault = Fault("/username", "taken", "Somebody has this user name.")
        raise Invalid("The user name is taken.", faults=[fault])
    named = {"first_name": asked.first_name, "last_name": asked.last_name}
    person = Person(id=uuid7(now), username=asked.username, date_joined=now, capacity=asked.capacity, **named)
    person.set_unusable_password()
    person.save(force_insert=True)
    facts = {"person": str(person.pk), "capacity": asked.capacity}
    append(STREAM, "person_added", actor=actor_of(by), facts=facts, now=now)
    give_role(person, asked.role, queues=queues, workflows=workflows, by=by, now=now)
    return person, set_password(person, asked.password, by=by, now=now)


@transaction.atomic
def give_role(
    person: Person,
    role: str,
    *,
    queues: Sequence[Queue] = (),
    workflows: Sequence[Workflow] = (),
    by: Person | None,
    now: datetime,
) -> Person:
    """Add the role's group, and its permissions on each queue and workflow."""
    person.groups.add(Group.objects.get(name=role))
    for queue in queues:
        for permission in QUEUE_RIGHTS.get(role, ("view_queue",)):
            assign_perm(permission, person, queue)
    for workflow in workflows:
        assign_perm(WORKFLOW_RIGHTS.get(role, "view_workflow"), person, workflow)
    if role == "manager" and not workflows:
        person.user_permissions.add(Permission.objects.get(codename="view_workflow"))
    on = {"queues": [queue.slug for queue in queues], "workflows": [workflow.slug for workflow in workflows]}
    append(STREAM, "role_given", actor=actor_of(by), facts={"person": str(person.pk), "role": role, **on}, now=now)
    return person


@transaction.atomic
def set_capacity(person: Person, capacity: int, *, by: Person, now: datetime) -> Person:
    """How many claims the person may hold at once; what they hold already stays theirs."""
    person.capacity = capacity
    person.save(update_fields=["capacity"])
    facts = {"person": str(person.pk), "capacity": capacity}
    append(STREAM, "capacity_set", actor=actor_of(by), facts=facts, now=now)
    return person


def new_password() -> str:
    """A password that can be read out: four groups of letters and digits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP_LETTERS)) for _ in range(GROUPS))


@transaction.atomic
def set_password(person: Person, password: str, *, by: Person, now: datetime) -> str:
    """Let the person sign in with this password, or with a new one where none is given; they are signed out.

    Returns the password, which nobody can read again.
    """
    password = password or new_password()
    try:
        validate_password(password, person)
    except ValidationError as error:
        fault = Fault("/password", "weak", " ".join(error.messages))
        raise Invalid("The password can not be used.", faults=[fault]) from None
    person.set_password(password)
    person.save(update_fields=["password"])
    append(STREAM, "password_set", actor=actor_of(by), facts={"person": str(person.pk)}, now=now)
    return password


@transaction.atomic
def admit_person(username: str, *, now: datetime, **rights: Any) -> str:
    """A person with a role and rights, made where there is none, and a new personal key, as text."""
    need_legal("username", username, of=Person)
    return create_key(create_person(username, now=now, **rights), now=now)
