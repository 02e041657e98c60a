"""What an admin may change: the lookup asks for the role first, so that nobody else learns what there is."""

from uuid import UUID

from django.db.models import Model

from escalations.access import Caller, need_person, need_role, workflow_seen_by
from escalations.errors import Forbidden, NotFound
from escalations.models import ApiKey, Person, Queue, Sender, Workflow


def need_admin(caller: Caller) -> Person:
    """The person who asks, if they are an admin."""
    person = need_person(caller)
    need_role(person, "admin")
    return person


def person_to_change(caller: Caller, person_id: UUID) -> Person:
    """A person whose roles, capacity and sign-in an admin may change."""
    return _one(caller, Person, pk=person_id)


def sender_to_change(caller: Caller, sender_id: UUID) -> Sender:
    """A sender whose keys an admin may change."""
    return _one(caller, Sender, pk=sender_id)


def key_to_change(caller: Caller, key_id: UUID) -> ApiKey:
    """A key that an admin may rotate, limit and expire."""
    return _one(caller, ApiKey, pk=key_id)


def queue_to_change(caller: Caller, slug: str) -> Queue:
    """A queue to which an admin may give another lead."""
    return _one(caller, Queue, slug=slug)


def may_describe(person: Person, workflow: Workflow) -> bool:
    """Whether the person may say what the workflow is for and who answers for it: its owners, and admins."""
    return person.has_role("admin") or person.has_perm("own_workflow", workflow)


def workflow_to_describe(caller: Caller, slug: str) -> Workflow:
    """A workflow whose purpose, success and owners the person may change."""
    found = workflow_seen_by(caller, slug)
    if not may_describe(need_person(caller), found):
        raise Forbidden("Only the owners of a workflow and admins change this.", code="not_your_workflow")
    return found


def _one(caller: Caller, model: type[Model], **which: object) -> Model:
    need_admin(caller)
    found = model._default_manager.filter(**which).first()
    if found is None:
        raise NotFound("There is no such thing any more.")
    return found
