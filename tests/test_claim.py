"""Taking a case for review, and its opposites: extend, give back, skip."""

from datetime import timedelta

import pytest

from escalations.actions.claim import (
    LEASE,
    LONGEST_LEASE,
    claim_escalation,
    claim_next,
    extend_claim,
    give_back_claim,
    skip_escalation,
)
from escalations.actions.expire import lapse_claims
from escalations.actions.move import move_escalation
from escalations.errors import AtCapacity, Conflict, Forbidden, HeldByOther
from escalations.models import Claim, Person
from tests.cases import MICROSECOND, ONE_MINUTE, claimed, clock_of, decided, faults, fresh, submitted, verbs_of
from tests.cast import NOON

LATER = NOON + LEASE


def pull(world, by="ada", *, queues=("support",), at=NOON):
    return claim_next([world.queues[slug] for slug in queues], reviewer=world.people[by], now=at)


def take(world, escalation, by="ada", *, at=NOON):
    return claim_escalation(escalation.pk, reviewer=world.people[by], now=at)


def test_a_claim_makes_the_reviewer_the_owner(world):
    escalation = submitted(world)
    claim = pull(world)
    row = fresh(escalation)
    assert (claim.escalation_id, claim.token, claim.expires_at) == (escalation.pk, 1, NOON + LEASE)
    assert (row.status, row.owner, row.claim_token) == ("claimed", world.ada, 1)
    assert verbs_of(row) == ["submitted", "claimed"]
    assert faults() == []


def test_the_case_due_first_is_next(world):
    late, early = submitted(world, at=NOON), submitted(world, at=NOON - ONE_MINUTE)
    assert [pull(world).escalation_id, pull(world).escalation_id] == [early.pk, late.pk]


def test_a_boost_moves_a_severe_case_ahead_of_one_due_before_it(world):
    plain = submitted(world, at=NOON - timedelta(hours=15), severity="normal")
    severe = submitted(world, severity="critical")
    assert plain.due_at == severe.due_at
    assert pull(world).escalation_id == severe.pk


def test_no_case_starves_behind_severe_ones_that_come_after_its_turn(world):
    plain = submitted(world, severity="normal")
    severe = submitted(world, severity="critical", at=NOON + timedelta(hours=17, microseconds=1))
    assert plain.rank_at < severe.rank_at
    assert pull(world, at=severe.received_at).escalation_id == plain.pk


def test_the_best_head_of_several_queues_is_next(world):
    second = submitted(world)
    first = submitted(world, at=NOON - ONE_MINUTE)
    move_escalation(first.pk, to=world.queues["clinical"], lead=world.cleo, now=NOON)
    both = ("support", "clinical")
    assert [pull(world, queues=both).escalation_id for _ in range(2)] == [first.pk, second.pk]


def test_a_skipped_head_does_not_decide_which_queue_is_best(world):
    skipped, worst = submitted(world, at=NOON - 2 * ONE_MINUTE), submitted(world)
    take(world, skipped)
    skip_escalation(skipped.pk, reviewer=world.ada, reason="other", now=NOON)
    best = submitted(world, at=NOON - ONE_MINUTE)
    move_escalation(best.pk, to=world.queues["clinical"], lead=world.cleo, now=NOON)
    both = ("support", "clinical")
    assert [pull(world, queues=both).escalation_id for _ in range(2)] == [best.pk, worst.pk]


def test_cases_of_other_queues_and_closed_cases_are_not_offered(world):
    submitted(world, flags=[{"code": "unsafe"}])
    decided(world)
    assert pull(world) is None
    assert pull(world, queues=()) is None


def test_a_claim_needs_free_capacity(world):
    Person.objects.filter(pk=world.ada.pk).update(capacity=1)
    submitted(world)
    claimed(world)
    with pytest.raises(AtCapacity):
        pull(world)
    with pytest.raises(AtCapacity):
        take(world, submitted(world))


def test_a_lapsed_claim_takes_no_capacity(world):
    Person.objects.filter(pk=world.ada.pk).update(capacity=1)
    claimed(world)
    waiting = submitted(world)
    assert pull(world, at=LATER).escalation_id == waiting.pk


def test_an_account_that_is_closed_claims_nothing(world):
    Person.objects.filter(pk=world.ada.pk).update(is_active=False)
    with pytest.raises(Forbidden):
        take(world, submitted(world))


def test_the_claim_clock_is_met_at_the_due_instant_and_missed_after(world):
    in_time, late = submitted(world), submitted(world)
    due_at = clock_of(in_time, "claim").due_at
    take(world, in_time, at=due_at)
    take(world, late, at=due_at + MICROSECOND)
    met, missed = clock_of(in_time, "claim"), clock_of(late, "claim")
    assert (met.outcome, met.breached_at, met.next_fire_at) == ("met", None, None)
    assert (missed.outcome, missed.breached_at, missed.completed_at) == ("missed", due_at, due_at + MICROSECOND)


def test_claiming_a_case_that_one_holds_gives_the_standing_claim(world):
    claim = claimed(world)
    again, is_new = take(world, claim.escalation, at=NOON + ONE_MINUTE)
    assert (again, is_new, again.expires_at) == (claim, False, claim.expires_at)


def test_claiming_a_case_that_another_holds_names_the_holder_but_not_the_token(world):
    claim = claimed(world, by="ben")
    with pytest.raises(HeldByOther, match="Ben holds this case") as refused:
        take(world, claim.escalation)
    assert refused.value.extra["claim"]["holder"]["id"] == str(world.ben.pk)
    assert "token" not in refused.value.extra["claim"]


def test_a_closed_case_can_not_be_claimed(world):
    with pytest.raises(Conflict) as refused:
        take(world, decided(world).escalation)
    assert refused.value.code == "not_waiting"


@pytest.mark.parametrize("by", ["ada", "ben"])
def test_a_lapsed_claim_can_be_taken_before_any_sweep(world, by):
    old = claimed(world)
    new, is_new = take(world, old.escalation, by, at=LATER)
    old.refresh_from_db()
    assert (is_new, new.token, old.end) == (True, 2, "lapsed")
    assert verbs_of(new.escalation) == ["submitted", "claimed", "claim_lapsed", "claimed"]
    assert faults() == []


def test_a_claim_holds_until_its_last_microsecond(world):
    claim = claimed(world)
    with pytest.raises(HeldByOther):
        take(world, claim.escalation, "ben", at=LATER - MICROSECOND)


def test_pulling_from_an_empty_queue_takes_a_lapsed_claim(world):
    old = claimed(world)
    assert pull(world, "ben", at=LATER - MICROSECOND) is None
    assert pull(world, "ben", at=LATER).escalation_id == old.escalation_id


def test_a_claim_is_extended_from_now_up_to_the_hard_cap(world):
    claim, extend = claimed(world), lambda at: extend_claim(claim.escalation_id, reviewer=world.ada, now=at).expires_at
    assert extend(NOON + 5 * ONE_MINUTE) == NOON + 5 * ONE_MINUTE + LEASE
    assert extend(NOON + LONGEST_LEASE - ONE_MINUTE) == NOON + LONGEST_LEASE
    with pytest.raises(Conflict, match="longest time"):
        extend(NOON + LONGEST_LEASE)


def test_only_the_holder_extends_gives_back_and_skips(world):
    pk = claimed(world).escalation_id
    with pytest.raises(HeldByOther):
        extend_claim(pk, reviewer=world.ben, now=NOON)
    with pytest.raises(HeldByOther):
        give_back_claim(pk, reviewer=world.ben, now=NOON)
    with pytest.raises(HeldByOther):
        skip_escalation(pk, reviewer=world.ben, reason="other", now=NOON)


def test_a_case_given_back_waits_at_its_old_rank_owned_by_the_lead(world):
    claim = claimed(world)
    rank_at = fresh(claim.escalation).rank_at
    give_back_claim(claim.escalation_id, reviewer=world.ada, now=NOON + ONE_MINUTE)
    row = fresh(claim.escalation)
    assert (row.status, row.owner, row.rank_at) == ("waiting", world.cleo, rank_at)
    assert Claim.objects.get(pk=claim.pk).end == "given_back"
    assert faults() == []


def test_giving_back_or_lapsing_leaves_the_clocks_as_they_are(world):
    claim = claimed(world)
    lapse_claims(now=LATER)
    take(world, claim.escalation, "ben", at=LATER + timedelta(days=2))
    assert clock_of(claim.escalation, "claim").completed_at == NOON
    assert clock_of(claim.escalation, "decide").state == "running"


def test_what_was_given_back_can_not_be_given_back_again(world):
    claim = claimed(world)
    give_back_claim(claim.escalation_id, reviewer=world.ada, now=NOON)
    with pytest.raises(Conflict) as refused:
        give_back_claim(claim.escalation_id, reviewer=world.ada, now=NOON)
    assert refused.value.code == "no_claim"


def test_a_skipped_case_goes_to_others_and_comes_back_after_an_hour(world):
    pk = claimed(world).escalation_id
    skip_escalation(pk, reviewer=world.ada, reason="language", now=NOON)
    assert pull(world, at=NOON + timedelta(minutes=60) - MICROSECOND) is None
    assert pull(world, at=NOON + timedelta(minutes=60)).escalation_id == pk


def test_a_skip_frees_the_case_for_others_at_once_and_says_why(world):
    claim = claimed(world)
    skip = skip_escalation(claim.escalation_id, reviewer=world.ada, reason="language", now=NOON)
    assert fresh(claim.escalation).owner == world.cleo
    assert (skip.reason, Claim.objects.get(pk=claim.pk).end) == ("language", "skipped")
    assert pull(world, "ben").escalation_id == claim.escalation_id
