"""The escalation and its events as they leave."""

from datetime import datetime
from typing import Any

from escalations.models import Claim, Escalation, Event, Person
from escalations.records.decision import decision_record
from escalations.rules.ledger import instant


def _maybe(at: datetime | None) -> str | None:
    return instant(at) if at else None


def person_record(person: Person) -> dict[str, str]:
    """A person as others see them."""
    return {"id": str(person.pk), "name": person.name}


def claim_record(claim: Claim, *, viewer: Person | None) -> dict[str, Any]:
    """A claim; the token is shown to its holder only."""
    shown: dict[str, Any] = {"holder": person_record(claim.reviewer), "expires_at": instant(claim.expires_at)}
    if viewer is not None and viewer.pk == claim.reviewer_id:
        shown["token"] = claim.token
    return shown


def escalation_record(
    escalation: Escalation, *, base_url: str, viewer: Person | None = None, claim: Claim | None = None
) -> dict[str, Any]:
    """The record of the contract. Needs workflow, queue, owner, snapshot and the standing decision at hand."""
    hold = escalation.hold_until
    return {
        "id": str(escalation.pk),
        "number": escalation.number,
        "status": escalation.status,
        "workflow": escalation.workflow.slug,
        "external_id": escalation.external_id,
        "queue": escalation.queue.slug,
        "severity": escalation.severity,
        "owner": person_record(escalation.owner),
        "received_at": instant(escalation.received_at),
        "due_at": _maybe(escalation.due_at),
        "url": f"{base_url}/escalations/{escalation.pk}/",
        "payload_sha256": escalation.snapshot.payload_sha256,
        "flags": escalation.snapshot.flags,
        "claim": claim_record(claim, viewer=viewer) if claim else None,
        "hold": {"until": instant(hold), "default": escalation.hold_default} if hold else None,
        "decision": decision_record(escalation.decision) if escalation.decision_id else None,
        "updated_at": instant(escalation.updated_at),
        "policy_version": escalation.policy.version,
    }


def as_submitted(record: dict[str, Any], *, first: Event) -> dict[str, Any]:
    """The record as the first answer had it, told by the escalation's first event."""
    told = {name: first.facts[name] for name in ("status", "queue", "severity", "due_at")}
    blank = {"claim": None, "decision": None, "updated_at": record["received_at"]}
    owner = Person.objects.get(pk=first.facts["owner"])
    return {**record, **told, **blank, "owner": person_record(owner)}


def event_record(event: Event) -> dict[str, Any]:
    """One line of a ledger."""
    return {
        "id": str(event.pk),
        "stream_kind": event.stream_kind,
        "stream_id": event.stream_id,
        "seq": event.seq,
        "verb": event.verb,
        "actor": event.actor,
        "facts": event.facts,
        "at": instant(event.at),
        "prev_hash": event.prev_hash,
        "hash": event.hash,
    }
