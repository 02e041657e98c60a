"""The one writer of an escalation's status, and of its ledger: compare-and-set under the row lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from escalations.actions._ledger import event_of
from escalations.errors import Conflict, NotFound
from escalations.models import LEGAL_MOVES, Escalation, Event, EventText, Status
from escalations.rules.ledger import Entry, commitment
from escalations.rules.text import display_text, text_sha256

RELATED = ("snapshot", "queue__lead", "workflow__rubric", "policy", "owner")


def locked(escalation_id: UUID) -> Escalation:
    """The escalation under a row lock that readers and foreign keys do not wait for."""
    found = _lock(escalation_id)
    if found is None:
        raise NotFound("There is no such case.")
    return found


def locked_if_free(escalation_id: UUID) -> Escalation | None:
    """The escalation under a row lock, or None while somebody else works on it: the next sweep comes soon."""
    return _lock(escalation_id, skip_locked=True)


def _lock(escalation_id: UUID, **how: bool) -> Escalation | None:
    """Lock, then read: one statement with joins would lose the row when another owner was committed meanwhile."""
    lock = Escalation.objects.select_for_update(no_key=True, **how).filter(pk=escalation_id)
    if not lock.values_list("pk").first():
        return None
    return Escalation.objects.select_related(*RELATED).get(pk=escalation_id)


def transition(
    escalation: Escalation,
    verb: str,
    *,
    actor: str,
    now: datetime,
    to: str = "",
    facts: Mapping[str, Any] | None = None,
    text: str = "",
    **changes: Any,
) -> Escalation:
    """Move a locked escalation, store `changes`, and append one event that tells the state after it.

    Without `to` the status stays. `text` is what a person wrote with it: kept apart, the event commits to its hash.
    """
    after = to or escalation.status
    if to and after not in LEGAL_MOVES[Status(escalation.status)]:
        raise Conflict(f"A case that is {escalation.status} can not become {after}.", code="not_possible_now")
    told = {"status": str(after), **_state(changes), **(facts or {}), **_committed(text, escalation)}
    event = _next_event(escalation, verb, actor=actor, now=now, facts=told)
    summary = {"status": after, "head_seq": event.seq, "head_hash": event.hash, "updated_at": now}
    _compare_and_set(escalation, {**changes, **summary})
    event.save(force_insert=True)
    if text:
        EventText.objects.create(event=event, text=display_text(text))
    return escalation


def _compare_and_set(escalation: Escalation, changes: Mapping[str, Any]) -> None:
    """Store the changes if the row is still as it was read, and take them over into the object."""
    as_read = Escalation.objects.filter(pk=escalation.pk, status=escalation.status, head_seq=escalation.head_seq)
    if not as_read.update(**changes):
        raise Conflict("The case was changed by somebody else a moment ago.", code="changed")
    for name, value in changes.items():
        setattr(escalation, name, value)


def _committed(text: str, escalation: Escalation) -> dict[str, str]:
    """A salted commitment to what a person wrote."""
    return {"text": commitment(bytes(escalation.snapshot.salt), text_sha256(display_text(text)))} if text else {}


def _state(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the fold of the events reads, where this move changes it."""
    state: dict[str, Any] = {}
    if "queue" in changes:
        state["queue"] = changes["queue"].slug
    if "owner" in changes:
        state["owner"] = str(changes["owner"].pk)
    if "decision_id" in changes:
        state["decision"] = str(changes["decision_id"])
    return state


def _next_event(escalation: Escalation, verb: str, *, actor: str, now: datetime, facts: Mapping[str, Any]) -> Event:
    seq, prev_hash = escalation.head_seq + 1, escalation.head_hash
    return event_of(Entry("escalation", str(escalation.pk), seq, verb, actor, facts, now, prev_hash))
