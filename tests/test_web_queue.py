import pytest
from django.utils import timezone

from escalations.actions.claim import claim_escalation
from tests.cast import make_world
from tests.pages import browser_of, decided, hand_over

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def test_a_queue_lists_its_cases_by_urgency(world):
    hand_over(world, flags=[{"code": "a", "detail": "A calm one"}])
    hand_over(world, severity="critical", flags=[{"code": "a", "detail": "A hot one"}])
    shown = browser_of(world.cleo).get("/queues/support/").text
    assert shown.index("A hot one") < shown.index("A calm one")
    assert "Due in 5" in shown


def test_the_owner_is_the_lead_until_somebody_claims(world):
    escalation = hand_over(world)
    assert "Cleo" in browser_of(world.ada).get("/queues/support/").text
    claim_escalation(escalation.pk, reviewer=world.ben, now=timezone.now())
    assert "Ben<span" in browser_of(world.ada).get("/queues/support/").text


def test_filters_stand_in_the_address(world):
    hand_over(world, severity="critical", flags=[{"code": "a", "detail": "A hot one"}])
    hand_over(world, flags=[{"code": "a", "detail": "A calm one"}])
    shown = browser_of(world.cleo).get("/queues/support/?severity=critical").text
    assert "A hot one" in shown
    assert "A calm one" not in shown


def test_decided_cases_are_listed_when_asked_for(world):
    decided(world, world.ada)
    client = browser_of(world.cleo)
    assert "Says where a bag is" not in client.get("/queues/support/").text
    assert "Corrected" in client.get("/queues/support/?status=decided").text


@pytest.mark.parametrize("query", ["?page=x", "?page=99999999", "?status=nope&severity=nope&workflow=nope", "?page=-1"])
def test_an_odd_address_is_still_a_page(world, query):
    assert browser_of(world.cleo).get(f"/queues/support/{query}").status_code == 200


def test_a_queue_of_others_is_not_found(world):
    assert browser_of(world.ada).get("/queues/specialists/").status_code == 404
    assert browser_of(world.mallory).get("/queues/support/").status_code == 404


def test_only_reviewers_can_claim_there(world):
    hand_over(world)
    assert "Claim next" in browser_of(world.ada).get("/queues/support/").text
    assert "Claim next" not in browser_of(world.otto).get("/queues/support/").text


def test_fifty_to_a_page(world):
    for n in range(52):
        hand_over(world, flags=[{"code": "a", "detail": f"Case number {n:02}."}])
    client = browser_of(world.cleo)
    assert client.get("/queues/support/").text.count("Case number") == 50
    assert client.get("/queues/support/?page=2").text.count("Case number") == 2


def test_many_rows_cost_no_more_queries_than_one(world, django_assert_max_num_queries):
    for _ in range(50):
        claim_escalation(hand_over(world).pk, reviewer=world.people["ada"], now=timezone.now()) if _ < 9 else hand_over(
            world
        )
    client = browser_of(world.cleo)
    with django_assert_max_num_queries(18):
        client.get("/queues/support/")
