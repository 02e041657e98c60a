"""People, senders and their keys."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from guardian.shortcuts import assign_perm

from escalations.actions._ledger import append
from escalations.errors import Fault, Invalid
from escalations.models import SCOPES, ApiKey, Person, Queue, Sender, Workflow
from escalations.rules.identifiers import uuid7

QUEUE_RIGHTS = {"reviewer": ("review_queue",), "lead": ("lead_queue", "review_queue")}
WORKFLOW_RIGHTS = {"workflow_owner": "own_workflow", "manager": "view_workflow"}
PREFIX_BYTES, SECRET_BYTES = 6, 32


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
    _give_rights(person, role, queues=queues, workflows=workflows)
    facts = {
        "person": str(person.pk),
        "role": role,
        "queues": [queue.slug for queue in queues],
        "workflows": [workflow.slug for workflow in workflows],
    }
    append(("system", "people"), "role_given", actor="system", facts=facts, now=now)
    return person


def _give_rights(person: Person, role: str, *, queues: Sequence[Queue], workflows: Sequence[Workflow]) -> None:
    """Add the role's group, and its permissions on each queue and workflow."""
    person.groups.add(Group.objects.get(name=role))
    for queue in queues:
        for permission in QUEUE_RIGHTS.get(role, ("view_queue",)):
            assign_perm(permission, person, queue)
    for workflow in workflows:
        assign_perm(WORKFLOW_RIGHTS.get(role, "view_workflow"), person, workflow)
    if role == "manager" and not workflows:
        person.user_permissions.add(Permission.objects.get(codename="view_workflow"))


@transaction.atomic
def create_sender(name: str, *, now: datetime) -> Sender:
    """A sender by that name; the standing one if there is one."""
    return Sender.objects.get_or_create(name=name, defaults={"id": uuid7(now), "created_at": now})[0]


@transaction.atomic
def admit_sender(name: str, *, workflows: Sequence[Workflow], scopes: Sequence[str] = SCOPES, now: datetime) -> str:
    """A sender by that name, made where there is none, and a new key for it, as text."""
    _need_legal("name", name, of=Sender)
    return create_key(create_sender(name, now=now), workflows=workflows, scopes=scopes, now=now)


@transaction.atomic
def admit_person(
    username: str, *, role: str, queues: Sequence[Queue] = (), workflows: Sequence[Workflow] = (), now: datetime
) -> str:
    """A person with a role and rights, made where there is none, and a new personal key, as text."""
    _need_legal("username", username, of=Person)
    return create_key(create_person(username, role=role, queues=queues, workflows=workflows, now=now), now=now)


def _need_legal(field: str, value: str, *, of: type[Sender] | type[Person]) -> None:
    """Raise Invalid unless the value is what the field takes."""
    try:
        of._meta.get_field(field).clean(value, None)
    except ValidationError as error:
        fault = Fault(f"/{field}", "invalid", " ".join(error.messages))
        raise Invalid(f"The {field} can not be used.", faults=[fault]) from None


@transaction.atomic
def create_key(
    holder: Sender | Person,
    *,
    workflows: Sequence[Workflow] = (),
    scopes: Sequence[str] = SCOPES,
    now: datetime,
    expires_at: datetime | None = None,
) -> str:
    """A new key for a sender or a person, as text: this is the only time it can be shown."""
    if set(scopes) - set(SCOPES):
        raise Invalid("A scope is not known.", faults=[Fault("/scopes", "unknown", f"Known are: {', '.join(SCOPES)}.")])
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_hex(SECRET_BYTES)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    is_sender = isinstance(holder, Sender)
    owner = {"sender": holder, "scopes": list(scopes)} if is_sender else {"person": holder, "scopes": []}
    key = ApiKey(id=uuid7(now), prefix=prefix, secret_sha256=digest, created_at=now, expires_at=expires_at, **owner)
    key.save(force_insert=True)
    key.workflows.set(workflows)
    facts = {"key": prefix, "scopes": list(key.scopes), "workflows": sorted(one.slug for one in workflows)}
    append(("system", "keys"), "key_created", actor="system", facts=facts, now=now)
    return f"rvk_{prefix}_{secret}"


def note_use_of_key(key_id: UUID, *, now: datetime) -> None:
    """Remember when a key was last used; the caller asks at most once a minute."""
    ApiKey.objects.filter(pk=key_id).update(last_used_at=now)
