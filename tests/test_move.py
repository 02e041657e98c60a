"""A lead's hands: moving a case to another queue, giving it to a person."""

import pytest

from escalations.actions.claim import claim_escalation
from escalations.actions.decide import submit_review
from escalations.actions.move import assign_escalation, move_escalation
from escalations.actions.withdraw import withdraw_escalation
from escalations.errors import AtCapacity, Conflict, Forbidden, Invalid
from escalations.models import Claim, Person
from tests.cases import ONE_MINUTE, answers, claimed, clock_of, decided, faults, fresh, submitted, verbs_of
from tests.cast import NOON


def move(world, escalation, to="clinical"):
    return move_escalation(escalation.pk, to=world.queues[to], lead=world.cleo, now=NOON + ONE_MINUTE)


def assign(world, escalation, to="ben"):
    return assign_escalation(escalation.pk, to=world.people[to], lead=world.cleo, now=NOON + ONE_MINUTE)


def test_a_moved_case_waits_in_the_other_queue_owned_by_its_lead(world):
    world.queues["clinical"].lead = world.mona
    world.queues["clinical"].save()
    row = fresh(move(world, submitted(world)))
    assert (row.status, row.queue.slug, row.owner) == ("waiting", "clinical", world.mona)
    assert verbs_of(row) == ["submitted", "moved"]
    assert faults() == []


def test_moving_leaves_every_promise_as_it_was(world):
    before = submitted(world)
    after = fresh(move(world, before))
    assert (after.due_at, after.rank_at) == (before.due_at, before.rank_at)
    assert {clock.state for clock in after.clocks.all()} == {"running"}


def test_moving_a_claimed_case_ends_the_claim_and_kills_its_token(world):
    claim = claimed(world)
    move(world, claim.escalation)
    with pytest.raises(Conflict):
        submit_review(claim.escalation_id, body=answers(claim.token), reviewer=world.ada, now=NOON)
    assert Claim.objects.get(pk=claim.pk).end == "moved"


def test_a_case_is_not_moved_to_where_it_is(world):
    with pytest.raises(Invalid):
        move(world, submitted(world), to="support")


def test_a_closed_case_is_neither_moved_nor_assigned(world):
    withdrawn = submitted(world)
    withdraw_escalation(withdrawn.pk, caller=world.bot, reason="", now=NOON)
    for escalation in (decided(world).escalation, withdrawn):
        for hand in (move, assign):
            with pytest.raises(Conflict) as refused:
                hand(world, escalation)
            assert refused.value.code == "not_open"


def test_an_assigned_case_is_the_persons_claim(world):
    escalation = submitted(world)
    claim = assign(world, escalation)
    row = fresh(escalation)
    assert (row.status, row.owner, claim.token, claim.reviewer) == ("claimed", world.ben, 1, world.ben)
    assert clock_of(row, "claim").outcome == "met"
    assert faults() == []


def test_assigning_takes_the_case_from_its_holder(world):
    old = claimed(world)
    new = assign(world, old.escalation)
    old.refresh_from_db()
    assert (old.end, new.token) == ("assigned", 2)
    assert verbs_of(new.escalation) == ["submitted", "claimed", "assigned"]
    assert faults() == []


def test_a_case_is_not_assigned_to_its_holder_again(world):
    claim = claimed(world)
    with pytest.raises(Conflict) as refused:
        assign(world, claim.escalation, to="ada")
    assert refused.value.code == "held_already"


@pytest.mark.parametrize("name", ["mona", "mallory", "otto"])
def test_a_case_is_assigned_to_reviewers_of_its_queue_only(world, name):
    with pytest.raises(Invalid):
        assign(world, submitted(world), to=name)


def test_assigning_respects_capacity_and_closed_accounts(world):
    Person.objects.filter(pk=world.ben.pk).update(capacity=1)
    claimed(world, by="ben")
    with pytest.raises(AtCapacity):
        assign(world, submitted(world))
    Person.objects.filter(pk=world.ada.pk).update(is_active=False)
    with pytest.raises(Forbidden):
        assign(world, submitted(world), to="ada")


def test_a_refused_assignment_leaves_the_holder_his_claim(world):
    Person.objects.filter(pk=world.ben.pk).update(capacity=1)
    claimed(world, by="ben")
    claim = claimed(world)
    with pytest.raises(AtCapacity):
        assign(world, claim.escalation)
    assert claim_escalation(claim.escalation_id, reviewer=world.ada, now=NOON) == (claim, False)
