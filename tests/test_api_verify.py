"""POST /decisions/verify."""

import pytest

from escalations.actions.keys import create_key
from tests.api import Api, api_of, decided_by_api, filled, handed_over, is_problem, pointers_of
from tests.cast import NOON


def verify(world, escalation_id, output, name="bot"):
    return api_of(world, name).post("decisions/verify", {"escalation_id": escalation_id, "output": output})


def shown(world, escalation_id, output):
    return verify(world, escalation_id, output).json()


@pytest.mark.parametrize("output", ["Yes.", " Yes.\n", "cut \ud83d", "\x00", ""])
def test_exactly_the_released_text_is_valid(world, output):
    decision = decided_by_api(world, output=output)
    answer = shown(world, decision["escalation_id"], output)
    assert answer == {"status": "valid", "decision_id": decision["id"]}
    assert shown(world, decision["escalation_id"], output + " ")["status"] == "stale"


def test_the_original_is_stale_once_it_was_corrected(world):
    decision = decided_by_api(world, "correct", output="38 euros", answers={"output": "55 euros"})
    assert shown(world, decision["escalation_id"], "38 euros") == {"status": "stale", "decision_id": decision["id"]}
    assert shown(world, decision["escalation_id"], "55 euros")["status"] == "valid"


def test_nothing_is_valid_after_a_rejection(world):
    decision = decided_by_api(world, "reject", output="38 euros")
    assert [shown(world, decision["escalation_id"], text)["status"] for text in ("38 euros", "")] == ["stale"] * 2


def test_an_open_case_is_undecided(world):
    assert shown(world, handed_over(world)["id"], "x") == {"status": "undecided", "decision_id": None}


def test_a_withdrawn_case_is_withdrawn(world):
    record = handed_over(world)
    api_of(world).post(f"escalations/{record['id']}/withdrawal", {"reason": "Over."})
    assert shown(world, record["id"], "x") == {"status": "withdrawn", "decision_id": None}


def test_a_decision_stands_after_a_reopening_until_the_next_one(world):
    first = decided_by_api(world, output="38 euros")
    case = first["escalation_id"]
    api_of(world, "cleo").post(f"escalations/{case}/reopenings", {"reason": "Look again."})
    assert shown(world, case, "38 euros") == {"status": "valid", "decision_id": first["id"]}
    record = api_of(world, "ben").put(f"escalations/{case}/claim").json()
    second = api_of(world, "ben").post(f"escalations/{case}/decision", filled(record, "correct", output="55")).json()
    assert shown(world, case, "38 euros") == {"status": "overridden", "decision_id": first["id"]}
    assert shown(world, case, "55") == {"status": "valid", "decision_id": second["id"]}
    assert shown(world, case, "99")["status"] == "stale"


@pytest.mark.parametrize("given", ["x", "", 5, None, "-" * 36, "0" * 32, "{0}", "\x00"])
def test_an_id_that_is_none_is_pointed_at(world, given):
    assert pointers_of(verify(world, given, "x")) == ["/escalation_id"]


def test_an_id_may_be_in_capitals(world):
    assert verify(world, handed_over(world)["id"].upper(), "x").status_code == 200


def test_a_case_that_one_may_not_see_is_not_found(world):
    assert is_problem(verify(world, handed_over(world)["id"], "x", "mallory"), 404)
    assert is_problem(verify(world, "00000000-0000-7000-8000-000000000000", "x"), 404)


def test_the_text_is_needed_and_is_text(world):
    record = handed_over(world)
    assert pointers_of(api_of(world).post("decisions/verify", {"escalation_id": record["id"]})) == ["/output"]
    assert pointers_of(verify(world, record["id"], 5)) == ["/output"]


def test_verifying_needs_the_scope(world):
    key = create_key(world.sender, workflows=world.workflows.values(), scopes=["escalations:write"], now=NOON)
    asked = {"escalation_id": handed_over(world)["id"], "output": "x"}
    assert is_problem(Api(key).post("decisions/verify", asked), 403, "missing_scope")
