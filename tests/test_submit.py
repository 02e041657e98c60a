"""Handing an output over."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Q

from escalations.actions.keys import create_sender
from escalations.actions.submit import submit, submit_many
from escalations.errors import Conflict, Forbidden, InProgress, Invalid, Malformed
from escalations.models import Clock, Escalation, Snapshot
from tests.cases import body, clock_of, faults, fresh, submitted, verbs_of
from tests.cast import NOON
from tests.threads import at_once


def send(world, raw, **given):
    return submit(raw, caller=world.bot, now=NOON, **given)


def test_a_new_output_waits_in_its_queue_owned_by_the_lead(world):
    escalation = submitted(world)
    assert (escalation.status, escalation.queue.slug, escalation.owner) == ("waiting", "support", world.cleo)
    assert (escalation.severity, escalation.round, escalation.claim_token) == ("normal", 1, 0)
    assert verbs_of(escalation) == ["submitted"]
    assert faults() == []


def test_the_answer_is_the_row_that_is_stored(world):
    answer = send(world, body(external_id="m1")).escalation
    stored = fresh(answer)
    names = ("number", "status", "severity", "due_at", "rank_at", "received_at", "head_hash", "external_id", "round")
    assert [getattr(answer, name) for name in names] == [getattr(stored, name) for name in names]
    assert answer.owner.name == stored.owner.name == "Cleo"


def test_the_bytes_are_kept_exactly_as_sent(world):
    raw = b'  {"workflow":"airline-support", "input":"a",\n"output":"\\u00e9\xc3\xa9","flags":[{"code":"x"}] }  '
    snapshot = send(world, raw).escalation.snapshot
    assert bytes(Snapshot.objects.get(pk=snapshot.pk).raw) == raw


@pytest.mark.parametrize("text", ["\x00", "\ud800", "a\udfffb\x00", "\u202e", "  kept  ", ""])
def test_text_of_the_model_is_stored_without_loss(world, text):
    message = {"role": "user", "content": text}
    context, hold = [{"text": text}], {"timeout_seconds": 5, "default": "reject", "fallback_output": text}
    escalation = submitted(world, output=text, input={"messages": [message]}, context=context, hold=hold)
    document = escalation.snapshot.document
    assert document["output"] == document["input"]["messages"][0]["content"] == document["context"][0]["text"] == text
    assert document["hold"]["fallback_output"] == text


def test_text_beside_the_output_is_shown_with_markers_and_kept_in_the_bytes(world):
    flag = {"code": "x", "detail": "bad \x00\ud800"}
    snapshot = submitted(world, flags=[flag]).snapshot
    assert snapshot.flags == [{"code": "x", "detail": "bad \ufffd\ufffd"}]
    assert snapshot.document["flags"] == [flag]
    assert snapshot.title == "bad \ufffd\ufffd"


@pytest.mark.parametrize(
    ("sent", "tools", "severity"),
    [
        (None, [], "normal"),
        ("low", [], "low"),
        ("low", ["refund"], "high"),
        ("critical", ["refund"], "critical"),
        (None, ["refund"], "high"),
    ],
)
def test_the_policy_raises_the_severity_and_never_lowers_it(world, sent, tools, severity):
    calls = [{"name": name} for name in tools]
    assert submitted(world, severity=sent, tool_calls=calls).severity == severity


def test_a_rule_chooses_the_queue_and_is_named(world):
    escalation = submitted(world, flags=[{"code": "x"}, {"code": "unsafe"}])
    assert (escalation.queue.slug, escalation.severity, escalation.rule) == ("specialists", "critical", "unsafe")


def test_clocks_are_due_by_the_targets_of_the_severity(world):
    escalation = submitted(world, severity="high")
    claim, decide = clock_of(escalation, "claim"), clock_of(escalation, "decide")
    assert (claim.due_at, decide.due_at) == (NOON + timedelta(minutes=60), NOON + timedelta(minutes=240))
    assert (claim.target_seconds, decide.target_seconds) == (3600, 14400)
    assert escalation.due_at == decide.due_at == decide.next_fire_at


def test_the_rank_is_the_due_instant_moved_ahead_by_the_boost(world):
    escalation = submitted(world, severity="critical")
    assert escalation.rank_at == NOON + timedelta(minutes=60 - 120)


def test_a_hold_runs_from_the_moment_it_arrived(world):
    escalation = submitted(world, hold={"timeout_seconds": 900, "default": "approve"})
    assert (escalation.hold_until, escalation.hold_default) == (NOON + timedelta(minutes=15), "approve")


def test_the_same_external_id_and_bytes_find_the_first_escalation(world):
    first, second = (send(world, body(external_id="m1")) for _ in range(2))
    assert (first.is_new, second.is_new, second.is_replay) == (True, False, False)
    assert first.escalation.pk == second.escalation.pk
    assert Escalation.objects.count() == 1


def test_the_same_external_id_with_other_bytes_is_a_conflict(world):
    first = submitted(world, external_id="m1")
    with pytest.raises(Conflict) as refused:
        send(world, body(external_id="m1") + b" ")
    assert refused.value.extra == {"escalation_id": str(first.pk)}
    assert Escalation.objects.count() == 1


def test_outputs_without_external_id_are_all_new(world):
    assert submitted(world).pk != submitted(world).pk


def test_a_key_used_again_gives_the_first_answer(world):
    first, again = (send(world, body(), key="k1") for _ in range(2))
    assert (first.is_replay, again.is_replay) == (False, True)
    assert first.escalation.pk == again.escalation.pk
    assert Escalation.objects.count() == 1


def test_a_key_used_with_another_body_is_invalid(world):
    send(world, body(), key="k1")
    with pytest.raises(Invalid) as refused:
        send(world, body(output="Another."), key="k1")
    assert refused.value.code == "idempotency_key_reused"


def test_a_key_belongs_to_its_sender(world):
    send(world, body(), key="k1")
    other = replace(world.bot, sender_id=create_sender("another bot", now=NOON).pk)
    assert submit(body(output="Another."), caller=other, now=NOON, key="k1").is_new


@pytest.mark.parametrize("external_id", [None, "m1"])
def test_two_requests_with_one_key_at_once_make_one_escalation(transactional_db, world, external_id):
    found = at_once(*[lambda: send(world, body(external_id=external_id), key="k1")] * 6)
    assert sorted(one.is_replay for one in found) == [False] + [True] * 5
    assert Escalation.objects.count() == 1


@pytest.mark.parametrize("external_id", [None, "m1"])
def test_a_key_whose_first_request_still_runs_is_in_progress(transactional_db, world, external_id):
    def impatient():
        connection.cursor().execute("SET lock_timeout = '200ms'")
        return send(world, body(external_id=external_id), key="k1")

    with transaction.atomic():
        send(world, body(external_id=external_id), key="k1")
        (answer,) = at_once(impatient)
    assert isinstance(answer, InProgress)
    assert answer.retry_after == 1


def test_a_refused_body_leaves_its_key_free(world):
    with pytest.raises(Malformed):
        send(world, b"{", key="k1")
    assert send(world, body(), key="k1").is_new


@pytest.mark.parametrize("workflow", ["clinical-notes", "no-such"])
def test_a_workflow_that_the_key_may_not_use_is_as_one_that_does_not_exist(world, workflow):
    with pytest.raises(Forbidden) as refused:
        send(world, body(workflow=workflow))
    assert refused.value.code == "workflow_not_allowed"
    assert workflow not in refused.value.detail


def test_a_key_without_the_scope_is_refused(world):
    with pytest.raises(Forbidden, match="escalations:write"):
        submit(body(), caller=replace(world.bot, scopes=frozenset()), now=NOON)


def test_a_batch_stores_each_line_on_its_own_and_answers_in_order(world):
    lines = [body(output="one"), b"nope", body(workflow="no-such"), body(flags=[]), body(output="two")]
    answers = submit_many(lines, caller=world.bot, now=NOON)
    assert [getattr(one, "status", 201) for one in answers] == [201, 400, 403, 422, 201]
    assert [fresh(answers[at].escalation).snapshot.output for at in (0, 4)] == ["one", "two"]


def test_duplicates_inside_a_batch_are_one_escalation(world):
    lines = [body(external_id="a"), body(external_id="a"), body(external_id="a", output="other"), body()]
    first, same, other, plain = submit_many(lines, caller=world.bot, now=NOON)
    assert (first.is_new, same.is_new, plain.is_new) == (True, False, True)
    assert first.escalation.pk == same.escalation.pk
    assert isinstance(other, Conflict)


def test_a_batch_finds_what_was_sent_before(world):
    before = submitted(world, external_id="a")
    again, new = submit_many([body(external_id="a"), body(external_id="b")], caller=world.bot, now=NOON)
    assert (again.escalation.pk, again.is_new, new.is_new) == (before.pk, False, True)


def test_a_batch_of_nothing_or_only_refusals_stores_nothing(world):
    assert submit_many([], caller=world.bot, now=NOON) == []
    assert isinstance(submit_many([b""], caller=world.bot, now=NOON)[0], Malformed)
    assert not Escalation.objects.exists()


def test_a_thousand_lines_are_stored_with_all_their_rows(world):
    answers = submit_many([body(external_id=f"m{at}") for at in range(1000)], caller=world.bot, now=NOON)
    assert all(one.is_new for one in answers)
    assert Snapshot.objects.count() == Clock.objects.filter(~Q(next_fire_at=None)).count() / 2 == 1000


LONGEST = "x" * 200
ROOMY = {
    "external_id": LONGEST,
    "flags": [{"code": LONGEST, "detail": "d" * 5000, "score": 1e308}],
    "prompt": {"id": LONGEST, "version": LONGEST},
    "model": {"name": LONGEST, "version": LONGEST},
    "output": "\x00" * 5000,
    "occurred_at": "2026-03-04T12:00:00.123456789+01:00",
    "tools": [10**999, {"": None}],
    "metadata": {"k": "\ud800"},
}


def test_the_longest_of_everything_fits(world):
    escalation = submitted(world, **ROOMY)
    assert escalation.snapshot.document == json.loads(body(**ROOMY))
    assert faults() == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"confidence": "0.4"}, "/confidence"),
        ({"confidence": True}, "/confidence"),
        ({"confidence": 10**400}, "/confidence"),
        ({"usage": {"cost_usd": 10**400}}, "/usage/cost_usd"),
        ({"flags": [{"code": "x", "score": 10**400}]}, "/flags/0/score"),
        ({"flags": []}, "/flags"),
        ({"flags": [{"code": "x\x00"}]}, "/flags/0/code"),
        ({"external_id": "a\n"}, "/external_id"),
        ({"external_id": "a" * 201}, "/external_id"),
        ({"external_id": "\ud800"}, "/external_id"),
        ({"surprise": 1}, "/surprise"),
        ({"output": 5}, "/output"),
        ({"input": {"messages": []}}, "/input/messages"),
        ({"input": {"messages": [{"role": "robot", "content": ""}]}}, "/input/messages/0/role"),
        ({"input": {"messages": [{"role": "user", "content": 5}]}}, "/input/messages/0/content"),
        ({"hold": {"timeout_seconds": 4, "default": "reject"}}, "/hold/timeout_seconds"),
        ({"hold": {"timeout_seconds": 604_801, "default": "reject"}}, "/hold/timeout_seconds"),
        ({"severity": "urgent"}, "/severity"),
        ({"occurred_at": "2026-03-04T12:00:00"}, "/occurred_at"),
        ({"model": {"version": "1"}}, "/model/name"),
    ],
)
def test_a_field_at_fault_is_named_and_its_value_is_not(world, changes, pointer):
    with pytest.raises(Invalid) as refused:
        send(world, body(**changes))
    assert pointer in [fault.pointer for fault in refused.value.faults]
    assert all(fault.detail.isascii() for fault in refused.value.faults)
    assert not Escalation.objects.exists()


def test_more_than_1000_messages_are_refused(world):
    message = {"role": "user", "content": "again"}
    assert submitted(world, input={"messages": [message] * 1000})
    with pytest.raises(Invalid):
        submitted(world, input={"messages": [message] * 1001})
