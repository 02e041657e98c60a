"""A valid request with one thing changed: never an error of ours, and what is refused changes nothing."""

import copy
import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalations.models import Escalation, Review
from tests.api import api_of, handed_over
from tests.cases import FAILED, PLAIN

MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
WHOLE = {
    **PLAIN,
    "external_id": "m1",
    "conversation": "c",
    "occurred_at": "2026-11-20T10:15:00Z",
    "input": {"messages": [{"role": "user", "content": "a", "name": "n"}, {"role": "tool", "content": [{"a": 1}]}]},
    "tools": [{"name": "t"}],
    "context": [{"title": "t", "text": "x", "uri": "u", "score": 0.8}],
    "tool_calls": [{"name": "refund", "arguments": {}, "result": {}, "error": None}],
    "flags": [{"code": "c", "detector": "d", "detector_version": "3", "score": 0.41, "detail": "x"}],
    "confidence": 0.41,
    "severity": "high",
    "model": {"provider": "p", "name": "n", "version": "v"},
    "prompt": {"id": "p", "version": "17"},
    "usage": {"input_tokens": 812, "cost_usd": 0.0042},
    "validation_failures": ["x"],
    "trace": {"trace_id": "0" * 32, "url": "https://t.example/", "attributes": {"a": [1]}},
    "subject": "s",
    "hold": {"timeout_seconds": 900, "default": "reject", "fallback_output": "f"},
    "metadata": {"anything": "string"},
}
TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30) | st.sampled_from(
    ["", "\x00", "\ud800", "a" * 5000, "a\n", "2026-02-30T00:00:00Z", "-" * 36, "true", "1e999", "../..", "\u202e"]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(2**63) - 1, 2**64, 1e308, -0.0])
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)


def paths_of(node, path=()):
    """The way to every node of a document."""
    yield path
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in pairs:
        yield from paths_of(child, (*path, name))


def changed(document, path, value):
    """A copy of the document with another value at the path."""
    if not path:
        return value
    made = copy.deepcopy(document)
    node = made
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    return made


def check(answer, count, model):
    """No error of ours; what is refused has stored nothing and is a problem."""
    assert answer.status_code < 500, answer.content
    if answer.status_code >= 400:
        assert model.objects.count() == count
        assert answer["Content-Type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "request_id"} <= answer.json().keys()


@pytest.fixture
def bot(world):
    return api_of(world)


@MANY
@given(path=st.sampled_from(list(paths_of(WHOLE))), value=ANYTHING)
def test_a_body_with_one_node_changed(bot, path, value):
    count = Escalation.objects.count()
    sent = json.dumps(changed({**WHOLE, "external_id": f"m{count}"}, path, value)).encode()
    check(bot.post("escalations", sent), count, Escalation)


@MANY
@given(at=st.integers(0, len(json.dumps(WHOLE))), cut=st.integers(0, 3), put=st.binary(max_size=4))
def test_a_body_with_some_bytes_changed(bot, at, cut, put):
    count = Escalation.objects.count()
    raw = json.dumps({**WHOLE, "external_id": f"m{count}"}).encode()
    check(bot.post("escalations", raw[:at] + put + raw[at + cut :]), count, Escalation)


@MANY
@given(path=st.sampled_from(list(paths_of(WHOLE))), value=ANYTHING)
def test_a_batch_with_one_node_changed(bot, path, value):
    count = Escalation.objects.count()
    lines = [json.dumps(one) for one in (PLAIN, changed(WHOLE | {"external_id": f"m{count}"}, path, value), PLAIN)]
    answer = bot.post("escalations/batch", "\n".join(lines).encode(), kind="application/x-ndjson")
    assert answer.status_code == 200
    assert Escalation.objects.count() == count + answer.json()["accepted"] >= count + 2


@pytest.fixture
def tireless_ada(world):
    """A reviewer who may hold many claims."""
    world.ada.capacity = 10_000
    world.ada.save()
    return api_of(world, "ada")


SPAN = {"start": 0, "end": 3, "quote": "The", "category": "tone", "comment": "c"}
DECISION = {**FAILED, "verdict": "correct", "output": "No.", "spans": [SPAN], "severity": "high", "claim_token": 1}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(list(paths_of(DECISION))), value=ANYTHING)
def test_a_decision_with_one_node_changed(world, tireless_ada, path, value):
    record, count = handed_over(world, output="The fee is 38 euros."), Review.objects.count()
    tireless_ada.put(f"escalations/{record['id']}/claim")
    check(tireless_ada.post(f"escalations/{record['id']}/decision", changed(DECISION, path, value)), count, Review)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("escalations", ["workflow", "queue", "status", "severity", "external_id", "updated_after", "cursor", "limit"]),
        ("decisions", ["cursor", "limit"]),
        ("reports/failures", ["from", "to", "workflow", "queue", "severity"]),
        ("reports/sla", ["from", "to"]),
        ("reports/volume", ["from", "to"]),
        ("datasets", ["limit"]),
    ],
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_query_with_anything_in_it(world, path, names, data):
    name = data.draw(st.sampled_from([*names, "x"]))
    value = data.draw(TEXT | st.integers().map(str) | st.datetimes().map(str) | st.uuids().map(str))
    answer = api_of(world, "admin").get(f"{path}?{name}={quote(value, errors='surrogatepass')}")
    assert answer.status_code in (200, 422), answer.content


@MANY
@given(given_text=TEXT, name=st.sampled_from(["Idempotency-Key", "Accept", "Content-Type", "Cookie", "Host", "Range"]))
def test_a_header_with_anything_in_it(bot, name, given_text):
    count = Escalation.objects.count()
    value = given_text.encode("utf-8", "surrogatepass").decode("latin-1")
    check(bot.post("escalations", json.dumps(PLAIN).encode(), **{name: value}), count, Escalation)
