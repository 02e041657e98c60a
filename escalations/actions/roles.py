"""Taking a role away, the opposite of `give_role`; refused where something would be left without anybody."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q, QuerySet
from guardian.shortcuts import get_users_with_perms, remove_perm

from escalations.actions._ledger import append, hold_stream
from escalations.actions.claim import give_back_claims, lock_person
from escalations.actions.people import STREAM, actor_of
from escalations.errors import Fault, Invalid
from escalations.models import Person, Queue, QueueUserObjectPermission, Workflow, WorkflowUserObjectPermission
from escalations.queries.rights import Right, queues_reviewed


@transaction.atomic
def take_role(person: Person, right: Right, *, by: Person, now: datetime) -> Person:
    """Take one right away; what the person holds by it waits again at once."""
    hold_stream(STREAM)
    standing = lock_person(person)
    if check := CHECKS.get(right.role):
        check(standing, right.of, right.name)
    _remove(standing, right)
    give_back_claims(standing, keeping=queues_reviewed(standing), by=by, now=now)
    facts = {"person": str(standing.pk), "role": right.role, "on": right.of.slug if right.of else ""}
    append(STREAM, "role_taken", actor=actor_of(by), facts=facts, now=now)
    return standing


def need_another_admin(person: Person, _of: object, at: str) -> None:
    """Somebody else must be an admin who can sign in."""
    if not Person.objects.filter(groups__name="admin", is_active=True).exclude(pk=person.pk).exists():
        raise refused(at, "This is the last admin. Make somebody else an admin first.")


def need_another_reviewer(person: Person, queue: Queue, at: str) -> None:
    """Somebody else must be able to claim in the queue."""
    reviewers: QuerySet[Person] = get_users_with_perms(queue, only_with_perms_in=["review_queue"])
    if not any(one.is_active and one.pk != person.pk for one in reviewers):
        raise refused(at, f"Nobody else reviews {queue.name}. Give somebody that role first.")


def need_another_owner(person: Person, of: Workflow | None, at: str) -> None:
    """The person may not be the one who answers for the workflow, or for any."""
    named = Workflow.objects.filter(Q(business_owner=person) | Q(technical_owner=person))
    owned = named.filter(pk=of.pk).first() if of else named.first()
    if owned:
        raise refused(at, f"{person.name} answers for {owned.name}. Name another owner on its page first.")


def need_another_lead(person: Person, of: Queue | None, at: str) -> None:
    """The person may not be the lead who is accountable for the queue, or for any."""
    led = person.led_queues.filter(pk=of.pk).first() if of else person.led_queues.first()
    if led:
        raise refused(at, f"{person.name} leads {led.name}. Give the queue another lead first.")


def _check_lead(person: Person, of: Queue | None, at: str) -> None:
    need_another_lead(person, of, at)
    if of and not _is_reviewer(person):
        need_another_reviewer(person, of, at)


def _check_reviewer(person: Person, of: Queue | None, at: str) -> None:
    if of is None:
        return
    if QueueUserObjectPermission.objects.filter(user=person, permission__codename="lead_queue", content_object=of):
        raise refused(at, "Who leads a queue reviews it too. Take the lead role first.")
    need_another_reviewer(person, of, at)


def refused(at: str, sentence: str) -> Invalid:
    """The refusal that stands beside one button."""
    return Invalid(sentence, faults=[Fault(f"/{at}", "needed", sentence)])


CHECKS: dict[str, Callable[..., None]] = {
    "admin": need_another_admin,
    "lead": _check_lead,
    "reviewer": _check_reviewer,
    "workflow_owner": need_another_owner,
}


def _is_reviewer(person: Person) -> bool:
    return person.groups.filter(name="reviewer").exists()


def _remove(person: Person, right: Right) -> None:
    """Take what the right consists of, and the role once nothing of it is left."""
    if right.of is None:
        person.user_permissions.remove(*person.user_permissions.filter(codename=right.permission))
    else:
        remove_perm(right.permission, person, right.of)
    if right.role == "lead" and right.of and not _is_reviewer(person):
        remove_perm("review_queue", person, right.of)
    if right.of is None or not _has_any(person, right.permission):
        person.groups.remove(*Group.objects.filter(name=right.role))


def _has_any(person: Person, permission: str) -> bool:
    """Whether the person still has the permission anywhere."""
    on_objects = (QueueUserObjectPermission, WorkflowUserObjectPermission)
    which = {"user": person, "permission__codename": permission}
    everywhere = person.user_permissions.filter(codename=permission).exists()
    return everywhere or any(model.objects.filter(**which).exists() for model in on_objects)
