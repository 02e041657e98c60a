"""Queues, workflows, and the versions of their calendars, policies and rubrics."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Manager

from escalations.actions._ledger import append
from escalations.errors import Fault, Invalid
from escalations.models import FAILURE_CATEGORIES, Calendar, CalendarVersion, Person, Policy, Queue, Rubric, Workflow
from escalations.records.policy import PolicyDocument
from escalations.records.strict import read
from escalations.rules.identifiers import uuid7
from escalations.rules.text import canonical_sha256

ALWAYS = {
    "tz": "UTC",
    "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "holidays": [],
}


@transaction.atomic
def create_calendar(slug: str, *, name: str, document: dict[str, Any] | None = None, now: datetime) -> CalendarVersion:
    """A calendar's first version; without a document it is open around the clock."""
    calendar = Calendar.objects.create(id=uuid7(now), slug=slug, name=name)
    return CalendarVersion.objects.create(
        id=uuid7(now), calendar=calendar, version=1, document=document or ALWAYS, created_at=now
    )


def create_queue(slug: str, *, name: str, lead: Person, calendar: CalendarVersion, now: datetime) -> Queue:
    """A queue with an accountable lead."""
    return Queue.objects.create(id=uuid7(now), slug=slug, name=name, lead=lead, calendar=calendar)


@transaction.atomic
def create_workflow(slug: str, *, name: str, policy: dict[str, Any], now: datetime, **described: Any) -> Workflow:
    """A workflow with its first policy and the default rubric."""
    workflow = Workflow.objects.create(id=uuid7(now), slug=slug, name=name, **described)
    activate_policy(workflow, document=policy, by=None, now=now)
    categories = [{"code": code, "name": title} for code, title in FAILURE_CATEGORIES.items()]
    activate_rubric(workflow, categories=categories, now=now)
    return workflow


def _next(workflow: Workflow, versions: Manager) -> int:
    """The number after the last version; who counts at the same time waits."""
    Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
    return versions.count() + 1


@transaction.atomic
def activate_policy(workflow: Workflow, *, document: dict[str, Any], by: Person | None, now: datetime) -> Policy:
    """Validate a policy and make it the workflow's standing version. Raises Invalid and changes nothing."""
    checked = read(PolicyDocument, document)
    queues = list(Queue.objects.filter(slug__in=checked.queue_slugs()))
    if missing := checked.queue_slugs() - {queue.slug for queue in queues}:
        fault = Fault("/rules", "unknown_queue", f"There is no queue {', '.join(sorted(missing))}.")
        raise Invalid("The policy names a queue that does not exist.", faults=[fault])
    stored = checked.model_dump(exclude_none=True)
    policy = Policy.objects.create(
        id=uuid7(now),
        workflow=workflow,
        version=_next(workflow, workflow.policies),
        document=stored,
        created_by=by,
        created_at=now,
    )
    policy.queues.set(queues)
    workflow.policy = policy
    workflow.save(update_fields=["policy"])
    facts = {"version": policy.version, "sha256": canonical_sha256(stored)}
    actor = f"person:{by.pk}" if by else "system"
    append(("workflow", str(workflow.pk)), "policy_activated", actor=actor, facts=facts, now=now)
    return policy


@transaction.atomic
def activate_rubric(workflow: Workflow, *, categories: list[dict[str, str]], now: datetime) -> Rubric:
    """Make a list of failure categories the workflow's standing rubric."""
    rubric = Rubric.objects.create(
        id=uuid7(now),
        workflow=workflow,
        version=_next(workflow, workflow.rubrics),
        categories=categories,
        created_at=now,
    )
    workflow.rubric = rubric
    workflow.save(update_fields=["rubric"])
    facts = {"version": rubric.version, "sha256": canonical_sha256(categories)}
    append(("workflow", str(workflow.pk)), "rubric_activated", actor="system", facts=facts, now=now)
    return rubric
