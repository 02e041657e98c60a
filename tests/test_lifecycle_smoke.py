import json
from datetime import timedelta

import pytest

from escalations.actions.claim import claim_next, give_back_claim, skip_escalation
from escalations.actions.decide import submit_review
from escalations.actions.expire import find_breaches, lapse_claims
from escalations.actions.expire_holds import apply_due_holds
from escalations.actions.release import build_release, request_release
from escalations.actions.reopen import reopen_escalation
from escalations.actions.submit import submit, submit_many
from escalations.models import Decision, Escalation
from escalations.queries.ledger import Tally, ledger_faults
from escalations.records.decision import DecisionBody
from tests.cast import NOON, make_world

pytestmark = pytest.mark.django_db


def test_everything_goes_once_around():
    world = make_world()
    body = {
        "workflow": "airline-support",
        "external_id": "x1",
        "input": "Refund?",
        "output": "Yes \x00",
        "flags": [{"code": "low"}],
    }
    raw = json.dumps(body).encode()
    first = submit(raw, caller=world.bot, now=NOON, key="k1")
    again = submit(raw, caller=world.bot, now=NOON, key="k1")
    assert again.is_replay and first.is_new
    same = submit(raw, caller=world.bot, now=NOON)
    assert same.escalation.pk == first.escalation.pk and not same.is_new
    many = submit_many(
        [
            json.dumps(
                {**body, "external_id": f"b{i % 3}", "hold": {"timeout_seconds": 60, "default": "reject"}}
            ).encode()
            for i in range(4)
        ]
        + [b"nope"],
        caller=world.bot,
        now=NOON,
    )
    print(many)
    claim = claim_next([world.queues["support"], world.queues["clinical"]], reviewer=world.ada, now=NOON)
    answers = DecisionBody(
        verdict="correct",
        claim_token=claim.token,
        output="No.",
        failure_categories=["hallucination"],
        reasoning="Not so.",
    )
    decision, new = submit_review(
        claim.escalation_id, body=answers, reviewer=world.ada, now=NOON + timedelta(minutes=3)
    )
    assert submit_review(claim.escalation_id, body=answers, reviewer=world.ada, now=NOON)[1] is False
    release = request_release(world.dataset, requested_by="system", note="", now=NOON)
    release = build_release(release.pk, now=NOON)
    print(release.manifest)
    c2 = claim_next([world.queues["support"]], reviewer=world.ada, now=NOON)
    skip_escalation(c2.escalation_id, reviewer=world.ada, reason="other", now=NOON)
    c3 = claim_next([world.queues["support"]], reviewer=world.ada, now=NOON)
    assert c3.escalation_id != c2.escalation_id
    assert apply_due_holds(now=NOON + timedelta(seconds=61)) == 3
    reopen_escalation(first.escalation.pk, lead=world.cleo, reason="look again", now=NOON + timedelta(hours=1))
    c4 = claim_next([world.queues["support"]], reviewer=world.ben, now=NOON + timedelta(hours=1))
    assert lapse_claims(now=NOON + timedelta(hours=2)) == 1
    assert find_breaches(now=NOON + timedelta(days=2))
    assert list(ledger_faults(Tally())) == []
