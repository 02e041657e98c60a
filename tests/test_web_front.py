"""The web front, with real requests over real sockets."""

import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory

from reviewapp.middleware import secure_cookies
from tests import databases
from tests.web_server import WebServer

CHUNKED_SIGN_IN = b"login=nobody&password=wrong"


@pytest.fixture
def web(transactional_db, server):
    with httpx.Client(base_url=server.url) as client:
        yield client


def test_the_process_says_that_it_is_up(web):
    assert web.get("/livez").json() == {"status": "ok"}


def test_the_process_says_that_it_can_serve(web):
    assert web.get("/readyz").json() == {"status": "ok", "database": "ok", "redis": "ok"}


def test_pages_use_the_runtime_role_and_cannot_wait_for_ever(web, owner_connection):
    web.get("/readyz")
    seen = owner_connection.execute(
        "SELECT DISTINCT usename, application_name FROM pg_stat_activity WHERE application_name = 'reviewapp web'"
    )
    assert seen.fetchall() == [("reviewapp_runtime", "reviewapp web")]


def test_a_chunked_body_is_read_whole(web):
    token = web.get("/accounts/login/").cookies["csrftoken"]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = [f"csrfmiddlewaretoken={token}&".encode(), CHUNKED_SIGN_IN]
    answer = web.post("/accounts/login/", content=iter(body), headers=headers)
    assert answer.status_code == 200  # without its token it would be 403
    assert "password" in answer.text


@pytest.mark.parametrize("length", [17 * 1024 * 1024, 10**15])
def test_a_body_that_declares_too_much_is_refused_at_once(server, length):
    lines = ["POST /api/v1/escalations HTTP/1.1", "Host: localhost", f"Content-Length: {length}", "", ""]
    status, problem = exchange(server.url, "\r\n".join(lines).encode())
    assert (status, problem["status"]) == (413, 413)


def test_a_body_that_turns_out_too_long_is_refused(web):
    answer = web.post("/api/v1/escalations", content=iter([b" " * 1024 * 1024] * 17))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_raw_bytes_in_a_query_are_not_an_error(server):
    status, answer = exchange(server.url, b"GET /livez?q=\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (status, answer) in [(200, {"status": "ok"}), (400, None)]


def test_the_server_does_not_name_itself(web):
    assert "server" not in web.get("/livez").headers


def test_pages_forbid_everything_that_is_not_their_own(web):
    policy = web.get("/accounts/login/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_nobody_signs_up(web):
    assert web.get("/accounts/signup/").status_code == 404


def test_guessing_a_password_becomes_slow(web):
    cache.clear()
    token = web.get("/accounts/login/").cookies["csrftoken"]
    guess = {"login": "ada", "password": "wrong", "csrfmiddlewaretoken": token}
    answers = [web.post("/accounts/login/", data=guess).text for _ in range(7)]
    assert "Too many failed login attempts" in answers[-1]


@pytest.mark.parametrize(("secure", "marked"), [(True, True), (False, "")])
def test_cookies_are_marked_secure_on_https(secure, marked):
    def respond(_request):
        response = HttpResponse()
        response.set_cookie("sessionid", "x")
        return response

    response = secure_cookies(respond)(RequestFactory().get("/", secure=secure))
    assert response.cookies["sessionid"]["secure"] == marked


def exchange(url, request):
    """Send bytes, read one answer: its status and its JSON."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        connection.sendall(request)
        head, _, rest = connection.recv(65536).partition(b"\r\n\r\n")
        body = rest or connection.recv(65536)
    return int(head.split()[1]), json.loads(body) if b"json" in head else None


def test_an_answer_does_not_wait_for_the_clients_acknowledgement(transactional_db):
    with WebServer(databases.MINE, workers=2) as shared, httpx.Client(base_url=shared.url) as client:
        client.get("/livez")
        took = sorted(client.get("/livez").elapsed.total_seconds() for _ in range(15))
    assert took[7] < 0.03  # a delayed acknowledgement takes 40 ms
