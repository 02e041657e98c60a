"""A sender takes an output back before anybody has decided."""

from datetime import timedelta

import pytest

from escalations.actions.claim import claim_next
from escalations.actions.decide import submit_review
from escalations.actions.expire import find_breaches
from escalations.actions.expire_holds import apply_due_holds
from escalations.actions.withdraw import withdraw_escalation
from escalations.errors import AlreadyDecided, Conflict
from escalations.models import Claim, Clock, EventText
from tests.cases import answers, claimed, clock_of, decided, faults, fresh, submitted, verbs_of
from tests.cast import NOON

LATER = NOON + timedelta(days=9)


def withdraw(world, escalation, reason="Sent by mistake."):
    return withdraw_escalation(escalation.pk, caller=world.bot, reason=reason, now=NOON)


def test_a_withdrawn_case_is_closed_with_its_reason(world):
    row = fresh(withdraw(world, submitted(world)))
    assert (row.status, row.decision, EventText.objects.get().text) == ("withdrawn", None, "Sent by mistake.")
    assert verbs_of(row) == ["submitted", "withdrawn"]
    assert faults() == []


def test_its_clocks_leave_every_count(world):
    escalation = submitted(world)
    withdraw(world, escalation)
    assert set(escalation.clocks.values_list("state", "outcome")) == {("cancelled", "")}
    assert find_breaches(now=LATER) == 0


def test_a_claim_clock_that_was_judged_stays_judged(world):
    claim = claimed(world)
    withdraw(world, claim.escalation)
    assert clock_of(claim.escalation, "claim").outcome == "met"
    assert clock_of(claim.escalation, "decide").state == Clock.State.CANCELLED


def test_a_standing_claim_ends_and_its_token_is_dead(world):
    claim = claimed(world)
    withdraw(world, claim.escalation)
    with pytest.raises(Conflict) as refused:
        submit_review(claim.escalation_id, body=answers(claim.token), reviewer=world.ada, now=NOON)
    assert refused.value.extra == {"escalation_status": "withdrawn"}
    assert Claim.objects.get().end == "withdrawn"


def test_it_is_not_offered_to_anybody_and_its_hold_does_not_run(world):
    withdraw(world, submitted(world, hold={"timeout_seconds": 60, "default": "approve"}))
    assert claim_next([world.queues["support"]], reviewer=world.ada, now=NOON) is None
    assert apply_due_holds(now=LATER) == 0


def test_what_was_decided_or_withdrawn_can_not_be_withdrawn(world):
    escalation = submitted(world)
    withdraw(world, escalation)
    with pytest.raises(Conflict) as refused:
        withdraw(world, escalation)
    assert refused.value.code == "withdrawn_already"
    with pytest.raises(AlreadyDecided):
        withdraw(world, decided(world).escalation)
