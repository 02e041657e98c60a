"""POST /escalations/batch."""

import json
import threading

import httpx
import pytest

from escalations.models import Escalation
from tests.api import api_of, is_problem
from tests.cases import body

NDJSON = "application/x-ndjson"


@pytest.fixture
def bot(world):
    return api_of(world)


def batch(bot, *lines, end=b"\n"):
    return bot.post("escalations/batch", end.join(lines), kind=NDJSON)


def statuses(response):
    assert response.status_code == 200, response.content
    return [result["status"] for result in response.json()["results"]]


def test_each_line_is_answered_in_order(bot):
    answer = batch(bot, body(external_id="a"), b"{", body(flags=[]), body(external_id="a"), body(external_id="b"))
    assert statuses(answer) == [201, 400, 422, 200, 201]
    assert [result["index"] for result in answer.json()["results"]] == [0, 1, 2, 3, 4]
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (3, 2)


def test_an_accepted_line_has_an_id_that_can_be_read(bot):
    ids = [result["id"] for result in batch(bot, body(), body()).json()["results"]]
    assert [bot.get(f"escalations/{one}").status_code for one in ids] == [200, 200]
    assert ids[0] != ids[1]


def test_a_refused_line_carries_a_whole_problem(bot):
    problem = batch(bot, body(severity="urgent")).json()["results"][0]["problem"]
    assert {"type", "title", "status", "detail", "request_id", "errors"} <= problem.keys()
    assert problem["errors"][0]["pointer"] == "/severity"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_bytes_of_a_line_are_those_without_its_newline(bot, end):
    line = b' {"workflow":"airline-support","input":"a","output":"b","flags":[{"code":"c"}]}'
    found = batch(bot, line, line + b" ", end=end).json()["results"]
    raw = [bot.get(f"escalations/{result['id']}/snapshot").content for result in found]
    assert raw == [line, line + b" "]


def test_a_line_sent_alone_later_is_the_same_escalation(bot):
    batch(bot, body(external_id="a"))
    assert bot.post("escalations", body(external_id="a")).status_code == 200


def test_one_external_id_with_two_bodies_is_a_conflict_within_a_batch(bot):
    assert statuses(batch(bot, body(external_id="a"), body(external_id="a", output="x"))) == [201, 409]


def test_a_workflow_that_is_not_the_keys_refuses_its_line_only(bot):
    assert statuses(batch(bot, body(workflow="clinical-notes"), body(workflow="nowhere"), body())) == [403, 403, 201]


def test_a_thousand_lines_are_taken_and_one_more_is_not(bot):
    assert batch(bot, *[body()] * 1000).json()["accepted"] == 1000
    assert is_problem(batch(bot, *[body()] * 1001), 422, "invalid")
    assert Escalation.objects.count() == 1000


@pytest.mark.parametrize("raw", [b"\n", b"  \n \r\n"])
def test_a_batch_without_lines_is_refused(bot, raw):
    assert is_problem(batch(bot, raw), 422)


def test_a_blank_line_between_two_is_refused_alone(bot):
    assert statuses(batch(bot, body(), b"", body())) == [201, 400, 201]


def test_a_line_over_a_mebibyte_is_refused_alone(bot):
    assert statuses(batch(bot, body(output="x" * 1024 * 1024), body())) == [413, 201]


def test_a_batch_over_ten_mebibytes_is_refused(bot):
    assert is_problem(batch(bot, b" " * (10 * 1024 * 1024 + 1)), 413)


def test_a_batch_is_ndjson(bot):
    assert is_problem(bot.post("escalations/batch", body()), 415)


def test_batches_that_share_lines_in_another_order_do_not_lock_each_other_out(transactional_db, world, server):
    headers = {"Authorization": f"Bearer {world.key}", "Content-Type": NDJSON}
    lines = [body(external_id=f"e{n}") for n in range(300)]
    answers = []

    def send(raw):
        url = f"{server.url}/api/v1/escalations/batch"
        answers.append(httpx.post(url, content=raw, headers=headers, timeout=30).json())

    threads = [threading.Thread(target=send, args=(b"\n".join(one),)) for one in (lines, lines[::-1]) * 2]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [answer["accepted"] for answer in answers] == [300] * 4
    assert Escalation.objects.count() == 300


def test_results_are_json_even_where_a_line_is_not_text(bot):
    assert statuses(batch(bot, b"\xff\xfe", json.dumps("just text").encode())) == [400, 422]
