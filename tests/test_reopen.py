"""Opening a decided case again."""

from datetime import timedelta

import pytest

from escalations.actions.claim import claim_escalation
from escalations.actions.expire import find_breaches
from escalations.actions.expire_holds import apply_due_holds
from escalations.actions.reopen import reopen_escalation
from escalations.actions.withdraw import withdraw_escalation
from escalations.errors import AlreadyDecided, Conflict
from escalations.models import EventText
from escalations.queries.ledger import events_of
from escalations.rules.ledger import commitment
from escalations.rules.text import text_sha256
from tests.cases import claimed, clock_of, decide, decided, faults, fresh, submitted, verbs_of
from tests.cast import NOON

NEXT_DAY = NOON + timedelta(days=1)


def reopen(world, decision, *, at=NEXT_DAY, reason="A customer complained."):
    return reopen_escalation(decision.escalation_id, lead=world.cleo, reason=reason, now=at)


def test_a_reopened_case_waits_for_the_next_round_owned_by_the_lead(world):
    row = fresh(reopen(world, decided(world)))
    assert (row.status, row.round, row.owner) == ("waiting", 2, world.cleo)
    assert verbs_of(row)[-1] == "reopened"
    assert faults() == []


def test_the_old_decision_stands_until_the_next_one(world):
    decision = decided(world)
    assert fresh(reopen(world, decision)).decision == decision


def test_the_new_round_has_clocks_of_its_own_and_the_old_ones_stay_judged(world):
    row = fresh(reopen(world, decided(world)))
    assert clock_of(row, "decide", 1).outcome == "met"
    assert clock_of(row, "decide", 2).due_at == row.due_at == row.rank_at == NEXT_DAY + timedelta(minutes=960)
    assert clock_of(row, "claim", 2).state == "running"


def test_a_round_that_was_late_is_not_told_again_after_reopening(world):
    claim = claimed(world, severity="critical")
    decision = decide(claim, at=NOON + timedelta(minutes=61))
    find_breaches(now=NOON + timedelta(minutes=62))
    reopen(world, decision)
    assert find_breaches(now=NEXT_DAY) == 0


def test_both_clocks_are_judged_anew_in_the_new_round(world):
    decision = decided(world, severity="critical")
    reopen(world, decision)
    claim, _ = claim_escalation(decision.escalation_id, reviewer=world.ben, now=NEXT_DAY + timedelta(minutes=16))
    decide(claim)
    judged = [clock_of(claim.escalation, kind, 2).outcome for kind in ("claim", "decide")]
    assert judged == ["missed", "met"]


def test_the_reason_is_kept_apart_and_the_event_commits_to_it(world):
    row = fresh(reopen(world, decided(world), reason="Wrong \x00 text"))
    event, text = events_of(row.pk).last(), EventText.objects.get()
    assert (text.event, text.text) == (event, "Wrong \ufffd text")
    assert event.facts["text"] == commitment(bytes(row.snapshot.salt), text_sha256(text.text))


def test_only_a_decided_case_can_be_opened_again(world):
    waiting, withdrawn = submitted(world), submitted(world)
    withdraw_escalation(withdrawn.pk, caller=world.bot, reason="", now=NOON)
    for escalation in (waiting, withdrawn, claimed(world).escalation):
        with pytest.raises(Conflict) as refused:
            reopen_escalation(escalation.pk, lead=world.cleo, reason="", now=NOON)
        assert refused.value.code == "not_decided"


def test_a_reopened_case_can_not_be_withdrawn(world):
    decision = decided(world)
    reopen(world, decision)
    with pytest.raises(AlreadyDecided):
        withdraw_escalation(decision.escalation_id, caller=world.bot, reason="", now=NEXT_DAY)


def test_an_old_hold_does_not_run_in_the_new_round(world):
    decision = decided(world, hold={"timeout_seconds": 60, "default": "approve"})
    reopen(world, decision)
    assert apply_due_holds(now=NEXT_DAY + timedelta(days=9)) == 0
    assert fresh(decision.escalation).hold_until is None
