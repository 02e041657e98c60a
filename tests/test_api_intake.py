"""POST /escalations."""

import threading
from datetime import timedelta

import httpx
import pytest

from escalations.actions.claim import claim_escalation
from escalations.actions.keys import create_key, create_sender
from escalations.models import Escalation
from tests.api import Api, api_of, handed_over, is_problem, pointers_of
from tests.cases import body
from tests.cast import NOON

RECORD = [
    "id",
    "number",
    "status",
    "workflow",
    "external_id",
    "queue",
    "severity",
    "owner",
    "received_at",
    "due_at",
    "url",
    "payload_sha256",
    "flags",
    "claim",
    "hold",
    "decision",
]


@pytest.fixture
def bot(world):
    return api_of(world)


def test_an_output_becomes_an_escalation_with_an_address(bot):
    answer = bot.post("escalations", body(external_id="m1"))
    assert answer.status_code == 201
    assert set(RECORD) <= answer.json().keys()
    assert bot.get(answer["Location"]).json() == answer.json()


def test_the_record_says_where_it_went(world, bot):
    record = bot.post("escalations", body(external_id="m1", severity="high")).json()
    expected = {"status": "waiting", "workflow": "airline-support", "queue": "support", "severity": "high"}
    assert expected.items() <= record.items()
    assert record["owner"] == {"id": str(world.cleo.pk), "name": "Cleo"}
    assert record["url"].endswith(f"/escalations/{record['id']}/")


def test_times_carry_an_offset_and_ids_are_uuid7(bot):
    record = bot.post("escalations", body()).json()
    assert record["received_at"].endswith("Z")
    assert record["due_at"] > record["received_at"]
    assert record["id"][14] == "7"


def test_a_hold_is_shown_with_its_end_and_its_default(bot):
    hold = {"timeout_seconds": 900, "default": "reject", "fallback_output": "Please wait."}
    shown = bot.post("escalations", body(hold=hold)).json()["hold"]
    assert shown["default"] == "reject"
    assert "until" in shown


@pytest.mark.parametrize("missing", ["workflow", "input", "output", "flags"])
def test_what_is_required_is_named_where_it_is_missing(bot, missing):
    assert pointers_of(bot.post("escalations", body(**{missing: None}))) == [f"/{missing}"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"flags": []}, "/flags"),
        ({"flags": [{"code": "a b"}]}, "/flags/0/code"),
        ({"status": "decided"}, "/status"),
        ({"confidence": "0.4"}, "/confidence"),
        ({"confidence": True}, "/confidence"),
        ({"confidence": 1.2}, "/confidence"),
        ({"severity": "High"}, "/severity"),
        ({"external_id": "a b"}, "/external_id"),
        ({"external_id": "a\n"}, "/external_id"),
        ({"external_id": "x" * 201}, "/external_id"),
        ({"conversation": "a/b"}, "/conversation"),
        ({"subject": ""}, "/subject"),
        ({"occurred_at": "2026-11-20 10:15"}, "/occurred_at"),
        ({"occurred_at": 1795000000}, "/occurred_at"),
        ({"hold": {"timeout_seconds": 4, "default": "reject"}}, "/hold/timeout_seconds"),
        ({"hold": {"timeout_seconds": 604_801, "default": "reject"}}, "/hold/timeout_seconds"),
        ({"hold": {"timeout_seconds": 60, "default": "release"}}, "/hold/default"),
        ({"input": {"messages": [{"role": "robot", "content": "x"}]}}, "/input/messages/0/role"),
        ({"input": {"messages": [{"role": "user", "content": 5}]}}, "/input/messages/0/content"),
        ({"input": {"messages": [{"role": "user", "content": ""}] * 1001}}, "/input/messages"),
        ({"model": {"version": "1"}}, "/model/name"),
        ({"context": [{"title": "x"}]}, "/context/0/text"),
        ({"tool_calls": [{"arguments": {}}]}, "/tool_calls/0/name"),
        ({"trace": {"trace_id": "xyz"}}, "/trace/trace_id"),
        ({"trace": {"url": "javascript:alert(1)"}}, "/trace/url"),
        ({"usage": {"input_tokens": 1.5}}, "/usage/input_tokens"),
        ({"metadata": {"a": 1}}, "/metadata/a"),
        ({"a~b/c": 1}, "/a~0b~1c"),
    ],
)
def test_a_field_at_fault_is_pointed_at(bot, changes, pointer):
    assert pointers_of(bot.post("escalations", body(**changes))) == [pointer]
    assert not Escalation.objects.exists()


def test_everything_that_the_contract_shows_is_taken(bot):
    whole = {
        "external_id": "msg_8f2c",
        "conversation": "conv_77",
        "occurred_at": "2026-11-20T10:15:00Z",
        "tools": [],
        "context": [{"title": "t", "text": "x", "uri": "u", "score": 0.8}],
        "tool_calls": [{"name": "refund", "arguments": {}, "result": {}, "error": None}],
        "flags": [{"code": "c", "detector": "d", "detector_version": "3", "score": 0.41, "detail": "x"}],
        "confidence": 0.41,
        "severity": "high",
        "model": {"provider": "p", "name": "n", "version": "v"},
        "prompt": {"id": "support-reply", "version": "17"},
        "usage": {"input_tokens": 812, "output_tokens": 120, "cost_usd": 0.0042, "latency_ms": 1830},
        "validation_failures": ["x"],
        "trace": {"trace_id": "0" * 32, "span_id": "0" * 16, "url": "https://t.example/", "attributes": {}},
        "subject": "s",
        "hold": {"timeout_seconds": 900, "default": "reject", "fallback_output": "f"},
        "metadata": {"anything": "string"},
    }
    assert bot.post("escalations", body(**whole)).status_code == 201


@pytest.mark.parametrize("wait", ["abc", "61", "-1", "1.5", "1e1", "%C2%B2", "9" * 400, "%00"])
def test_a_wait_that_is_no_number_up_to_60_is_refused(bot, wait):
    assert pointers_of(bot.post(f"escalations?wait={wait}", body())) == ["/wait"]
    assert not Escalation.objects.exists()


@pytest.mark.parametrize("key", ["again-1", '"again-1"', '"with space, and comma"', "x" * 255])
def test_the_same_key_and_bytes_give_the_first_answer_again(bot, key):
    first, again = (bot.post("escalations", body(), Idempotency_Key=key) for _ in range(2))
    assert (first.status_code, first.content, first["Location"]) == (
        again.status_code,
        again.content,
        again["Location"],
    )
    assert (first.headers.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
    assert Escalation.objects.count() == 1


def test_a_quoted_key_is_the_bare_one(bot):
    bot.post("escalations", body(), Idempotency_Key="k1")
    assert bot.post("escalations", body(), Idempotency_Key='"k1"')["Idempotent-Replayed"] == "true"


def test_the_first_answer_comes_again_after_a_claim(world, bot):
    first = bot.post("escalations", body(), Idempotency_Key="k1")
    claim_escalation(first.json()["id"], reviewer=world.ada, now=NOON + timedelta(days=999))
    assert bot.post("escalations", body(), Idempotency_Key="k1").content == first.content


def test_the_first_answer_comes_again_where_it_was_a_200(bot):
    bot.post("escalations", body(external_id="m1"))
    first, again = (bot.post("escalations", body(external_id="m1"), Idempotency_Key="k1") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content


def test_a_key_used_with_other_bytes_is_refused(bot):
    bot.post("escalations", body(), Idempotency_Key="k1")
    assert is_problem(bot.post("escalations", body(output="x"), Idempotency_Key="k1"), 422, "idempotency_key_reused")
    assert Escalation.objects.count() == 1


def test_a_key_is_each_senders_own(world, bot):
    bot.post("escalations", body(), Idempotency_Key="k1")
    other = create_key(create_sender("other", now=NOON), workflows=[world.workflows["airline-support"]], now=NOON)
    assert Api(other).post("escalations", body(output="x"), Idempotency_Key="k1").status_code == 201


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "a\tb", "\xe9"])
def test_a_key_that_is_no_key_is_refused(bot, key):
    assert is_problem(bot.post("escalations", body(), Idempotency_Key=key), 422, "bad_idempotency_key")


def test_a_refused_body_does_not_use_its_key_up(bot):
    assert bot.post("escalations", body(flags=[]), Idempotency_Key="k1").status_code == 422
    assert bot.post("escalations", body(), Idempotency_Key="k1").status_code == 201


def test_the_same_external_id_and_bytes_find_the_standing_record(bot):
    first, again = (bot.post("escalations", body(external_id="m1")) for _ in range(2))
    assert (again.status_code, again.json(), again["Location"]) == (200, first.json(), first["Location"])


def test_the_same_external_id_with_other_bytes_is_a_conflict(bot):
    first = bot.post("escalations", body(external_id="m1")).json()
    refused = bot.post("escalations", body(external_id="m1", output="x"))
    assert is_problem(refused, 409, "external_id_taken")
    assert refused.json()["escalation_id"] == first["id"]


def test_an_external_id_is_each_workflows_own(world):
    keys = [create_key(world.sender, workflows=[one], now=NOON) for one in world.workflows.values()]
    for key, slug in zip(keys, world.workflows, strict=True):
        assert Api(key).post("escalations", body(workflow=slug, external_id="m1")).status_code == 201


def test_an_unknown_and_a_forbidden_workflow_look_the_same(bot):
    answers = [bot.post("escalations", body(workflow=slug)).json() for slug in ("clinical-notes", "nowhere")]
    for answer in answers:
        assert (answer.pop("request_id"), answer["status"]) != ("", 0)
    assert answers[0] == answers[1]
    assert answers[0]["status"] == 403


def test_a_key_needs_the_scope(world):
    key = create_key(world.sender, workflows=world.workflows.values(), scopes=["escalations:read"], now=NOON)
    assert is_problem(Api(key).post("escalations", body()), 403, "missing_scope")


@pytest.mark.parametrize("name", ["ada", "cleo", "olga", "admin", "mallory"])
@pytest.mark.parametrize("path", ["escalations", "escalations/batch"])
def test_people_do_not_hand_over(world, name, path):
    assert is_problem(api_of(world, name).post(path, body()), 403, "senders_only")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/json; charset=latin-1", "*/*"])
def test_another_media_type_is_refused(bot, kind):
    assert is_problem(bot.post("escalations", body(), kind=kind), 415)


@pytest.mark.parametrize("kind", ['application/json; charset="UTF-8"', "Application/JSON;charset=utf8"])
def test_json_in_utf8_may_be_written_in_several_ways(bot, kind):
    assert bot.post("escalations", body(), kind=kind).status_code == 201


def test_a_body_may_have_a_mebibyte_and_not_a_byte_more(bot):
    spare = 1024 * 1024 - len(body(output=""))
    assert bot.post("escalations", body(output="x" * spare)).status_code == 201
    assert is_problem(bot.post("escalations", body(output="x" * (spare + 1))), 413)


def test_problems_never_repeat_what_was_sent(bot):
    secret = "s3cr3t-of-the-payload"
    for wrong in ({"severity": secret}, {"confidence": secret}, {"external_id": f"{secret} "}, {"workflow": secret}):
        assert secret.encode() not in bot.post("escalations", body(**wrong)).content
    assert secret.encode() not in bot.post("escalations", f'{{"{secret}":1,"{secret}":2}}'.encode()).content


def test_a_thread_of_senders_with_one_key_makes_one_escalation(transactional_db, world, server):
    headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json", "Idempotency-Key": "k1"}
    answers = []

    def send():
        answers.append(httpx.post(f"{server.url}/api/v1/escalations", content=body(), headers=headers, timeout=30))

    threads = [threading.Thread(target=send) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert Escalation.objects.count() == 1


def test_the_record_shows_the_flags_as_they_were_sent(world):
    flags = [{"code": "x", "score": 0.5}, {"code": "y", "detail": "why"}]
    assert handed_over(world, flags=flags)["flags"] == flags
