"""Several people at the same instant, on committed data."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from escalations.actions.claim import claim_escalation, claim_next, give_back_claim
from escalations.actions.decide import apply_hold_default, submit_review
from escalations.actions.expire import find_breaches, lapse_claims
from escalations.actions.move import assign_escalation, move_escalation
from escalations.actions.people import create_person
from escalations.actions.reopen import reopen_escalation
from escalations.models import Claim, Decision, Notice, Person, Review, Skip
from escalations.rules.identifiers import uuid7
from tests.cases import answers, claimed, decided, faults, fresh, submitted, verbs_of
from tests.cast import NOON
from tests.threads import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def reviewers(world, count):
    """More people who review the support queue."""
    queues = [world.queues["support"]]
    return [create_person(f"reviewer{at}", role="reviewer", queues=queues, now=NOON) for at in range(count)]


def pull(world, person):
    return lambda: claim_next([world.queues["support"]], reviewer=person, now=NOON)


def take(escalation, person):
    return lambda: claim_escalation(escalation.pk, reviewer=person, now=NOON)


def test_twenty_people_who_pull_at_once_get_twenty_cases(world):
    cases = {submitted(world).pk for _ in range(20)}
    people = reviewers(world, 21)
    found = at_once(*(pull(world, person) for person in people[:20]))
    assert {claim.escalation_id for claim in found} == cases
    assert pull(world, people[20])() is None
    assert Claim.objects.filter(ended_at=None).count() == 20


def test_ten_pulls_at_once_stay_within_a_capacity_of_three(world):
    Person.objects.filter(pk=world.ada.pk).update(capacity=3)
    for _ in range(10):
        submitted(world)
    found = at_once(*[pull(world, world.ada)] * 10)
    assert refusals(found) == ["at_capacity"] * 7
    assert Claim.objects.filter(reviewer=world.ada, ended_at=None).count() == 3


def test_pulls_and_claims_by_name_share_the_capacity(world):
    Person.objects.filter(pk=world.ada.pk).update(capacity=1)
    cases = [submitted(world) for _ in range(4)]
    found = at_once(*(take(one, world.ada) for one in cases), pull(world, world.ada))
    assert set(refusals(found)) == {"at_capacity"}  # the case that was pulled answers its holder once more
    assert Claim.objects.filter(ended_at=None).count() == 1


def test_of_many_who_claim_one_case_one_gets_it_and_the_others_learn_who(world):
    escalation = submitted(world)
    found = at_once(*(take(escalation, person) for person in reviewers(world, 8)))
    assert refusals(found) == ["held_by_other"] * 7
    assert Claim.objects.filter(ended_at=None).count() == 1


def test_assigning_and_claiming_one_case_at_once_does_not_deadlock(world):
    for _ in range(10):
        escalation = submitted(world)

        def assign(pk=escalation.pk):
            return assign_escalation(pk, to=world.ada, lead=world.cleo, now=NOON)

        assert refusals(at_once(assign, take(escalation, world.ada))) in ([], ["held_already"])
        give_back_claim(escalation.pk, reviewer=world.ada, now=NOON)


def test_moving_and_claiming_at_once_leaves_one_clear_state(world):
    for _ in range(10):
        escalation = submitted(world)

        def move(pk=escalation.pk):
            return move_escalation(pk, to=world.queues["clinical"], lead=world.cleo, now=NOON)

        assert refusals(at_once(move, take(escalation, world.ada))) == []
        assert fresh(escalation).queue.slug == "clinical"
        give_back_open(escalation, world.ada)
    assert faults() == []


def give_back_open(escalation, person):
    if fresh(escalation).status == "claimed":
        give_back_claim(escalation.pk, reviewer=person, now=NOON)


def test_two_submissions_of_one_decision_at_once_make_one(world):
    claim = claimed(world)
    told = answers(claim.token, "correct")
    found = at_once(*[lambda: submit_review(claim.escalation_id, body=told, reviewer=world.ada, now=NOON)] * 6)
    assert sorted(is_new for _, is_new in found) == [False] * 5 + [True]
    assert len({decision.pk for decision, _ in found}) == 1
    assert Review.objects.count() == Decision.objects.count() == 1


def test_two_different_decisions_at_once_make_one(world):
    claim = claimed(world)
    told = [answers(claim.token), answers(claim.token, "reject")]
    found = at_once(
        *(lambda b=one: submit_review(claim.escalation_id, body=b, reviewer=world.ada, now=NOON) for one in told)
    )
    assert refusals(found) == ["already_decided"]
    assert Decision.objects.count() == 1


def test_a_case_is_reopened_once_however_many_ask(world):
    decision = decided(world)
    found = at_once(*[lambda: reopen_escalation(decision.escalation_id, lead=world.cleo, reason="Look.", now=NOON)] * 4)
    assert refusals(found) == ["not_decided"] * 3
    assert fresh(decision.escalation).round == 2
    assert faults() == []


def test_the_head_is_given_out_while_another_session_has_rows_on_it(world):
    head, written, done = submitted(world), threading.Event(), threading.Event()
    submitted(world, at=NOON + timedelta(minutes=1))

    def hold_rows_open():
        with transaction.atomic():
            Skip.objects.create(
                id=uuid7(NOON), escalation=head, reviewer=world.ben, reason="other", at=NOON, until=NOON
            )
            written.set()
            done.wait(30)
        connection.close()

    other = threading.Thread(target=hold_rows_open)
    other.start()
    written.wait(30)
    began = time.perf_counter()
    try:
        assert pull(world, world.ada)().escalation_id == head.pk
        assert time.perf_counter() - began < 1
    finally:
        done.set()
        other.join()


def test_a_hold_and_a_person_at_the_same_instant_make_one_decision(world):
    claim = claimed(world, hold={"timeout_seconds": 60, "default": "reject"})
    due_at, told = NOON + timedelta(seconds=60), answers(claim.token)
    found = at_once(
        lambda: apply_hold_default(claim.escalation_id, now=due_at),
        lambda: submit_review(claim.escalation_id, body=told, reviewer=world.ada, now=due_at),
        lambda: apply_hold_default(claim.escalation_id, now=due_at),
    )
    assert refusals(found) == ["already_decided"]
    assert Decision.objects.get().is_by_deadline
    assert faults() == []


def test_sweeps_side_by_side_tell_each_breach_once(world):
    cases = [submitted(world, severity="critical") for _ in range(30)]
    later = NOON + timedelta(hours=2)
    at_once(*[lambda: find_breaches(now=later)] * 6)
    find_breaches(now=later)
    assert Notice.objects.count() == 2 * len(cases)
    assert all(verbs_of(one).count("breached") == 2 for one in cases)
    assert faults() == []


def test_sweeps_side_by_side_end_each_lapsed_claim_once(world):
    claims = [claimed(world, by=name) for name in ("ada", "ben") for _ in range(10)]
    at_once(*[lambda: lapse_claims(now=claims[0].expires_at)] * 4)
    lapse_claims(now=claims[0].expires_at)
    assert Claim.objects.filter(end="lapsed").count() == len(claims)
    assert faults() == []
