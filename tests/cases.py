"""Cases on their way: short words for what most tests begin with."""

import json
from datetime import datetime, timedelta
from typing import Any

from escalations.actions.claim import claim_escalation
from escalations.actions.decide import submit_review
from escalations.actions.reopen import reopen_escalation
from escalations.actions.submit import submit
from escalations.models import Claim, Decision, Escalation
from escalations.queries.ledger import Tally, events_of, ledger_faults
from escalations.records.decision import DecisionBody
from tests.cast import NOON, World

ONE_MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)
PLAIN = {
    "workflow": "airline-support",
    "input": "May I have a refund?",
    "output": "Yes, you may have a refund of 500 euros.",
    "flags": [{"code": "low_confidence"}],
}
FAILED = {"failure_categories": ["hallucination"], "reasoning": "The policy says otherwise."}


def body(**changes: Any) -> bytes:
    """The bytes of a submission; what is None is left out."""
    return json.dumps({name: value for name, value in {**PLAIN, **changes}.items() if value is not None}).encode()


def submitted(world: World, *, at: datetime = NOON, **changes: Any) -> Escalation:
    """A case that waits."""
    return fresh(submit(body(**changes), caller=world.bot, now=at).escalation)


def claimed(world: World, *, by: str = "ada", at: datetime = NOON, **changes: Any) -> Claim:
    """A case that somebody holds."""
    return claim_escalation(submitted(world, at=at, **changes).pk, reviewer=world.people[by], now=at)[0]


def answers(token: int, verdict: str = "approve", **changes: Any) -> DecisionBody:
    """What a reviewer submits under a claim's token: whole for its verdict."""
    needed = {"approve": {}, "reject": FAILED, "correct": {**FAILED, "output": "No, you may not."}}[verdict]
    return DecisionBody(verdict=verdict, claim_token=token, **{**needed, **changes})


def decide(claim: Claim, verdict: str = "approve", *, at: datetime | None = None, **changes: Any) -> Decision:
    """The decision that the claim's holder makes."""
    told = answers(claim.token, verdict, **changes)
    return submit_review(claim.escalation_id, body=told, reviewer=claim.reviewer, now=at or claim.claimed_at)[0]


def decided(world: World, verdict: str = "approve", *, by: str = "ada", at: datetime = NOON, **changes: Any):
    """A decision on a case of its own; `answers` are changes to what the reviewer submits."""
    said = changes.pop("answers", {})
    return decide(claimed(world, by=by, at=at, **changes), verdict, **said)


def decided_again(world: World, decision: Decision, verdict: str, *, by: str = "ben", at: datetime = NOON, **said: Any):
    """The case opened again and decided anew."""
    reopen_escalation(decision.escalation_id, lead=world.cleo, reason="Look again.", now=at)
    claim, _ = claim_escalation(decision.escalation_id, reviewer=world.people[by], now=at)
    return decide(claim, verdict, **said)


def fresh(escalation: Escalation) -> Escalation:
    """The row as it stands now, with what it points to."""
    related = ("owner", "queue__lead", "snapshot", "decision")
    return Escalation.objects.select_related(*related).get(pk=escalation.pk)


def verbs_of(escalation: Escalation) -> list[str]:
    """What has happened to a case, oldest first."""
    return list(events_of(escalation.pk).values_list("verb", flat=True))


def clock_of(escalation: Escalation, kind: str, cycle: int = 1):
    """One clock of a case."""
    return escalation.clocks.get(kind=kind, cycle=cycle)


def faults() -> list[str]:
    """What verifying the ledger finds."""
    return [str(fault) for fault in ledger_faults(Tally())]
