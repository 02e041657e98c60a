"""A person reports a bad output: on which workflows, and what they may see of it afterwards."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from escalations.access import Caller, queues_seen_by, workflows_seen_by
from escalations.errors import NotFound
from escalations.models import Escalation, Event, Person, Policy, Workflow


def workflows_to_report(person: Person) -> QuerySet[Workflow]:
    """Workflows that the person may report on: those they may see, and those that feed a queue they may see."""
    feeding = Policy.queues.through.objects.filter(
        policy_id=OuterRef("policy_id"), queue_id__in=queues_seen_by(person).values("pk")
    )
    seen = Q(pk__in=workflows_seen_by(person).values("pk"))
    return Workflow.objects.filter(seen | Exists(feeding), policy__isnull=False)


def reporter(person: Person) -> Caller:
    """The person as intake sees them: someone who may hand over outputs of these workflows, and no sender."""
    found = workflows_to_report(person).values_list("slug", "pk", "policy_id")
    return Caller(person=person, workflows={slug: (pk, policy_id) for slug, pk, policy_id in found})


def report_made_by(person: Person, escalation_id: UUID) -> Escalation:
    """An escalation that the person handed over: they may know its number and how far it is, nothing else."""
    first = Event.objects.filter(
        stream_kind=Event.StreamKind.ESCALATION, stream_id=str(escalation_id), seq=1, actor=f"person:{person.pk}"
    )
    found = Escalation.objects.select_related("workflow", "queue").filter(pk=escalation_id).first()
    if found is None or not first.exists():
        raise NotFound("You made no such report.")
    return found
