"""GET /escalations/{id}/snapshot."""

import hashlib
from datetime import UTC, datetime

import pytest

from escalations.actions.keys import create_key, create_sender
from tests.api import Api, api_of, handed_over, is_problem

RAW = b' {"workflow":"airline-support",\t"input":"\\u0000 \\ud83d","output":" \xc3\xa9\\n","flags":[{"code":"x"}]} \r\n'


@pytest.fixture
def sent(world):
    return api_of(world).post("escalations", RAW).json()


@pytest.mark.parametrize("name", ["bot", "ada", "cleo", "olga", "mona", "otto", "admin"])
def test_the_bytes_come_back_as_they_were_sent(world, sent, name):
    answer = api_of(world, name).get(f"escalations/{sent['id']}/snapshot")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "application/json", RAW)
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_record_carries_their_hash(sent):
    assert sent["payload_sha256"] == hashlib.sha256(RAW).hexdigest()


def test_an_outsider_finds_nothing(world, sent):
    assert is_problem(api_of(world, "mallory").get(f"escalations/{sent['id']}/snapshot"), 404)


def test_another_sender_of_the_workflow_may_see_the_case_and_not_the_bytes(world, sent):
    now = datetime.now(UTC)
    other = Api(create_key(create_sender("other", now=now), workflows=[world.workflows["airline-support"]], now=now))
    assert other.get(f"escalations/{sent['id']}").status_code == 200
    assert is_problem(other.get(f"escalations/{sent['id']}/snapshot"), 403, "not_your_escalation")


def test_a_second_key_of_the_sender_reads_them(world):
    record = handed_over(world)
    key = create_key(world.sender, workflows=[world.workflows["airline-support"]], now=datetime.now(UTC))
    assert Api(key).get(f"escalations/{record['id']}/snapshot").status_code == 200
