"""Deciding: a reviewer's answers, or a hold's declared default, become the outcome that leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from escalations.actions._clocks import complete_clock, settle_claim_clock
from escalations.actions._transition import locked, transition
from escalations.errors import AlreadyDecided, Conflict, HeldByOther, Refusal
from escalations.models import Claim, Decision, Escalation, Person, Review, ReviewText, Status
from escalations.records.decision import DecisionBody, decider_record
from escalations.records.escalation import claim_record
from escalations.rules.identifiers import uuid7
from escalations.rules.ledger import commitment
from escalations.rules.text import text_sha256

# Held from the last statement of a deciding transaction to its commit: sequence order is commit order.
SEQUENCE_LOCK = 7_204_511
NEXT_SEQUENCE = "SELECT nextval('decision_sequence')"


@dataclass(frozen=True)
class Outcome:
    """What is decided, by whom: a person's review, or (without one) a deadline."""

    verdict: str
    output: str | None
    review: Review | None = None
    expected_behavior: str = "answer"
    failure_categories: list[str] = field(default_factory=list)
    severity: str = ""


def submit_review(escalation_id: UUID, *, body: DecisionBody, reviewer: Person, now: datetime) -> tuple[Decision, bool]:
    """(decision, whether it is new): store a reviewer's answers and decide. The same answers again change nothing.

    Raises Invalid for answers that do not fit, HeldByOther for a stale token, AlreadyDecided where a decision stands.
    A hold that has run out is applied first: then its default is the decision.
    """
    answer = _submit_review(escalation_id, body=body, reviewer=reviewer, now=now)
    if isinstance(answer, Refusal):
        raise answer
    return answer


@transaction.atomic
def _submit_review(
    escalation_id: UUID, *, body: DecisionBody, reviewer: Person, now: datetime
) -> tuple[Decision, bool] | Refusal:
    escalation = locked(escalation_id)
    if earlier := _same_submission(escalation, body, reviewer):
        return earlier, False
    if escalation.is_hold_due(now):
        apply_default(escalation, now=now)
        return _decided(escalation)
    claim = _claim_of(escalation, token=body.claim_token, reviewer=reviewer)
    original = escalation.snapshot.output
    body.check(original, escalation.workflow.rubric.codes())
    review = _store_review(escalation, body=body, claim=claim, now=now)
    outcome = Outcome(
        verdict=body.verdict,
        output={"approve": original, "correct": body.output}.get(body.verdict),
        review=review,
        expected_behavior=body.expected_behavior,
        failure_categories=body.failure_categories,
        severity=body.severity or "",
    )
    return decide(escalation, outcome, now=now, facts=_end_claim(claim, now=now)), True


@transaction.atomic
def apply_hold_default(escalation_id: UUID, *, now: datetime) -> Decision | None:
    """Decide by the sender's declared default once its hold has run out; None if that is not so any more."""
    escalation = locked(escalation_id)
    return apply_default(escalation, now=now) if escalation.is_hold_due(now) else None


def apply_default(escalation: Escalation, *, now: datetime) -> Decision:
    """Decide a locked escalation by its hold's default: the original, or the fallback that the sender gave."""
    hold, approves = escalation.snapshot.document["hold"], escalation.hold_default == "approve"
    output = escalation.snapshot.output if approves else hold.get("fallback_output")
    claim = escalation.claims.filter(ended_at__isnull=True).first()
    if claim:
        _end_claim(claim, now=now)
    return decide(escalation, Outcome(escalation.hold_default, output), now=now, facts={"by": "hold"})


def decide(escalation: Escalation, outcome: Outcome, *, now: datetime, facts: Mapping[str, Any]) -> Decision:
    """The one way to a decision: clocks are judged, the escalation moves, the row is stored last, in commit order."""
    decision = _new_decision(escalation, outcome, now=now)
    complete_clock(escalation, "decide", now=now)
    settle_claim_clock(escalation, now=now)
    transition(
        escalation,
        "decided",
        actor=f"person:{outcome.review.reviewer_id}" if outcome.review else "deadline",
        now=now,
        to=Status.DECIDED,
        facts={**_told(decision), **facts},
        decision_id=decision.pk,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCE_LOCK])
        cursor.execute(NEXT_SEQUENCE)
        decision.sequence = cursor.fetchone()[0]
    decision.save(force_insert=True)
    return decision


def _new_decision(escalation: Escalation, outcome: Outcome, *, now: datetime) -> Decision:
    """The decision's row, bound to what was seen: payload, rubric, policy; its sequence is taken when it is stored."""
    review = outcome.review
    return Decision(
        id=uuid7(now),
        escalation=escalation,
        workflow=escalation.workflow,
        round=escalation.round,
        review=review,
        verdict=outcome.verdict,
        failure_categories=outcome.failure_categories,
        expected_behavior=outcome.expected_behavior,
        severity=outcome.severity or escalation.severity,
        rubric=escalation.workflow.rubric,
        policy=escalation.policy,
        payload_sha256=escalation.snapshot.payload_sha256,
        output_sha256=text_sha256(outcome.output) if outcome.output is not None else "",
        decided_by=review.reviewer if review else None,
        decided_at=now,
        overrides_id=escalation.decision_id,
    )


def _told(decision: Decision) -> dict[str, Any]:
    """What the event tells of a decision: codes, versions and salted commitments."""
    salt, review, output = bytes(decision.escalation.snapshot.salt), decision.review, decision.output_sha256
    return {
        "verdict": decision.verdict,
        "round": decision.round,
        "payload": commitment(salt, decision.payload_sha256),
        "output": commitment(salt, output) if output else None,
        "review": commitment(salt, review.content_sha256) if review else None,
        "rubric_version": decision.rubric.version,
        "policy_version": decision.policy.version,
        "overrides": str(decision.overrides_id) if decision.overrides_id else None,
    }


def _store_review(escalation: Escalation, *, body: DecisionBody, claim: Claim, now: datetime) -> Review:
    review = Review.objects.create(
        id=uuid7(now),
        escalation=escalation,
        round=escalation.round,
        reviewer=claim.reviewer,
        claim=claim,
        verdict=body.verdict,
        failure_categories=body.failure_categories,
        expected_behavior=body.expected_behavior,
        severity=body.severity or "",
        content_sha256=body.content_sha256(),
        submitted_at=now,
    )
    ReviewText.objects.create(review=review, document=body.text())
    return review


def _end_claim(claim: Claim, *, now: datetime) -> dict:
    """Close the claim and say whether it had lapsed before: nobody took the case meanwhile, so the answers count."""
    late = claim.expires_at <= now
    if claim.ended_at is None:
        claim.ended_at, claim.end = now, Claim.End.DECIDED
        claim.save(update_fields=["ended_at", "end"])
    return {"token": claim.token, "late_lease": True} if late else {"token": claim.token}


def _claim_of(escalation: Escalation, *, token: int, reviewer: Person) -> Claim:
    """The reviewer's claim with this token, if it is the last one and was not taken away; else say who holds it."""
    last = escalation.claims.filter(token=escalation.claim_token).select_related("reviewer").first()
    mine = last is not None and last.token == token and last.reviewer_id == reviewer.pk
    if escalation.is_open and mine and (last.ended_at is None or last.end == Claim.End.LAPSED):
        return last
    if escalation.status == Status.DECIDED:
        raise _decided(escalation)
    if last and last.ended_at is None:
        extra = {"claim": claim_record(last, viewer=reviewer)}
        raise HeldByOther(f"{last.reviewer.name} holds this case now.", code="stale_token", extra=extra)
    extra = {"escalation_status": escalation.status}
    raise Conflict("Your claim on this case has ended; claim it again.", code="stale_token", extra=extra)


def _decided(escalation: Escalation) -> AlreadyDecided:
    standing = Decision.objects.select_related("decided_by").get(pk=escalation.decision_id)
    by = standing.decided_by.name if standing.decided_by else "its deadline"
    shown = {"id": str(standing.pk), "verdict": standing.verdict, "decided_by": decider_record(standing)}
    return AlreadyDecided(f"This case was decided by {by}.", extra={"decision": shown})


def _same_submission(escalation: Escalation, body: DecisionBody, reviewer: Person) -> Decision | None:
    """The decision that these very answers, under this very claim, have already made."""
    if escalation.decision_id is None:
        return None
    same = Decision.objects.filter(
        escalation=escalation, review__reviewer=reviewer, review__content_sha256=body.content_sha256()
    )
    return same.select_related("review").first()
