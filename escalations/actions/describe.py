"""Saying what a workflow is for, what success means, and who answers for it."""

from datetime import datetime

from django.db import transaction

from escalations.actions._ledger import append
from escalations.errors import Fault, Invalid
from escalations.models import Person, Workflow
from escalations.records.forms import DescriptionForm
from escalations.rules.text import text_sha256

OWNERS = ("business_owner", "technical_owner")


@transaction.atomic
def describe_workflow(workflow: Workflow, said: DescriptionForm, *, by: Person, now: datetime) -> Workflow:
    """Store the description and the two owners; the ledger keeps its hash and the owners' ids."""
    standing = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
    owners = {field: _owner(field, getattr(said, field)) for field in OWNERS}
    for field, value in {"purpose": said.purpose, "success": said.success, **owners}.items():
        setattr(standing, field, value)
    standing.save(update_fields=["purpose", "success", *OWNERS])
    facts = {field: str(person.pk) for field, person in owners.items()}
    facts["sha256"] = text_sha256(f"{said.purpose}\n{said.success}")
    append(("workflow", str(standing.pk)), "described", actor=f"person:{by.pk}", facts=facts, now=now)
    return standing


def _owner(field: str, username: str) -> Person:
    person = Person.objects.select_for_update(no_key=True).filter(username=username, is_active=True).first()
    if person is None:
        raise Invalid("An owner is not known.", faults=[Fault(f"/{field}", "unknown", "Choose a person.")])
    return person
