"""Whatever people, senders and time do to cases, in any order: the rows stay true."""

import contextlib
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from escalations.actions.claim import claim_escalation, claim_next, extend_claim, give_back_claim, skip_escalation
from escalations.actions.decide import submit_review
from escalations.actions.expire import find_breaches, lapse_claims
from escalations.actions.expire_holds import apply_due_holds
from escalations.actions.move import assign_escalation, move_escalation
from escalations.actions.reopen import reopen_escalation
from escalations.actions.submit import submit
from escalations.actions.withdraw import withdraw_escalation
from escalations.errors import Conflict, Invalid
from escalations.models import Claim, Clock, Decision, Escalation, Notice, Status
from tests.cases import MICROSECOND, answers, body, faults
from tests.cast import NOON

reviewers = st.sampled_from(["ada", "ben", "cleo"])
holds = st.none() | st.builds(
    lambda seconds, default: {"timeout_seconds": seconds, "default": default},
    st.sampled_from([60, 1200]),
    st.sampled_from(["approve", "reject"]),
)


class Lives(RuleBasedStateMachine):
    """Each rule tries one verb at the present instant; a refusal changes nothing, which the invariants see."""

    cases = Bundle("cases")
    world = None

    def __init__(self):
        super().__init__()
        self.now, self.count = NOON, 0
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def tries(self, verb, *given, **named):
        with contextlib.suppress(Conflict, Invalid):
            verb(*given, now=self.now, **named)

    @rule(target=cases, severity=st.sampled_from(["normal", "critical"]), hold=holds)
    def submits(self, severity, hold):
        self.count += 1
        raw = body(severity=severity, hold=hold, external_id=f"m{self.count}")
        return submit(raw, caller=self.world.bot, now=self.now).escalation.pk

    @rule(by=reviewers)
    def pulls(self, by):
        queues = [self.world.queues["support"], self.world.queues["clinical"]]
        self.tries(claim_next, queues, reviewer=self.world.people[by])

    @rule(case=cases, by=reviewers)
    def claims(self, case, by):
        self.tries(claim_escalation, case, reviewer=self.world.people[by])

    @rule(case=cases, by=reviewers, verb=st.sampled_from([extend_claim, give_back_claim]))
    def extends_or_gives_back(self, case, by, verb):
        self.tries(verb, case, reviewer=self.world.people[by])

    @rule(case=cases, by=reviewers)
    def skips(self, case, by):
        self.tries(skip_escalation, case, reviewer=self.world.people[by], reason="other")

    @rule(case=cases, behind=st.sampled_from([0, 0, 0, 1]), verdict=st.sampled_from(["approve", "correct", "reject"]))
    def decides(self, case, behind, verdict):
        claim = Claim.objects.filter(escalation=case).order_by("-token").first()
        if claim and claim.token > behind:
            told = answers(claim.token - behind, verdict)
            self.tries(submit_review, case, body=told, reviewer=claim.reviewer)

    @rule(case=cases, to=st.sampled_from(["support", "clinical", "specialists"]))
    def moves(self, case, to):
        self.tries(move_escalation, case, to=self.world.queues[to], lead=self.world.cleo)

    @rule(case=cases, to=reviewers)
    def assigns(self, case, to):
        self.tries(assign_escalation, case, to=self.world.people[to], lead=self.world.cleo)

    @rule(case=cases)
    def reopens(self, case):
        self.tries(reopen_escalation, case, lead=self.world.cleo, reason="Look again.")

    @rule(case=cases)
    def withdraws(self, case):
        self.tries(withdraw_escalation, case, caller=self.world.bot, reason="Mistake.")

    @rule(minutes=st.sampled_from([1, 15, 61, 121, 1000]), late=st.sampled_from([timedelta(0), MICROSECOND]))
    def time_passes(self, minutes, late):
        self.now += timedelta(minutes=minutes) + late

    @rule(sweep=st.sampled_from([lapse_claims, apply_due_holds, find_breaches]))
    def sweeps(self, sweep):
        self.tries(sweep)
        assert not sweep(now=self.now)

    @invariant()
    def the_owner_is_the_claimer_or_the_lead(self):
        for row in Escalation.objects.open().select_related("queue"):
            claim = row.claims.filter(ended_at=None).first()
            assert (claim is not None) == (row.status == Status.CLAIMED)
            assert row.owner_id == (claim.reviewer_id if claim else row.queue.lead_id)

    @invariant()
    def no_closed_case_has_a_claim_or_a_running_clock(self):
        closed = Escalation.objects.filter(status__in=[Status.DECIDED, Status.WITHDRAWN])
        assert not Claim.objects.filter(escalation__in=closed, ended_at=None).exists()
        assert not Clock.objects.filter(escalation__in=closed, state=Clock.State.RUNNING).exists()

    @invariant()
    def each_round_has_one_decision_at_most_and_the_last_stands(self):
        for row in Escalation.objects.prefetch_related("decisions"):
            rounds = [decision.round for decision in row.decisions.all()]
            assert sorted(rounds) == list(range(1, len(rounds) + 1))
            assert len(rounds) == (row.round if row.status == Status.DECIDED else row.round - 1)
            assert row.decision == max(row.decisions.all(), key=lambda one: one.round, default=None)

    @invariant()
    def overrides_follow_the_feed(self):
        for decision in Decision.objects.exclude(overrides=None).select_related("overrides"):
            assert decision.overrides.sequence < decision.sequence
            assert decision.overrides.round == decision.round - 1

    @invariant()
    def clocks_are_judged_by_their_due_instant(self):
        for clock in Clock.objects.filter(state=Clock.State.COMPLETED):
            assert clock.outcome == ("met" if clock.completed_at <= clock.due_at else "missed")
        assert all(notice.at <= notice.detected_at for notice in Notice.objects.all())

    @invariant()
    def the_ledger_adds_up_to_the_rows(self):
        assert faults() == []


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_any_order_of_verbs_keeps_the_rows_true(world, count):
    class Here(Lives):
        pass

    Here.world = world
    lives = settings(
        max_examples=count,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(Here, settings=lives)
