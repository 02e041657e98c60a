"""Handing an output over: one body becomes an escalation with its snapshot, clocks and first event."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from psycopg.errors import LockNotAvailable

from escalations.access import Caller, need_scope
from escalations.actions._clocks import rank_of
from escalations.actions._intake_sql import QUEUE, execute, insert_escalations
from escalations.errors import Conflict, Fault, Forbidden, InProgress, Invalid, Refusal
from escalations.models import Escalation, IdempotencyKey, Person, Policy, Queue, Snapshot, Workflow
from escalations.records.intake import Submission
from escalations.records.strict import read
from escalations.rules.identifiers import uuid7
from escalations.rules.ledger import GENESIS, Entry, commitment, instant, line_hash
from escalations.rules.routing import route
from escalations.rules.strict_json import parse
from escalations.rules.text import shorten, text_sha256


@dataclass(frozen=True)
class Submitted:
    """What became of a body: the escalation, whether this call (or the first with its key) made it, whether a key was
    used again."""

    escalation: Escalation
    is_new: bool = True
    is_replay: bool = False


def submit(body: bytes, *, caller: Caller, now: datetime, key: str | None = None) -> Submitted:
    """Store one body as an escalation, or find the one that it already made.

    Raises Malformed, Invalid, Forbidden (no such workflow for this key), Conflict (external_id taken by other bytes).
    """
    submission = _read(body, caller)
    if key is not None:
        return _submit_once(body, submission, caller=caller, key=key, now=now)
    return _store(body, submission, caller=caller, now=now)


def submit_many(bodies: Sequence[bytes], *, caller: Caller, now: datetime) -> list[Submitted | Refusal]:
    """Store each body on its own; the answers in order. One that is refused does not touch the others."""
    answers: list[Any] = [None] * len(bodies)
    drafts, taken = {}, set()
    queue_named = cache(_queue)
    for at, body in enumerate(bodies):
        try:
            submission = _read(body, caller)
            draft = _draft(body, submission, caller=caller, queue_named=queue_named, now=now)
        except Refusal as refusal:
            answers[at] = refusal
            continue
        name = (submission.workflow, submission.external_id)
        if submission.external_id is None or name not in taken:
            taken.add(name)
            drafts[at] = draft
        else:
            answers[at] = None
    stored = insert_escalations(_in_lock_order(drafts.values())) if drafts else {}
    for at, body in enumerate(bodies):
        if answers[at] is None:
            answers[at] = _answer(drafts.get(at), stored, body=body, caller=caller)
    return answers


@dataclass(frozen=True)
class _Draft:
    """An escalation before it is stored: the row for the statement and the object for the answer."""

    row: dict[str, Any]
    escalation: Escalation


def _in_lock_order(drafts: Iterable[_Draft]) -> list[dict[str, Any]]:
    """The rows by external_id: two batches that share some of them wait for each other, but never in a circle."""
    return sorted((draft.row for draft in drafts), key=lambda row: row["external_id"] or "")


def _read(body: bytes, caller: Caller) -> Submission:
    need_scope(caller, "escalations:write")
    submission = read(Submission, parse(body))
    if submission.workflow not in caller.workflows:
        raise Forbidden("This key may not use that workflow, or it does not exist.", code="workflow_not_allowed")
    return submission


def _submit_once(body: bytes, submission: Submission, *, caller: Caller, key: str, now: datetime) -> Submitted:
    """Submit under an Idempotency-Key: key and escalation are stored in one transaction."""
    if earlier := _replay(body, caller=caller, key=key):
        return earlier
    try:
        with transaction.atomic():
            submitted = _store(body, submission, caller=caller, now=now)
            IdempotencyKey.objects.create(
                sender_id=caller.sender_id,
                key=key,
                body_sha256=hashlib.sha256(body).hexdigest(),
                escalation=submitted.escalation,
                created_at=now,
            )
    except IntegrityError:
        if earlier := _replay(body, caller=caller, key=key):
            return earlier
        raise
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise InProgress("The first request with this key is still running.", retry_after=1) from None
        raise
    return submitted


def _replay(body: bytes, *, caller: Caller, key: str) -> Submitted | None:
    used = IdempotencyKey.objects.filter(sender_id=caller.sender_id, key=key).first()
    if used is None:
        return None
    if used.body_sha256 != hashlib.sha256(body).hexdigest():
        fault = Fault("", "idempotency_key_reused", "The key was used before with another body.")
        raise Invalid("This Idempotency-Key was used before with another body.", code=fault.code, faults=[fault])
    earlier = _full(used.escalation_id)
    return Submitted(earlier, is_new=used.created_at == earlier.received_at, is_replay=True)


def _store(body: bytes, submission: Submission, *, caller: Caller, now: datetime) -> Submitted:
    draft = _draft(body, submission, caller=caller, queue_named=_queue, now=now)
    answer = _answer(draft, insert_escalations([draft.row]), body=body, caller=caller)
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _answer(draft: _Draft | None, stored: dict[UUID, int], *, body: bytes, caller: Caller) -> Submitted | Refusal:
    """New if its row was stored; else the standing escalation of its external_id, if that was made of these bytes."""
    if draft is not None and draft.escalation.pk in stored:
        draft.escalation.number = stored[draft.escalation.pk]
        return Submitted(draft.escalation)
    document = parse(body)
    workflow_id, _ = caller.workflows[document["workflow"]]
    standing = _full(Escalation.objects.only("pk").get(workflow_id=workflow_id, external_id=document["external_id"]).pk)
    if standing.snapshot.payload_sha256 == hashlib.sha256(body).hexdigest():
        return Submitted(standing, is_new=False)
    return Conflict(
        "This external_id stands for another body in this workflow.",
        code="external_id_taken",
        extra={"escalation_id": str(standing.pk)},
    )


def _full(escalation_id: UUID) -> Escalation:
    related = ("snapshot", "workflow", "queue", "owner", "policy")
    return Escalation.objects.select_related(*related).defer("snapshot__raw").get(pk=escalation_id)


def _queue(slug: str) -> Queue:
    """A queue with its lead, as it stands now."""
    [(pk, calendar_id, lead_id, username, first, last)] = execute(QUEUE, [slug])
    lead = Person(id=lead_id, username=username, first_name=first, last_name=last)
    return Queue(id=pk, slug=slug, calendar_id=calendar_id, lead=lead)


@lru_cache(maxsize=512)
def _policy(policy_id: UUID) -> Policy:
    """A policy's version never changes, so a process reads it once."""
    return Policy.objects.select_related("workflow").get(pk=policy_id)


def _draft(
    body: bytes, submission: Submission, *, caller: Caller, queue_named: Callable[[str], Queue], now: datetime
) -> _Draft:
    workflow_id, policy_id = caller.workflows[submission.workflow]
    policy = _policy(policy_id)
    found = route(policy.document["rules"], policy.document["default"], submission.facts())
    queue, targets = queue_named(found.queue), policy.document["targets"][found.severity]
    due_at = now + timedelta(minutes=targets["decide_minutes"])
    escalation = Escalation(
        id=uuid7(now),
        workflow=Workflow(id=workflow_id, slug=submission.workflow),
        policy=policy,
        rule=found.rule,
        external_id=submission.external_id,
        queue=queue,
        status="waiting",
        severity=found.severity,
        owner=queue.lead,
        due_at=due_at,
        rank_at=rank_of(due_at, targets),
        received_at=now,
        updated_at=now,
        **_hold(submission, now),
    )
    snapshot = _snapshot(body, submission, escalation=escalation, sender_id=caller.sender_id)
    return _Draft(_row(escalation, snapshot, targets=targets, actor=caller.actor), escalation)


def _hold(submission: Submission, now: datetime) -> dict[str, Any]:
    """Until when the assistant waits, and what it then does by itself."""
    hold = submission.hold
    if hold is None:
        return {"hold_until": None, "hold_default": ""}
    return {"hold_until": now + timedelta(seconds=hold.timeout_seconds), "hold_default": hold.default}


def _snapshot(body: bytes, submission: Submission, *, escalation: Escalation, sender_id: UUID | None) -> Snapshot:
    return Snapshot(
        escalation=escalation,
        raw=body,
        payload_sha256=hashlib.sha256(body).hexdigest(),
        output_sha256=text_sha256(submission.output),
        salt=secrets.token_bytes(16),
        sender_id=sender_id,
        title=submission.title(),
        excerpt=shorten(submission.output, 200),
        flags=submission.shown_flags(),
        flag_codes=[flag.code for flag in submission.flags],
        model=submission.model_name(),
        prompt=submission.prompt_name(),
        occurred_at=submission.occurred_at,
    )


def _row(escalation: Escalation, snapshot: Snapshot, *, targets: dict[str, Any], actor: str) -> dict[str, Any]:
    """Every value that the statement stores."""
    now = escalation.received_at
    entry = Entry("escalation", str(escalation.pk), 1, "submitted", actor, _facts(escalation, snapshot), now, GENESIS)
    line = entry.line()
    escalation.head_seq, escalation.head_hash = 1, line_hash(line)
    return {
        **{name: value for name, value in vars(escalation).items() if not name.startswith("_")},
        **{name: value for name, value in vars(snapshot).items() if not name.startswith("_")},
        "flags": json.dumps(snapshot.flags),
        "flag_codes": "{" + ",".join(f'"{code}"' for code in snapshot.flag_codes) + "}",
        "claim_clock_id": uuid7(now),
        "decide_clock_id": uuid7(now),
        "calendar_id": escalation.queue.calendar_id,
        "claim_due_at": now + timedelta(minutes=targets["claim_minutes"]),
        "claim_seconds": targets["claim_minutes"] * 60,
        "decide_seconds": targets["decide_minutes"] * 60,
        "event_id": uuid7(now),
        "actor": actor,
        "facts": json.dumps(entry.facts),
        "prev_hash": GENESIS,
        "hash": escalation.head_hash,
        "line": line,
    }


def _facts(escalation: Escalation, snapshot: Snapshot) -> dict[str, Any]:
    """What the first event tells: where it went and why, and a salted commitment to the bytes."""
    return {
        "status": "waiting",
        "queue": escalation.queue.slug,
        "owner": str(escalation.owner_id),
        "severity": escalation.severity,
        "due_at": instant(escalation.due_at),
        "workflow": escalation.workflow.slug,
        "policy_version": escalation.policy.version,
        "rule": escalation.rule,
        "payload": commitment(snapshot.salt, snapshot.payload_sha256),
    }
