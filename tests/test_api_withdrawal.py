"""POST /escalations/{id}/withdrawal."""

import pytest

from escalations.actions.keys import create_key, create_sender
from tests.api import Api, api_of, decided_by_api, handed_over, held, is_problem, pointers_of
from tests.cast import NOON

WHY = {"reason": "The customer hung up."}


def withdraw(world, record, name="bot", said=WHY):
    return api_of(world, name).post(f"escalations/{record['id']}/withdrawal", said)


def test_a_sender_takes_an_output_back(world):
    record = handed_over(world)
    answer = withdraw(world, record)
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    assert api_of(world).get(f"escalations/{record['id']}").json() == answer.json()


def test_a_claim_ends_with_it(world):
    record = held(world)
    assert withdraw(world, record).json()["claim"] is None
    assert is_problem(api_of(world, "ada").patch(f"escalations/{record['id']}/claim"), 409, "no_claim")


def test_what_is_decided_stays(world):
    decision = decided_by_api(world)
    assert is_problem(withdraw(world, {"id": decision["escalation_id"]}), 409, "already_decided")


def test_it_is_withdrawn_once(world):
    record = handed_over(world)
    withdraw(world, record)
    assert is_problem(withdraw(world, record), 409, "withdrawn_already")


def test_a_withdrawn_case_is_not_claimed(world):
    record = handed_over(world)
    withdraw(world, record)
    refused = api_of(world, "ada").put(f"escalations/{record['id']}/claim")
    assert is_problem(refused, 409, "not_waiting")
    assert refused.json()["escalation_status"] == "withdrawn"


@pytest.mark.parametrize("said", [{}, {"reason": ""}, {"reason": " \n"}, {"reason": 5}, {"reason": "x" * 4001}])
def test_a_reason_is_needed(world, said):
    assert pointers_of(withdraw(world, handed_over(world), said=said)) == ["/reason"]


@pytest.mark.parametrize(("name", "status"), [("ada", 403), ("cleo", 403), ("admin", 403), ("mallory", 404)])
def test_people_do_not_withdraw(world, name, status):
    assert is_problem(withdraw(world, handed_over(world), name), status)


def test_another_sender_does_not_withdraw(world):
    record, path = handed_over(world), "escalations/{}/withdrawal"
    other = create_key(create_sender("other", now=NOON), workflows=[world.workflows["airline-support"]], now=NOON)
    assert is_problem(Api(other).post(path.format(record["id"]), WHY), 403, "not_your_escalation")
    stranger = create_key(create_sender("third", now=NOON), workflows=[world.workflows["clinical-notes"]], now=NOON)
    assert is_problem(Api(stranger).post(path.format(record["id"]), WHY), 404)
