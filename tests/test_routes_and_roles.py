"""Every route of the project, asked by everybody: who gets what. A route without a row fails."""

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve
from django.utils import timezone

from escalations.access.reporting import reporter
from escalations.actions.keys import create_key, create_sender
from escalations.actions.release import build_release, request_release
from escalations.actions.submit import submit
from tests.api import decided_by_api, handed_over, held
from tests.cases import body
from tests.cast import NOON
from tests.routes import CALLERS, PAGE_WRITES, ROWS, WRITES

PLACES = ("waiting", "held", "decided", "person", "sender", "key", "report")
LOGIN_URL = "/accounts/login/"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def routes(patterns=None, start: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address pattern of the project, as it is written."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        written = start + str(one.pattern)
        if isinstance(one, URLPattern):
            yield written, one
        else:
            yield from routes(one.url_patterns, written)


@pytest.fixture
def keys(world):
    """A key for each caller of the API; pages take the same people by session."""
    now = timezone.now()
    names = ("mallory", "ada", "cleo", "mona", "olga", "otto", "admin")
    made = {name: create_key(world.people[name], now=NOON) for name in names}
    made["disabled"] = create_key(world.ben, now=NOON)
    world.ben.is_active = False
    world.ben.save()
    airline, clinical = world.workflows.values()
    made["bot"] = world.key
    made["stranger"] = create_key(create_sender("stranger", now=NOON), workflows=[clinical], now=NOON)
    made["expired"] = create_key(world.sender, workflows=[airline], now=NOON, expires_at=now - timedelta(days=1))
    return made


@pytest.fixture
def places(world):
    """What the rows name in their paths: a case in each state, and a release."""
    decision = decided_by_api(world, "correct")
    release = request_release(world.dataset, requested_by="system", note="", now=NOON)
    build_release(release.pk, now=NOON)
    waiting, claimed = handed_over(world), held(world)
    return {
        "waiting": waiting["id"],
        "held": claimed["id"],
        "token": claimed["claim"]["token"],
        "decided": decision["escalation_id"],
        "version": "1.0.0",
        "person": world.ada.pk,
        "sender": world.sender.pk,
        "key": world.sender.keys.get(prefix=world.key.split("_")[1]).pk,
        "report": submit(body(), caller=reporter(world.ada), now=NOON).escalation.pk,
    }


def ask(caller: str, method: str, path: str, *, keys, people, places) -> str:
    """What a caller gets: a status, or `in` for the way to the sign-in; whatever they changed is undone."""
    client = Client(raise_request_exception=False)
    url = path.format(**places)
    is_api = url.startswith("/api/")
    person = people.get({"disabled": "ben"}.get(caller, caller))
    headers = {"Authorization": f"Bearer {keys[caller]}"} if caller in keys and (is_api or person is None) else {}
    if person is not None and not is_api:
        client.force_login(person, backend=BACKEND)
    raw, kind = sent(method, path, places)
    with transaction.atomic():
        answer = client.generic(method, url, raw, content_type=kind, headers=headers)
        b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    leads_in = answer.status_code == 302 and answer["Location"].startswith(LOGIN_URL)
    return "in" if leads_in else str(answer.status_code)


def sent(method: str, path: str, places) -> tuple[bytes, str]:
    """A body that would do, so that only the caller decides."""
    if path == "/api/v1/escalations/batch":
        return body(), "application/x-ndjson"
    if path == "/api/v1/escalations" and method == "POST":
        return body(), "application/json"
    if path in PAGE_WRITES or not path.startswith("/api/"):
        fields = {name: str(value).format(**places) for name, value in PAGE_WRITES.get(path, {}).items()}
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    told = {
        name: value.format(**places) if isinstance(value, str) else value
        for name, value in WRITES.get(path, {}).items()
    }
    if "claim_token" in told:
        told["claim_token"] = places["token"]
    return (json.dumps(told).encode() if told else b""), "application/json"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row.split()[:2]))
def test_who_gets_what(world, keys, places, row):
    method, path, *expected = row.split()
    found = [ask(name, method, path, keys=keys, people=world.people, places=places) for name in CALLERS]
    assert dict(zip(CALLERS, found, strict=True)) == dict(zip(CALLERS, expected, strict=True))


def row_of(row: str) -> tuple[str, str]:
    """A row's method and the pattern that its path leads to."""
    method, path, *_ = row.split()
    places = dict.fromkeys(PLACES, "00000000-0000-7000-8000-000000000000")
    return method, resolve(path.format(**places, version="1.0.0")).route


def test_every_route_has_a_row():
    told = {row_of(row)[1] for row in ROWS}
    assert [route for route, _ in routes() if route not in told] == []


def test_every_method_of_the_api_has_a_row():
    told = {row_of(row) for row in ROWS}
    for route, pattern in routes():
        view = getattr(pattern.callback, "cls", None)
        for method in ("get", "post", "put", "patch", "delete"):
            if view is not None and hasattr(view, method):
                assert (method.upper(), route) in told
