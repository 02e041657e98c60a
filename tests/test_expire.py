"""What time brings: breached clocks, lapsed claims, old keys. Late, twice or side by side: the rows are the same."""

from datetime import timedelta

import pytest

from escalations.actions.claim import LEASE, claim_escalation
from escalations.actions.expire import find_breaches, forget_keys, lapse_claims
from escalations.actions.submit import submit
from escalations.models import Claim, IdempotencyKey, Notice
from escalations.queries.ledger import events_of
from tests.cases import MICROSECOND, body, claimed, clock_of, decide, faults, fresh, submitted, verbs_of
from tests.cast import NOON

CLAIM_DUE, DECIDE_DUE = NOON + timedelta(minutes=15), NOON + timedelta(minutes=60)  # critical


def test_a_breach_is_found_at_its_due_instant_and_not_before(world):
    escalation = submitted(world, severity="critical")
    assert find_breaches(now=CLAIM_DUE - MICROSECOND) == 0
    assert find_breaches(now=CLAIM_DUE) == 1
    notice = Notice.objects.get()
    assert (notice.clock, notice.at, notice.detected_at) == (clock_of(escalation, "claim"), CLAIM_DUE, CLAIM_DUE)


def test_a_second_sweep_changes_nothing(world):
    escalation = submitted(world, severity="critical")
    assert [find_breaches(now=DECIDE_DUE) for _ in range(3)] == [2, 0, 0]
    assert verbs_of(escalation) == ["submitted", "breached", "breached"]
    assert faults() == []


def test_after_downtime_a_breach_has_its_true_instant(world):
    escalation = submitted(world, severity="critical")
    back = DECIDE_DUE + timedelta(hours=2)
    find_breaches(now=back)
    clock = clock_of(escalation, "decide")
    assert (clock.breached_at, clock.state, clock.outcome) == (DECIDE_DUE, "running", "")
    assert set(Notice.objects.values_list("at", "detected_at")) == {(CLAIM_DUE, back), (DECIDE_DUE, back)}


def test_a_case_decided_late_before_the_sweep_is_told_once(world):
    claim = claimed(world, severity="critical")
    decide(claim, at=DECIDE_DUE + MICROSECOND)
    assert [find_breaches(now=DECIDE_DUE + timedelta(hours=1)) for _ in range(2)] == [1, 0]
    clock = clock_of(claim.escalation, "decide")
    assert (clock.outcome, clock.breached_at, clock.notices.count()) == ("missed", DECIDE_DUE, 1)
    assert (fresh(claim.escalation).status, faults()) == ("decided", [])


def test_a_case_decided_in_time_is_never_told(world):
    decide(claimed(world, severity="critical"), at=DECIDE_DUE)
    assert find_breaches(now=DECIDE_DUE + timedelta(hours=1)) == 0


def test_a_breach_before_a_late_decision_leaves_one_notice(world):
    claim = claimed(world, severity="critical")
    find_breaches(now=DECIDE_DUE)
    decide(claim, at=DECIDE_DUE + timedelta(minutes=1))
    assert find_breaches(now=DECIDE_DUE + timedelta(hours=1)) == 0
    assert clock_of(claim.escalation, "decide").outcome == "missed"


def test_a_breach_does_not_touch_who_holds_the_case(world):
    claim = claimed(world, severity="critical")
    find_breaches(now=DECIDE_DUE)
    row = fresh(claim.escalation)
    assert (row.status, row.owner) == ("claimed", world.ada)
    told = events_of(row.pk).last().facts
    assert (told["clock"], told["cycle"], told["due_at"]) == ("decide", 1, "2026-03-04T13:00:00.000000Z")


def test_a_backlog_larger_than_a_batch_drains(world):
    for _ in range(120):
        submitted(world, severity="critical")
    assert find_breaches(now=DECIDE_DUE) == 240


def test_a_lapsed_claim_goes_back_at_its_old_rank(world):
    claim = claimed(world)
    before = fresh(claim.escalation)
    assert lapse_claims(now=NOON + LEASE - MICROSECOND) == 0
    assert [lapse_claims(now=NOON + LEASE) for _ in range(2)] == [1, 0]
    row = fresh(claim.escalation)
    assert (row.status, row.owner, row.rank_at) == ("waiting", world.cleo, before.rank_at)
    assert (Claim.objects.get().end, faults()) == ("lapsed", [])


def test_a_new_claim_is_not_ended_by_the_old_ones_time(world):
    old = claimed(world)
    claim_escalation(old.escalation_id, reviewer=world.ben, now=NOON + LEASE)
    assert lapse_claims(now=NOON + 2 * LEASE - MICROSECOND) == 0


@pytest.mark.parametrize(("age", "left"), [(timedelta(hours=72), 1), (timedelta(hours=72, microseconds=1), 0)])
def test_idempotency_keys_are_kept_for_72_hours(world, age, left):
    submit(body(), caller=world.bot, now=NOON, key="k1")
    forget_keys(now=NOON + age)
    assert IdempotencyKey.objects.count() == left
