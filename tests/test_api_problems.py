"""What every refusal of the API looks like."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from escalations.actions.keys import create_key
from escalations.api.views.workflows import WorkflowPolicy
from escalations.models import ApiKey, Sender
from tests.api import PROBLEM, V1, Api, api_of, handed_over, is_problem
from tests.cases import body
from tests.cast import NOON


def wrong_secret(key):
    return key[:-4] + ("0000" if not key.endswith("0000") else "1111")


BAD_KEYS = {
    "none": lambda key: None,
    "empty": lambda key: "",
    "bare": lambda key: key,
    "basic": lambda key: f"Basic {key}",
    "no secret": lambda key: f"Bearer {key.rsplit('_', 1)[0]}_",
    "wrong secret": lambda key: f"Bearer {wrong_secret(key)}",
    "unknown prefix": lambda key: f"Bearer rvk_{'0' * 12}_{'0' * 64}",
    "twice": lambda key: f"Bearer {key}, Bearer {key}",
    "longer": lambda key: f"Bearer {key}0",
    "NUL": lambda key: f"Bearer {key}\x00",
    "not ASCII": lambda key: "Bearer rvk_\xe9\xe9_\xff",
    "huge": lambda key: f"Bearer rvk_{'a' * 60_000}_{'b' * 60_000}",
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_without_a_good_key_it_is_401_and_says_how(world, name):
    value = BAD_KEYS[name](world.key)
    headers = {} if value is None else {"Authorization": value}
    answer = Api(None).get("escalations", **headers)
    assert is_problem(answer, 401, "unauthenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(world, scheme):
    assert Api(None).get("escalations", Authorization=f"{scheme} {world.key}").status_code == 200


def test_a_wrong_secret_and_an_unknown_prefix_look_the_same(world):
    answers = [Api(key).get("escalations").json() for key in (wrong_secret(world.key), f"rvk_{'0' * 12}_{'0' * 64}")]
    assert {**answers[0], "request_id": ""} == {**answers[1], "request_id": ""}


def test_keys_that_are_over_do_not_work(world):
    expired = create_key(world.sender, now=NOON, expires_at=timezone.now() - timedelta(seconds=1))
    revoked = create_key(world.sender, now=NOON)
    ApiKey.objects.filter(prefix=revoked.split("_")[1]).update(revoked_at=NOON)
    assert [Api(key).get("escalations").status_code for key in (expired, revoked)] == [401, 401]


def test_nobody_who_is_switched_off_calls(world):
    ada, bot = api_of(world, "ada"), api_of(world)
    Sender.objects.update(is_active=False)
    world.ada.is_active = False
    world.ada.save()
    assert [api.get("escalations").status_code for api in (ada, bot)] == [401, 401]


def test_a_session_is_not_a_key(world):
    client = Client()
    client.force_login(world.ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"{V1}/escalations").status_code == 401


def test_a_key_in_the_query_is_no_key(world):
    assert is_problem(Api(None).get(f"escalations?key={world.key}&access_token={world.key}"), 401)


@pytest.mark.parametrize("path", ["", "nothing", "escalations/", "escalations/x/y/z", "%00", "%ff", "../v1/nothing"])
def test_an_address_that_does_not_exist_is_a_problem(world, path):
    for api in (Api(None), api_of(world)):
        assert is_problem(api.get(f"{V1}/{path}"), 404, "not_found")


@pytest.mark.parametrize("path", ["/api/", "/api/v2/escalations", "/api/v1x"])
def test_so_is_one_beside_this_version(db, path):
    assert is_problem(Api(None).get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "escalations", "GET, POST, HEAD, OPTIONS"),
        ("GET", "escalations/batch", "POST, OPTIONS"),
        ("PUT", "decisions", "GET, HEAD, OPTIONS"),
        ("GET", "decisions/verify", "POST, OPTIONS"),
        ("GET", "queues/support/claims", "POST, OPTIONS"),
        ("POST", "reports/sla", "GET, HEAD, OPTIONS"),
        ("BREW", "escalations", "GET, POST, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_is_not_answered_says_which_are(world, method, path, allowed):
    answer = api_of(world).send(method, path)
    assert is_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == allowed


def test_head_is_answered_as_get(world):
    answer = api_of(world).send("HEAD", "escalations")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*;q=0", "garbage", ""])
def test_every_accept_header_gets_json(world, accept):
    assert api_of(world).get("escalations", Accept=accept)["Content-Type"] == "application/json"
    assert is_problem(api_of(world).get("nothing", Accept=accept), 404)


def test_a_method_is_not_overridden(world):
    answer = api_of(world).post("escalations", body(), X_HTTP_Method_Override="DELETE")
    assert answer.status_code == 201


@pytest.mark.parametrize("host", ["evil.example", "localhost:x", "a b", "", "x" * 300, "localhost\t"])
def test_a_host_that_is_not_ours_is_a_problem_and_changes_nothing(world, host):
    answer = api_of(world).post("escalations", body(), Host=host)
    assert is_problem(answer, 400)
    assert api_of(world).get("escalations").json()["results"] == []


def test_too_many_parameters_are_a_problem(world):
    assert is_problem(api_of(world).get("escalations?" + "a&" * 1100), 400)


@pytest.mark.parametrize("charset", ["hex", "utf-7", "idna", "zlib", "unicode_escape"])
def test_a_charset_that_is_not_for_text_is_not_an_error_of_ours(world, charset):
    answer = Api(world.key).send("POST", "escalations", body(), kind=f"application/json; charset={charset}")
    assert is_problem(answer, 415)


@pytest.mark.parametrize(("error", "status"), [(RuntimeError("s3cr3t"), 500), (OperationalError("s3cr3t"), 503)])
def test_a_fault_of_ours_says_nothing_of_itself(world, monkeypatch, error, status):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(WorkflowPolicy, "get", fail)
    answer = api_of(world).get("workflows/airline-support/policy")
    assert is_problem(answer, status)
    assert b"s3cr3t" not in answer.content


def test_a_fault_outside_of_every_view_is_a_problem_too(world, monkeypatch):
    def fail(*_):
        raise RuntimeError("s3cr3t")

    monkeypatch.setattr("django.contrib.messages.middleware.MessageMiddleware.process_request", fail)
    answer = api_of(world).get("escalations")
    assert is_problem(answer, 500, "internal")
    assert b"s3cr3t" not in answer.content


def test_each_answer_has_an_id_of_its_own(world):
    ids = {api_of(world).get("nothing").json()["request_id"] for _ in range(3)}
    assert len(ids) == 3


def test_a_refusal_is_not_kept_by_a_cache(world):
    record = handed_over(world)
    for path in ("nothing", f"escalations/{record['id']}", "escalations?limit=0"):
        assert api_of(world).get(path)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status"), [("escalations", 401), ("nothing", 404), ("queues/support/claims", 401), ("datasets", 401)]
)
def test_a_caller_without_a_key_gets_problems_only(db, path, status):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = Api(None).send(method, path)
        assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
