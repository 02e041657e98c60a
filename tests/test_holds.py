"""Holds that ran out: the sender's declared default is the decision."""

from datetime import timedelta

import pytest

from escalations.actions.expire import lapse_claims
from escalations.actions.expire_holds import apply_due_holds
from escalations.models import Claim, Decision
from escalations.records.decision import decision_record
from escalations.rules.text import text_sha256
from tests.cases import MICROSECOND, PLAIN, claimed, clock_of, decide, faults, fresh, submitted, verbs_of
from tests.cast import NOON

DUE = NOON + timedelta(seconds=60)


def held(default, **more):
    return {"timeout_seconds": 60, "default": default, **more}


@pytest.mark.parametrize(
    ("hold", "output"),
    [
        (held("approve"), PLAIN["output"]),
        (held("approve", fallback_output="Please wait."), PLAIN["output"]),
        (held("reject"), None),
        (held("reject", fallback_output="Please wait."), "Please wait."),
        (held("reject", fallback_output=""), ""),
        (held("reject", fallback_output="\ud800\x00"), "\ud800\x00"),
    ],
)
def test_the_default_releases_what_the_sender_declared(world, hold, output):
    submitted(world, hold=hold)
    assert apply_due_holds(now=DUE) == 1
    record = decision_record(Decision.objects.get())
    assert (record["verdict"], record["output"]) == (hold["default"], output)
    assert record["output_sha256"] == (text_sha256(output) if output is not None else None)
    assert (record["decided_by"], record["failure_categories"]) == ({"name": "deadline"}, [])
    assert faults() == []


def test_a_hold_runs_out_at_its_instant_and_once(world):
    escalation = submitted(world, hold=held("reject"))
    assert [apply_due_holds(now=at) for at in (DUE - MICROSECOND, DUE, DUE)] == [0, 1, 0]
    assert verbs_of(escalation) == ["submitted", "decided"]


def test_a_hold_ends_the_claim_of_whoever_was_late(world):
    claim = claimed(world, hold=held("reject"))
    apply_due_holds(now=DUE)
    assert Claim.objects.get(pk=claim.pk).end == "decided"
    assert fresh(claim.escalation).status == "decided"
    assert lapse_claims(now=NOON + timedelta(days=1)) == 0


def test_a_case_decided_in_time_is_left_alone(world):
    decision = decide(claimed(world, hold=held("reject")))
    assert apply_due_holds(now=DUE) == 0
    assert fresh(decision.escalation).decision == decision


def test_a_hold_judges_the_decide_clock(world):
    escalation = submitted(world, hold=held("reject"))
    apply_due_holds(now=DUE)
    clock = clock_of(escalation, "decide")
    assert (clock.outcome, clock.completed_at) == ("met", DUE)


def test_a_backlog_of_holds_larger_than_a_batch_drains(world):
    for _ in range(210):
        submitted(world, hold=held("reject"))
    assert apply_due_holds(now=DUE) == 210
    assert Decision.objects.count() == 210
