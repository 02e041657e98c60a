"""Hostile requests to a real server over real sockets: refused precisely, or kept byte for byte."""

import base64
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from escalations.actions.keys import create_key, create_sender
from escalations.models import Escalation, IdempotencyKey
from tests import databases
from tests.cast import NOON, make_world
from tests.hostile import CASES, ID, Case
from tests.raw import Answer, exchange, head, post

SHARED = Path(__file__).parent.parent.parent / "shared" / "hostile_inputs.json"
PROBLEM = {"type", "title", "status", "detail", "request_id"}
INSIDES = re.compile(rb"Traceback|Error\(|Exception|psycopg|pydantic|django\.|line \d+ column|File \"", re.IGNORECASE)


@dataclass(frozen=True)
class Site:
    """A server with a world in its database, and two senders' keys."""

    url: str
    key: str
    other_key: str


@pytest.fixture(scope="module")
def site(server, django_db_blocker) -> Iterator[Site]:
    with django_db_blocker.unblock():
        world = make_world()
        other = create_sender("other", now=NOON)
        yield Site(server.url, world.key, create_key(other, workflows=[world.workflows["clinical-notes"]], now=NOON))
        databases.clone()


def stored() -> tuple[int, int]:
    return Escalation.objects.count(), IdempotencyKey.objects.count()


def values_of(document: object) -> Iterator[str]:
    """Every text of a document that is not a key and long enough to be told from a word of ours."""
    if isinstance(document, str) and len(document) >= 6:
        yield document
    children = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    for child in children:
        yield from values_of(child)


def check_refused(answer: Answer, raw: bytes) -> None:
    """A whole problem that repeats no value of the payload and tells nothing of our insides."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().keys() >= PROBLEM
    assert answer.json()["status"] == answer.status
    assert not INSIDES.search(answer.body)
    assert answer.status != 401 or "www-authenticate" in answer.headers
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return
    assert not [value for value in values_of(document) if json.dumps(value).encode() in answer.body]


def check_accepted(site: Site, answer: Answer, raw: bytes) -> None:
    """The bytes come back from the snapshot as they were sent, and the record can be read."""
    assert answer.status in (200, 201), answer.body
    path = f"/api/v1/escalations/{answer.json()['id']}"
    headers = {"Host": "localhost", "Authorization": f"Bearer {site.key}", "Connection": "close"}
    assert exchange(site.url, head("GET", f"{path}/snapshot", headers)).body == raw
    assert exchange(site.url, head("GET", path, headers)).json() == answer.json()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_request_is_refused_precisely_or_kept_byte_for_byte(site: Site, case: Case):
    raw = case.raw.replace(ID.encode(), secrets.token_hex(len(ID) // 2).ljust(len(ID), "x").encode())
    headers = {"Authorization": f"Bearer {site.key}", "Content-Type": "application/json", **case.headers}
    before = stored()
    given = {name: value for name, value in headers.items() if value is not None}
    answer = post(site.url, raw, given, target=case.target.format(key=site.key))
    assert answer is not None
    if case.expect == "accepted":
        check_accepted(site, answer, raw)
    else:
        assert answer.status in case.expect, answer.body
        check_refused(answer, raw)
        assert stored() == before


@pytest.mark.skipif(
    not SHARED.exists(), reason="the shared folder with hostile_inputs.json is not beside the repository"
)
def test_the_shared_cases_are_answered_as_they_expect(site: Site):
    """In order and in one test: later cases use a key and an external_id again that earlier ones used first."""
    run = secrets.token_hex(4)[:7]
    for case in json.loads(SHARED.read_text()):
        filled = filler(site, run)
        raw = base64.b64decode(case["raw_body_b64"]) if "raw_body_b64" in case else case["raw_body"].encode()
        raw = filled(raw.decode("latin-1")).encode("latin-1")
        before = stored()
        answer = post(site.url, raw, {name: filled(value) for name, value in case["headers"].items()})
        assert answer is not None, case["name"]
        if case["expect"] == "accepted":
            check_accepted(site, answer, raw)
        else:
            assert str(answer.status) == case["expect"], (case["name"], answer.body)
            check_refused(answer, raw)
            assert stored() == before, case["name"]


def filler(site: Site, run: str):
    placeholders = {
        "{{API_KEY}}": site.key,
        "{{API_KEY_PREFIX}}": site.key.rsplit("_", 1)[0],
        "{{API_KEY_OTHER_WORKFLOW}}": site.other_key,
        "{{RUN}}": run,
    }

    def filled(text: str) -> str:
        for placeholder, value in placeholders.items():
            text = text.replace(placeholder, value)
        return text

    return filled
