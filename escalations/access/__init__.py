"""Who may: the only place that asks guardian. Permission is the lookup: what you may not see is not found.

A person's rights come from permissions on queues and workflows and from roles (groups); a key's from its scopes and
workflows. See it but not do it: Forbidden. Not see it: NotFound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from guardian.shortcuts import get_objects_for_user

from escalations.errors import Fault, Forbidden, Invalid, NotFound, Unauthenticated
from escalations.models import Dataset, Escalation, Person, Policy, Queue, Workflow

SEES_ALL = ("auditor", "admin")
READS_REPORTS = ("lead", "manager", "workflow_owner", "auditor", "admin")
READS_DATASETS = READS_REPORTS
BUILDS_RELEASES = ("lead", "workflow_owner", "admin")
READS_LEDGER = ("auditor", "admin")


@dataclass(frozen=True)
class Caller:
    """Who asks through the API: a sender's key (`sender_id`, scopes, workflows) or a person."""

    person: Person | None = None
    sender_id: UUID | None = None
    key_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    workflows: Mapping[str, tuple[UUID, UUID]] = field(default_factory=dict)

    is_authenticated = True

    @property
    def pk(self) -> UUID | None:
        """What a log line names the caller by."""
        return self.person.pk if self.person else self.key_id

    @property
    def actor(self) -> str:
        """How the ledger names the caller."""
        return f"person:{self.person.pk}" if self.person else f"sender:{self.sender_id}"

    def workflow_ids(self) -> list[UUID]:
        """The workflows that the key may use."""
        return [workflow_id for workflow_id, _ in self.workflows.values()]


def need_scope(caller: Caller, scope: str) -> None:
    """A sender's key needs the scope; a person needs none."""
    if caller.person is None and scope not in caller.scopes:
        raise Forbidden(f"This key does not have the scope {scope}.", code="missing_scope")


def need_person(caller: Caller) -> Person:
    """Reviewing is for people: a sender's key is refused."""
    if caller.person is None:
        raise Forbidden("Only people can do this; use a personal key.", code="people_only")
    return caller.person


def need_sender(caller: Caller) -> None:
    """Handing over is for senders: a person's key is refused."""
    if caller.sender_id is None:
        raise Forbidden("Only senders hand outputs over; people report one on its page.", code="senders_only")


def need_role(person: Person, *roles: str) -> None:
    """The person must have one of the roles."""
    if not person.has_role(*roles):
        raise Forbidden("Your role does not include this.", code="missing_role")


def _remembered(person: Person, name: str, find: Any) -> Any:
    """What was asked of guardian once, kept on the person for this request."""
    known = person.__dict__.setdefault("_rights", {})
    if name not in known:
        known[name] = find()
    return known[name]


def _queue_ids(person: Person, permission: str) -> frozenset[UUID]:
    """The queues on which the person has the permission."""

    def find() -> frozenset[UUID]:
        found = get_objects_for_user(person, permission, klass=Queue, accept_global_perms=False)
        return frozenset(found.values_list("pk", flat=True))

    return _remembered(person, permission, find)


def _watched_workflow_ids(person: Person) -> frozenset[UUID]:
    """The workflows that the person may view or owns, by name or everywhere."""

    def find() -> frozenset[UUID]:
        rights = ["view_workflow", "own_workflow"]
        found = get_objects_for_user(person, rights, klass=Workflow, any_perm=True, accept_global_perms=True)
        return frozenset(found.values_list("pk", flat=True))

    return _remembered(person, "watched", find)


def queues_led_by(person: Person) -> QuerySet[Queue]:
    """Queues in which the person may assign, move and reopen."""
    return Queue.objects.filter(pk__in=_queue_ids(person, "lead_queue"))


def queues_reviewed_by(person: Person) -> QuerySet[Queue]:
    """Queues in which the person may claim and decide."""
    return Queue.objects.filter(pk__in=_queue_ids(person, "review_queue"))


def queues_seen_by(person: Person) -> QuerySet[Queue]:
    """Queues whose cases the person may see."""
    if person.has_role(*SEES_ALL):
        return Queue.objects.all()
    ids = (_queue_ids(person, name) for name in ("review_queue", "lead_queue", "view_queue"))
    return Queue.objects.filter(pk__in=frozenset().union(*ids))


def workflows_seen_by(person: Person) -> QuerySet[Workflow]:
    """Workflows that the person may look at: their own, those they watch, those that feed a queue they lead."""
    if person.has_role(*SEES_ALL):
        return Workflow.objects.all()
    feeding = Policy.queues.through.objects.filter(
        policy_id=OuterRef("policy_id"), queue_id__in=_queue_ids(person, "lead_queue")
    )
    return Workflow.objects.filter(Q(pk__in=_watched_workflow_ids(person)) | Exists(feeding))


def seen_by(caller: Caller) -> QuerySet[Escalation]:
    """The escalations that the caller may see."""
    if (person := caller.person) is None:
        return Escalation.objects.filter(workflow_id__in=caller.workflow_ids())
    if person.has_role(*SEES_ALL):
        return Escalation.objects.all()
    queues = queues_seen_by(person).values_list("pk", flat=True)
    return Escalation.objects.filter(Q(queue_id__in=list(queues)) | Q(workflow_id__in=_watched_workflow_ids(person)))


def escalation_seen_by(caller: Caller, escalation_id: UUID) -> Escalation:
    """One escalation, or NotFound."""
    rows = seen_by(caller).select_related("snapshot", "workflow", "queue", "owner")
    found = rows.defer("snapshot__raw", "snapshot__salt").filter(pk=escalation_id).first()
    if found is None:
        raise NotFound("There is no such case, or you may not see it.")
    return found


def escalation_to_review(caller: Caller, escalation_id: UUID) -> Escalation:
    """One escalation that the person may claim, decide, skip and give back."""
    person, found = need_person(caller), escalation_seen_by(caller, escalation_id)
    if not may_review(person, found.queue):
        raise Forbidden("You do not review this queue.", code="not_your_queue")
    return found


def escalation_to_lead(caller: Caller, escalation_id: UUID) -> Escalation:
    """One escalation that the person may move, assign and reopen."""
    person, found = need_person(caller), escalation_seen_by(caller, escalation_id)
    if not may_lead(person, found.queue):
        raise Forbidden("You do not lead this queue.", code="not_your_queue")
    return found


def escalation_to_withdraw(caller: Caller, escalation_id: UUID) -> Escalation:
    """One escalation that this sender handed over."""
    found = escalation_seen_by(caller, escalation_id)
    if caller.sender_id is None or found.snapshot.sender_id != caller.sender_id:
        raise Forbidden("Only its sender may withdraw an escalation.", code="not_your_escalation")
    return found


def snapshot_bytes_for(caller: Caller, escalation_id: UUID) -> Escalation:
    """One escalation whose bytes the caller may read: its sender, and people who may see the case."""
    found = escalation_seen_by(caller, escalation_id)
    if caller.person is None and found.snapshot.sender_id != caller.sender_id:
        raise Forbidden("Only its sender may read what was sent.", code="not_your_escalation")
    return found


def queue_to_review(caller: Caller, slug: str) -> Queue:
    """A queue from which the person may claim."""
    person = need_person(caller)
    queue = queue_seen_by(person, slug)
    if not may_review(person, queue):
        raise Forbidden("You do not review this queue.", code="not_your_queue")
    return queue


def queue_seen_by(person: Person, slug: str) -> Queue:
    """A queue that the person may look at."""
    queue = queues_seen_by(person).filter(slug=slug).select_related("lead", "calendar").first()
    if queue is None:
        raise NotFound("There is no such queue, or you may not see it.")
    return queue


def queue_to_move_to(slug: str) -> Queue:
    """Any queue: a lead may pass a case up or over to where it belongs."""
    queue = Queue.objects.filter(slug=slug).select_related("lead").first()
    if queue is None:
        raise Invalid("There is no such queue.", faults=[Fault("/queue", "unknown", "There is no such queue.")])
    return queue


def person_named(username: str) -> Person:
    """An active person by username, for a lead to give a case to."""
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise Invalid("There is no such person.", faults=[Fault("/person", "unknown", "There is no such person.")])
    return person


def may_review(person: Person, queue: Queue) -> bool:
    """Whether the person may claim and decide in the queue."""
    return queue.pk in _queue_ids(person, "review_queue")


def may_lead(person: Person, queue: Queue) -> bool:
    """Whether the person may assign, move and reopen in the queue."""
    return queue.pk in _queue_ids(person, "lead_queue")


def workflow_seen_by(caller: Caller, slug: str) -> Workflow:
    """A workflow that the caller may look at."""
    rows = workflows_of(caller).select_related("policy", "rubric", "business_owner", "technical_owner")
    found = rows.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such workflow, or you may not see it.")
    return found


def workflows_of(caller: Caller) -> QuerySet[Workflow]:
    """The workflows that the caller may look at."""
    if caller.person:
        return workflows_seen_by(caller.person)
    return Workflow.objects.filter(pk__in=caller.workflow_ids())


def cases_to_report(caller: Caller) -> QuerySet[Escalation]:
    """The escalations that the caller's reports count."""
    need_scope(caller, "reports:read")
    if caller.person:
        need_role(caller.person, *READS_REPORTS)
    return seen_by(caller)


def _covered(caller: Caller) -> tuple[QuerySet[Dataset], QuerySet[Dataset]]:
    """The datasets that touch a workflow of the caller's, and those with no workflow beyond them."""
    mine = list(workflows_of(caller).values_list("pk", flat=True))
    has_all = len(mine) == Workflow.objects.count()
    everything = Q(workflows__isnull=True)
    seen = Dataset.objects.filter(everything | Q(workflows__in=mine) if mine else Q(pk__in=[])).distinct()
    beyond = Workflow.objects.filter(datasets=OuterRef("pk")).exclude(pk__in=mine)
    whole = seen.filter(~Exists(beyond)) if has_all else seen.exclude(everything).filter(~Exists(beyond))
    return seen, whole


def datasets_seen_by(caller: Caller) -> QuerySet[Dataset]:
    """Datasets that hold cases of a workflow that the caller may see."""
    need_scope(caller, "datasets:read")
    if caller.person:
        need_role(caller.person, *READS_DATASETS)
    return _covered(caller)[0]


def dataset_seen_by(caller: Caller, slug: str) -> Dataset:
    """One dataset to look at: its releases and their counts."""
    found = datasets_seen_by(caller).filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such dataset, or you may not see it.")
    return found


def dataset_to_read(caller: Caller, slug: str) -> Dataset:
    """One dataset whose texts the caller may read: every workflow in it must be theirs."""
    found = dataset_seen_by(caller, slug)
    if not _covered(caller)[1].filter(pk=found.pk).exists():
        raise Forbidden("The dataset holds cases of workflows that you may not see.", code="not_your_workflows")
    return found


def dataset_to_build(caller: Caller, slug: str) -> Dataset:
    """One dataset that the caller may build a release of."""
    need_scope(caller, "datasets:write")
    found = dataset_to_read(caller, slug)
    if caller.person:
        need_role(caller.person, *BUILDS_RELEASES)
    return found


def need_active(person: Person | None) -> Person:
    """The person, if they may still sign in."""
    if person is None or not person.is_active:
        raise Unauthenticated("This account can not be used.")
    return person
