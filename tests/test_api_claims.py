"""POST /queues/{slug}/claims and PUT, PATCH, DELETE /escalations/{id}/claim; what leads do with a case."""

import pytest

from escalations.models import Claim
from tests.api import api_of, decided_by_api, handed_over, held, is_problem, pointers_of


@pytest.fixture
def ada(world):
    return api_of(world, "ada")


@pytest.fixture
def ben(world):
    return api_of(world, "ben")


@pytest.fixture
def cleo(world):
    return api_of(world, "cleo")


def claim_of(record):
    return f"escalations/{record['id']}/claim"


def test_the_next_one_is_claimed(world, ada):
    late, soon = handed_over(world), handed_over(world, severity="critical")
    first = ada.post("queues/support/claims")
    assert (first.status_code, first.json()["id"], first.json()["status"]) == (201, soon["id"], "claimed")
    assert ada.post("queues/support/claims").json()["id"] == late["id"]


def test_a_claim_has_a_token_a_holder_and_an_end(world, ada):
    handed_over(world)
    record = ada.post("queues/support/claims", {}).json()
    assert record["claim"].keys() == {"token", "holder", "expires_at"}
    assert record["claim"]["holder"] == record["owner"] == {"id": str(world.ada.pk), "name": "Ada"}


def test_nothing_free_says_how_many_are_leased(world, ada, ben):
    held(world)
    answer = ben.post("queues/support/claims")
    assert (answer.status_code, answer.content, answer["X-Leased"]) == (204, b"", "1")
    assert "Content-Type" not in answer
    assert ben.post("queues/clinical/claims")["X-Leased"] == "0"


def test_nobody_claims_more_than_their_capacity(world, ada):
    world.ada.capacity = 1
    world.ada.save()
    first, second = handed_over(world), handed_over(world)
    assert ada.put(claim_of(first)).status_code == 201
    assert is_problem(ada.post("queues/support/claims"), 409, "at_capacity")
    assert is_problem(ada.put(claim_of(second)), 409, "at_capacity")
    assert ada.put(claim_of(first)).status_code == 200


@pytest.mark.parametrize(
    ("name", "status"), [("bot", 403), ("mallory", 404), ("olga", 404), ("otto", 403), ("mona", 404), ("cleo", 201)]
)
def test_reviewers_claim(world, name, status):
    handed_over(world)
    assert api_of(world, name).post("queues/support/claims").status_code == status


@pytest.mark.parametrize("slug", ["nowhere", "specialists", "a b", "%00"])
def test_a_queue_that_one_does_not_see_is_not_found(ada, slug):
    assert is_problem(ada.post(f"queues/{slug}/claims"), 404)


def test_a_case_is_claimed_by_its_id_and_found_again(world, ada):
    record = handed_over(world)
    first, again = ada.put(claim_of(record)), ada.put(claim_of(record), {})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_a_held_case_is_refused_with_its_holder(world, ben):
    refused = ben.put(claim_of(held(world)))
    assert is_problem(refused, 409, "held_by_other")
    assert refused.json()["claim"]["holder"] == {"id": str(world.ada.pk), "name": "Ada"}
    assert "token" not in refused.json()["claim"]


def test_a_decided_case_is_not_claimed(world, ben):
    decision = decided_by_api(world)
    assert is_problem(ben.put(f"escalations/{decision['escalation_id']}/claim"), 409, "not_waiting")


def test_a_claim_is_extended(world, ada, ben):
    record = held(world)
    longer = ada.patch(claim_of(record))
    assert longer.status_code == 200
    assert longer.json()["claim"]["expires_at"] > record["claim"]["expires_at"]
    assert longer.json()["claim"]["token"] == record["claim"]["token"]
    assert is_problem(ben.patch(claim_of(record)), 409, "held_by_other")


def test_a_claim_is_given_back(world, ada, ben):
    record = held(world)
    assert is_problem(ben.delete(claim_of(record)), 409, "held_by_other")
    answer = ada.delete(claim_of(record))
    assert (answer.status_code, answer.content) == (204, b"")
    assert is_problem(ada.delete(claim_of(record)), 409, "no_claim")
    assert ben.post("queues/support/claims").json()["claim"]["token"] > record["claim"]["token"]


@pytest.mark.parametrize(
    ("raw", "status"), [(b"{}", 201), (b" {} ", 201), (b"[]", 422), (b'{"a":1}', 422), (b"{", 400)]
)
def test_a_claim_takes_no_body_but_an_empty_one(world, ada, raw, status):
    assert ada.put(claim_of(handed_over(world)), raw).status_code == status
    assert Claim.objects.count() == (status == 201)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(("name", "status"), [("bot", 403), ("otto", 403), ("mallory", 404)])
def test_who_does_not_review_touches_no_claim(world, method, name, status):
    assert is_problem(api_of(world, name).send(method, claim_of(held(world))), status)


def test_a_skipped_case_goes_to_somebody_else(world, ada, ben):
    record = held(world)
    answer = ada.post(f"escalations/{record['id']}/skips", {"reason": "not_my_field"})
    assert (answer.status_code, answer.json()["status"]) == (200, "waiting")
    assert ada.post("queues/support/claims").status_code == 204
    assert ben.post("queues/support/claims").json()["id"] == record["id"]


def test_a_skip_needs_a_reason_from_the_list(world, ada):
    assert pointers_of(ada.post(f"escalations/{held(world)['id']}/skips", {"reason": "bored"})) == ["/reason"]


def test_a_lead_moves_a_case(world, ada, cleo):
    record = held(world)
    moved = cleo.put(f"escalations/{record['id']}/queue", {"queue": "specialists"})
    assert (moved.status_code, moved.json()["queue"], moved.json()["claim"]) == (200, "specialists", None)
    assert is_problem(ada.get(f"escalations/{record['id']}"), 404)


@pytest.mark.parametrize("queue", ["nowhere", "support", "", None])
def test_a_case_moves_to_another_queue_that_exists(world, cleo, queue):
    assert pointers_of(cleo.put(f"escalations/{handed_over(world)['id']}/queue", {"queue": queue})) == ["/queue"]


def test_a_lead_gives_a_case_to_a_reviewer(world, ben, cleo):
    record = held(world)
    given = cleo.put(f"escalations/{record['id']}/owner", {"person": "ben"})
    assert (given.status_code, given.json()["owner"]["name"]) == (200, "Ben")
    assert "token" not in given.json()["claim"]
    assert "token" in ben.get(f"escalations/{record['id']}").json()["claim"]


@pytest.mark.parametrize("person", ["nobody", "mallory", "x y", 5])
def test_a_case_is_given_to_a_reviewer_of_its_queue_only(world, cleo, person):
    assert pointers_of(cleo.put(f"escalations/{handed_over(world)['id']}/owner", {"person": person})) == ["/person"]


def test_a_lead_opens_a_decided_case_again(world, cleo):
    decision = decided_by_api(world)
    path = f"escalations/{decision['escalation_id']}/reopenings"
    opened = cleo.post(path, {"reason": "Look again."})
    assert (opened.status_code, opened.json()["status"], opened.json()["decision"]) == (200, "waiting", decision)
    assert is_problem(cleo.post(path, {"reason": "Look again."}), 409, "not_decided")


@pytest.mark.parametrize(("path", "body"), [("queue", {"queue": "clinical"}), ("owner", {"person": "ben"})])
def test_a_reviewer_does_not_do_what_a_lead_does(world, ada, path, body):
    assert is_problem(ada.put(f"escalations/{handed_over(world)['id']}/{path}", body), 403, "not_your_queue")
