from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from escalations.actions.claim import claim_escalation, claim_next
from escalations.models import Claim, Person
from tests.cast import PASSWORD, make_world
from tests.pages import browser_of, claimed, hand_over

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def test_a_stranger_is_asked_to_sign_in(world):
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_person_signs_in_with_the_contracts_fields(world):
    client = Client()
    answer = client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert answer["Location"] == "/"
    assert "Ada" in client.get("/").text


def test_a_wrong_password_is_said_in_words(world):
    answer = Client().post("/accounts/login/", {"login": "ada", "password": "no"})
    assert "do not belong together" in answer.text


def test_claim_next_goes_to_the_case(world):
    escalation = hand_over(world)
    answer = browser_of(world.ada).post("/claims")
    assert answer["Location"] == f"/escalations/{escalation.pk}/"
    assert Claim.objects.get(escalation=escalation).reviewer == world.ada


def test_claiming_from_one_queue_stays_in_its_line(world):
    hand_over(world)
    assert browser_of(world.ada).post("/queues/support/claims")["Location"].endswith("/?line=support")


def test_a_queue_that_one_does_not_review_is_refused(world):
    assert browser_of(world.ada).post("/queues/specialists/claims").status_code == 404


def test_nothing_at_all_is_said(world):
    client = browser_of(world.ada)
    assert "Nothing is waiting" in client.get("/").text
    assert "Nothing is free for you" in client.post("/claims", follow=True).text


def test_what_others_hold_is_said_with_the_time_it_comes_back(world):
    _, claim = claimed(world, world.ben)
    shown = browser_of(world.ada).get("/").text
    assert "Nothing is free" in shown
    assert f"comes back at {claim.expires_at:%H:%M}" in shown


def test_a_person_without_a_role_is_told_whom_to_ask(world):
    shown = browser_of(world.mallory).get("/").text
    assert "You have no role yet" in shown
    assert "Claim next" not in shown


def test_the_desk_of_whoever_reviews_nothing_leads_to_their_work(world):
    shown = browser_of(world.mona).get("/").text
    assert "You review no queue; your work is here" in shown
    assert '<a class="t" href="/reports/">' in shown
    assert '<a class="t" href="/settings/">' not in shown


def test_at_capacity_the_desk_says_so_and_claims_nothing(world):
    Person.objects.filter(pk=world.ada.pk).update(capacity=1)
    claimed(world, world.ada)
    hand_over(world)
    answer = browser_of(world.ada).post("/claims")
    assert answer.status_code == 409
    assert "as many as you may" in answer.text
    assert Claim.objects.filter(reviewer=world.ada).count() == 1


def test_what_one_holds_stands_on_the_desk(world):
    claimed(world, world.ada)
    assert "You hold 1 case" in browser_of(world.ada).get("/").text


def test_late_cases_are_counted_beside_the_queue(world):
    hand_over(world, now=timezone.now() - timedelta(days=3))
    assert "1 late" in browser_of(world.ada).get("/").text


def test_the_desk_costs_the_same_for_one_case_and_for_many(world, django_assert_max_num_queries):
    client = browser_of(world.ada)
    Person.objects.filter(pk=world.ada.pk).update(capacity=60)
    for _ in range(50):
        hand_over(world)
    for _ in range(9):
        claim_next([world.queues["support"]], reviewer=world.ada, now=timezone.now())
    with django_assert_max_num_queries(16):
        client.get("/")


def test_the_theme_is_written_by_the_server(world):
    client = browser_of(world.ada)
    client.post("/preferences", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/").text
    client.post("/preferences", {"theme": '"><script>'})
    assert 'data-theme="dark"' in client.get("/").text


def test_an_update_in_place_is_the_part_alone(world):
    part = browser_of(world.ada).get("/", headers={"HX-Request": "true"}).text
    assert "Claim next" in part
    assert "<html" not in part


def test_a_claimed_case_is_not_free_for_others(world):
    escalation = hand_over(world)
    claim_escalation(escalation.pk, reviewer=world.ben, now=timezone.now())
    answer = browser_of(world.ada).post(f"/escalations/{escalation.pk}/claim")
    assert answer.status_code == 409
    assert "Ben holds this case" in answer.text
