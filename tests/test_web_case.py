from uuid import uuid4

import pytest
from django.utils import timezone

from escalations.actions.claim import give_back_claim
from escalations.models import Claim, Decision, Escalation, Skip
from tests.cast import make_world
from tests.pages import browser_of, claimed, decided, hand_over

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def decision(claim, **answers):
    return {"claim_token": claim.token, "output": "x", "reasoning": "", **answers}


def test_the_whole_story_is_on_one_screen(world):
    escalation, _ = claimed(
        world,
        world.ada,
        tool_calls=[{"name": "find_bag", "arguments": {"tag": "LH1"}, "error": "timed out"}],
        context=[{"title": "Baggage rules", "text": "Bags travel with their owner."}],
        model={"name": "aster-large"},
        usage={"input_tokens": 1234},
    )
    shown = browser_of(world.ada).get(f"/escalations/{escalation.pk}/").text
    for words in ("Where is my bag?", "Your bag is in Porto", "Says where a bag is", "find_bag", "timed out"):
        assert words in shown
    for words in ("Baggage rules", "aster-large", "1,234", "Refunds above the limit", "Corrected output"):
        assert words in shown


def test_a_hidden_case_is_not_found(world):
    escalation = hand_over(world)
    assert browser_of(world.mallory).get(f"/escalations/{escalation.pk}/").status_code == 404
    assert browser_of(world.ada).get(f"/escalations/{uuid4()}/").status_code == 404


def test_an_approval_is_stored_and_the_next_case_comes_at_once(world):
    escalation, claim = claimed(world, world.ada)
    following = hand_over(world)
    answer = browser_of(world.ada).post(f"/escalations/{escalation.pk}/decision", decision(claim, verdict="approve"))
    assert answer["Location"] == f"/escalations/{following.pk}/"
    assert Decision.objects.get().verdict == "approve"
    assert Claim.objects.get(escalation=following).reviewer == world.ada


def test_with_nothing_left_the_desk_says_so(world):
    escalation, claim = claimed(world, world.ada)
    path = f"/escalations/{escalation.pk}/decision"
    answer = browser_of(world.ada).post(path, decision(claim, verdict="approve"), follow=True)
    assert answer.redirect_chain[-1][0] == "/"
    assert f"Your decision on #{escalation.number} is stored." in answer.text


def test_a_correction_keeps_its_line_breaks_single(world):
    escalation, claim = claimed(world, world.ada)
    answers = {"verdict": "correct", "output": "One\r\nTwo", "failure_categories": ["tone"], "reasoning": "So."}
    browser_of(world.ada).post(f"/escalations/{escalation.pk}/decision", decision(claim, **answers))
    assert Decision.objects.get().review.text.read()["output"] == "One\nTwo"


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_is_kept(world):
    escalation, claim = claimed(world, world.ada)
    answers = decision(claim, verdict="correct", output="Half a corr<b>ection", reasoning="")
    answer = browser_of(world.ada).post(f"/escalations/{escalation.pk}/decision", answers)
    assert answer.status_code == 422
    assert "Choose at least one failure category." in answer.text
    assert 'id="reasoning-fault"' in answer.text
    assert "Half a corr&lt;b&gt;ection" in answer.text
    assert not Decision.objects.exists()


def test_without_a_verdict_nothing_is_decided(world):
    escalation, claim = claimed(world, world.ada)
    answer = browser_of(world.ada).post(f"/escalations/{escalation.pk}/decision", decision(claim))
    assert "Choose a verdict." in answer.text


def test_answers_that_a_verdict_does_not_ask_for_do_not_count(world):
    escalation, claim = claimed(world, world.ada)
    answers = decision(claim, verdict="approve", failure_categories=["tone"], output="other")
    assert browser_of(world.ada).post(f"/escalations/{escalation.pk}/decision", answers).status_code == 302
    assert Decision.objects.get().failure_categories == []


def test_a_lost_claim_is_said_and_nothing_typed_is_lost(world):
    escalation, claim = claimed(world, world.ada)
    give_back_claim(escalation.pk, reviewer=world.ada, now=timezone.now())
    browser_of(world.ben).post(f"/escalations/{escalation.pk}/claim")
    answers = decision(claim, verdict="reject", reasoning="My long thought", failure_categories=["tone"])
    answer = browser_of(world.ada).post(f"/escalations/{escalation.pk}/decision", answers)
    assert answer.status_code == 409
    assert "Ben holds this case now." in answer.text
    assert "My long thought" in answer.text


def test_sending_the_same_decision_twice_decides_once(world):
    escalation, claim = claimed(world, world.ada)
    for _ in range(2):
        answers = decision(claim, verdict="approve")
        assert browser_of(world.ada).post(f"/escalations/{escalation.pk}/decision", answers).status_code == 302
    assert Decision.objects.count() == 1


def test_a_decided_case_shows_what_was_changed_and_what_happened(world):
    escalation = decided(world, world.ada)
    shown = browser_of(world.cleo).get(f"/escalations/{escalation.pk}/").text
    assert "<del>Porto</del><ins>Faro</ins>" in shown
    for words in ("Corrected", "Nobody looked.", "Hallucination", "corrected it", "Reopen"):
        assert words in shown


def test_a_case_is_given_back_and_can_be_taken_again(world):
    escalation, _ = claimed(world, world.ada)
    shown = browser_of(world.ada).post(f"/escalations/{escalation.pk}/claim/return", follow=True).text
    assert f"You gave #{escalation.number} back." in shown
    assert "Take it again" in shown


def test_a_skipped_case_says_why_and_the_next_one_comes(world):
    escalation, _ = claimed(world, world.ada)
    following = hand_over(world)
    answer = browser_of(world.ada).post(f"/escalations/{escalation.pk}/skip", {"reason": "language"})
    assert answer["Location"] == f"/escalations/{following.pk}/"
    assert Skip.objects.get().reason == "language"


def test_a_claim_is_extended_while_the_page_is_open(world):
    escalation, claim = claimed(world, world.ada)
    answer = browser_of(world.ada).post(f"/escalations/{escalation.pk}/claim/extension")
    claim.refresh_from_db()
    assert answer.json() == {"until": f"{claim.expires_at:%H:%M}"}


def test_a_lead_moves_assigns_and_reopens(world):
    client, escalation = browser_of(world.cleo), hand_over(world)
    client.post(f"/escalations/{escalation.pk}/move", {"queue": "clinical"})
    client.post(f"/escalations/{escalation.pk}/assignment", {"person": "ben"})
    escalation.refresh_from_db()
    assert (escalation.queue.slug, escalation.owner.username) == ("clinical", "ben")
    other = decided(world, world.ada)
    assert "Say why" in client.post(f"/escalations/{other.pk}/reopening", {"reason": " "}).text
    client.post(f"/escalations/{other.pk}/reopening", {"reason": "A new\x00 fact"})
    other.refresh_from_db()
    assert other.status == "waiting"
    assert "A new\ufffd fact" in client.get(f"/escalations/{other.pk}/").text


def test_a_lead_assigns_only_to_reviewers(world):
    escalation = hand_over(world)
    answer = browser_of(world.cleo).post(f"/escalations/{escalation.pk}/assignment", {"person": "mona"})
    assert answer.status_code == 422
    assert "does not review" in answer.text


@pytest.mark.parametrize("part", ["move", "assignment", "reopening"])
def test_a_reviewer_has_no_leads_hands(world, part):
    escalation = hand_over(world)
    assert browser_of(world.ada).post(f"/escalations/{escalation.pk}/{part}").status_code == 403


@pytest.mark.parametrize("part", ["claim", "claim/return", "skip", "decision", "move"])
def test_the_address_of_an_action_reloads_as_the_case(world, part):
    escalation = hand_over(world)
    answer = browser_of(world.ada).get(f"/escalations/{escalation.pk}/{part}")
    assert answer.status_code == 200
    assert Escalation.objects.get(pk=escalation.pk).status == "waiting"


def test_a_long_story_costs_no_more_queries(world, django_assert_max_num_queries):
    messages = [{"role": "user", "content": f"Turn {n}"} for n in range(300)]
    escalation, _ = claimed(world, world.ada, input={"messages": messages}, context=[{"text": "s"}] * 50)
    client = browser_of(world.ada)
    with django_assert_max_num_queries(22):
        shown = client.get(f"/escalations/{escalation.pk}/").text
    assert 'href="#last-turn"' in shown
