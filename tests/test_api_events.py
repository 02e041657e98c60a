"""GET /escalations/{id}/events."""

import pytest

from escalations.rules.ledger import GENESIS
from tests.api import api_of, decided_by_api, held, is_problem


def events_of(world, escalation_id, name="bot"):
    answer = api_of(world, name).get(f"escalations/{escalation_id}/events")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_the_ledger_comes_oldest_first(world):
    decision = decided_by_api(world)
    events = events_of(world, decision["escalation_id"])
    assert [event["verb"] for event in events] == ["submitted", "claimed", "decided"]
    assert [event["seq"] for event in events] == [1, 2, 3]


def test_each_line_names_the_hash_of_the_one_before(world):
    events = events_of(world, decided_by_api(world)["escalation_id"])
    assert [event["prev_hash"] for event in events] == [GENESIS, *(event["hash"] for event in events[:-1])]


def test_a_line_says_who_did_it_and_when(world):
    record = held(world)
    first, second = events_of(world, record["id"])
    assert (first["actor"], second["actor"]) == (f"sender:{world.sender.pk}", f"person:{world.ada.pk}")
    assert (first["stream_kind"], first["stream_id"], first["at"]) == (
        "escalation",
        record["id"],
        record["received_at"],
    )


def test_no_line_holds_a_word_of_the_model_or_of_a_person(world):
    decision = decided_by_api(world, "correct", output="flawed-words", answers={"reasoning": "written-words"})
    shown = str(events_of(world, decision["escalation_id"]))
    assert "flawed-words" not in shown
    assert "written-words" not in shown


@pytest.mark.parametrize(("name", "status"), [("ada", 200), ("otto", 200), ("mallory", 404)])
def test_people_read_the_ledger_of_what_they_see(world, name, status):
    answer = api_of(world, name).get(f"escalations/{held(world)['id']}/events")
    assert answer.status_code == status
    assert status == 200 or is_problem(answer, 404)
