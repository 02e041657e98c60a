"""Deciding: a reviewer's answers become the outcome that leaves."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from escalations.actions.claim import LEASE, claim_escalation, extend_claim, give_back_claim
from escalations.actions.decide import submit_review
from escalations.actions.expire import lapse_claims
from escalations.actions.move import assign_escalation
from escalations.actions.policies import activate_policy, activate_rubric
from escalations.errors import AlreadyDecided, Conflict, HeldByOther, Invalid
from escalations.models import Claim, Decision, Review
from escalations.queries.ledger import events_of
from escalations.records.decision import DecisionBody, decision_record
from escalations.rules.text import text_sha256
from tests.cases import (
    FAILED,
    MICROSECOND,
    PLAIN,
    answers,
    claimed,
    clock_of,
    decide,
    decided,
    decided_again,
    faults,
    fresh,
    submitted,
    verbs_of,
)
from tests.cast import NOON, POLICY

LATER = NOON + LEASE


def submit(claim, told, *, by=None, at=NOON):
    return submit_review(claim.escalation_id, body=told, reviewer=by or claim.reviewer, now=at)


@pytest.mark.parametrize(
    ("verdict", "output"),
    [("approve", PLAIN["output"]), ("correct", "No, you may not."), ("reject", None)],
)
def test_a_verdict_says_which_text_may_be_used(world, verdict, output):
    decision = decided(world, verdict)
    record = decision_record(decision)
    assert (record["verdict"], record["output"]) == (verdict, output)
    assert record["output_sha256"] == (text_sha256(output) if output else None)
    assert record["decided_by"] == {"id": str(world.ada.pk), "name": "Ada"}
    assert faults() == []


def test_deciding_closes_the_case_and_its_claim(world):
    decision = decided(world)
    row = fresh(decision.escalation)
    assert (row.status, row.decision_id, row.owner) == ("decided", decision.pk, world.ada)
    assert Claim.objects.get().end == "decided"
    assert verbs_of(row) == ["submitted", "claimed", "decided"]


@pytest.mark.parametrize(
    ("verdict", "changes", "pointers"),
    [
        ("correct", {"output": None}, ["/output"]),
        ("correct", {"output": "  \n"}, ["/output"]),
        ("approve", {"output": "More."}, ["/output"]),
        ("reject", {"output": "More."}, ["/output"]),
        ("reject", {"failure_categories": []}, ["/failure_categories"]),
        ("correct", {"reasoning": " "}, ["/reasoning"]),
        ("reject", {"failure_categories": [], "reasoning": ""}, ["/failure_categories", "/reasoning"]),
        ("reject", {"failure_categories": ["tone", "tone"]}, ["/failure_categories"]),
        ("reject", {"failure_categories": ["tone", "no_such"]}, ["/failure_categories/1"]),
        ("approve", {"failure_categories": ["no_such"]}, ["/failure_categories/0"]),
    ],
)
def test_what_a_verdict_needs_is_asked_for(world, verdict, changes, pointers):
    claim = claimed(world)
    with pytest.raises(Invalid) as refused:
        decide(claim, verdict, **changes)
    assert [fault.pointer for fault in refused.value.faults] == pointers
    assert not Decision.objects.exists()


FACE = "\U0001f600"


def span(start, end, quote, category="tone"):
    return {"start": start, "end": end, "quote": quote, "category": category}


@pytest.mark.parametrize("one", [span(0, 1, FACE), span(1, 3, "e\u0301"), span(3, 4, "\ud800"), span(0, 5, None)])
def test_spans_are_counted_in_code_points(world, one):
    output = FACE + "e\u0301" + "\ud800\x00"
    one["quote"] = one["quote"] or output
    decision = decided(world, "reject", output=output, answers={"spans": [one]})
    assert decision_record(decision)["spans"] == [one]


@pytest.mark.parametrize(
    ("one", "pointer"),
    [
        (span(0, 3, "Yet"), "/spans/0/quote"),
        (span(0, 41, PLAIN["output"]), "/spans/0"),
        (span(2, 2, ""), "/spans/0"),
        (span(3, 0, "Yes"), "/spans/0"),
        (span(0, 3, "Yes", "no_such"), "/spans/0/category"),
    ],
)
def test_a_span_that_is_not_there_is_refused(world, one, pointer):
    claim = claimed(world)
    with pytest.raises(Invalid) as refused:
        decide(claim, "reject", spans=[one])
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_a_span_names_a_category_that_the_decision_need_not(world):
    decided(world, "reject", answers={"spans": [span(0, 3, "Yes", "privacy_leak")]})
    assert Decision.objects.get().failure_categories == ["hallucination"]


@pytest.mark.parametrize("text", ["a\x00b", "half \ud800 pair", "e\u0301"])
def test_a_correction_keeps_every_code_point(world, text):
    decision = decided(world, "correct", answers={"output": text, "reasoning": text})
    record = decision_record(Decision.objects.get())
    assert (record["output"], record["reasoning"]) == (text, text)
    assert decision.output_sha256 == text_sha256(text)


def test_the_hash_of_an_approved_output_is_that_of_its_own_code_points(world):
    assert decided(world, output="\ud800\x00").output_sha256 == text_sha256("\ud800\x00")


def test_a_decision_takes_the_severity_of_the_case_unless_the_reviewer_names_one(world):
    assert decided(world, severity="high").severity == "high"
    assert decided(world, "reject", severity="high", answers={"severity": "low"}).severity == "low"


def test_the_same_answers_again_give_the_first_decision(world):
    claim = claimed(world)
    told = answers(claim.token, "correct")
    first, again = submit(claim, told), submit(claim, told, at=NOON + timedelta(days=1))
    assert (first[1], again[1]) == (True, False)
    assert first[0].pk == again[0].pk
    assert Review.objects.count() == 1


def test_other_answers_to_a_decided_case_are_refused_with_the_decision(world):
    claim = claimed(world)
    decision = decide(claim)
    with pytest.raises(AlreadyDecided, match="Ada") as refused:
        decide(claim, "reject")
    ada = {"id": str(world.ada.pk), "name": "Ada"}
    assert refused.value.extra["decision"] == {"id": str(decision.pk), "verdict": "approve", "decided_by": ada}


def test_the_same_answers_from_another_person_are_not_the_same(world):
    claim = claimed(world)
    decide(claim)
    with pytest.raises(AlreadyDecided):
        submit(claim, answers(claim.token), by=world.ben)


def test_a_stale_token_is_refused_with_the_holder(world):
    old = claimed(world)
    claim_escalation(old.escalation_id, reviewer=world.ben, now=LATER)
    with pytest.raises(HeldByOther, match="Ben") as refused:
        decide(old, at=LATER)
    assert refused.value.code == "stale_token"
    assert refused.value.extra["claim"]["holder"]["name"] == "Ben"
    assert "token" not in refused.value.extra["claim"]
    assert not Decision.objects.exists()


@pytest.mark.parametrize("token", [0, 2, 99])
def test_a_token_that_is_not_the_claims_own_is_refused(world, token):
    claim = claimed(world)
    with pytest.raises(Conflict) as refused:
        submit(claim, answers(token))
    assert refused.value.code == "stale_token"


def test_another_persons_token_is_refused(world):
    claim = claimed(world)
    with pytest.raises(HeldByOther):
        submit(claim, answers(claim.token), by=world.ben)


def test_a_case_given_back_or_assigned_away_needs_a_new_claim(world):
    given_back, taken = claimed(world), claimed(world)
    give_back_claim(given_back.escalation_id, reviewer=world.ada, now=NOON)
    assign_escalation(taken.escalation_id, to=world.ben, lead=world.cleo, now=NOON)
    for claim in (given_back, taken):
        with pytest.raises(Conflict) as refused:
            decide(claim)
        assert refused.value.code == "stale_token"


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_lapsed_claim_that_nobody_took_still_decides(world, is_swept):
    claim = claimed(world)
    if is_swept:
        lapse_claims(now=LATER)
    decision = decide(claim, at=LATER)
    told = events_of(decision.escalation_id).get(verb="decided").facts
    assert told["late_lease"] is True
    assert fresh(claim.escalation).status == "decided"
    assert faults() == []


def test_an_extended_claim_that_another_took_over_is_refused(world):
    old, at = claimed(world), lambda minutes: NOON + timedelta(minutes=minutes)
    extend_claim(old.escalation_id, reviewer=world.ada, now=at(5))
    lapse_claims(now=at(20))
    new, _ = claim_escalation(old.escalation_id, reviewer=world.ben, now=at(20))
    with pytest.raises(HeldByOther, match="Ben"):
        decide(old, at=at(20))
    assert decide(new).decided_by == world.ben
    assert Decision.objects.count() == 1


def test_a_decision_before_the_end_of_the_lease_is_not_late(world):
    decision = decide(claimed(world), at=LATER - MICROSECOND)
    assert "late_lease" not in events_of(decision.escalation_id).get(verb="decided").facts


def test_clocks_are_met_at_the_due_instant_and_missed_a_microsecond_later(world):
    due_at = submitted(world).due_at
    met, missed = (decide(claimed(world), at=due_at + late).escalation for late in (timedelta(0), MICROSECOND))
    assert clock_of(met, "decide").outcome == "met"
    clock = clock_of(missed, "decide")
    assert (clock.outcome, clock.completed_at, clock.breached_at) == ("missed", due_at + MICROSECOND, due_at)


def test_a_hold_that_ran_out_is_applied_before_the_answers(world):
    claim = claimed(world, hold={"timeout_seconds": 60, "default": "reject", "fallback_output": "Please wait."})
    with pytest.raises(AlreadyDecided, match="its deadline"):
        decide(claim, at=NOON + timedelta(seconds=60))
    record = decision_record(Decision.objects.get())
    assert (record["verdict"], record["output"], record["decided_by"]) == (
        "reject",
        "Please wait.",
        {"name": "deadline"},
    )
    assert faults() == []


def test_answers_a_microsecond_before_the_end_of_the_hold_count(world):
    claim = claimed(world, hold={"timeout_seconds": 60, "default": "reject"})
    assert decide(claim, at=NOON + timedelta(seconds=60) - MICROSECOND).decided_by == world.ada


def test_a_decision_after_reopening_overrides_the_first(world):
    first = decided(world)
    second = decided_again(world, first, "correct")
    assert (second.overrides, second.round, fresh(first.escalation).decision) == (first, 2, second)
    assert second.sequence > first.sequence
    assert list(Decision.objects.standing()) == [second]
    assert decision_record(second)["overrides"] == str(first.pk)


def test_one_person_may_decide_both_rounds(world):
    first = decided(world)
    assert decided_again(world, first, "approve", by="ada").overrides == first


def test_a_decision_names_the_versions_that_it_was_judged_by(world):
    workflow, claim = world.workflows["airline-support"], claimed(world)
    activate_policy(workflow, document=POLICY, by=world.olga, now=NOON)
    activate_rubric(workflow, categories=[{"code": "hallucination", "name": "Invented"}], now=NOON)
    decision = decide(claim, "reject")
    assert (decision.policy.version, decision.rubric.version) == (1, 2)


@pytest.mark.parametrize(
    "changes", [{"claim_token": -1}, {"reasoning": "x" * 200_001}, {"spans": [span(-1, 2, "")]}, {"verdict": "maybe"}]
)
def test_answers_of_the_wrong_shape_are_no_answers(changes):
    with pytest.raises(ValueError, match="validation error"):
        DecisionBody(**{"verdict": "reject", "claim_token": 1, **FAILED, **changes})


def test_the_database_refuses_a_second_decision_in_a_round(world):
    decision = decided(world)
    decision.pk, decision.sequence = submitted(world).pk, 10**9
    decision.review = decision.decided_by = None
    with pytest.raises(IntegrityError, match="one_decision_per_round"), transaction.atomic():
        decision.save(force_insert=True)
