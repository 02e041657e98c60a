"""Hostile ways to send: framing, slowness, headers that a client library would not write."""

import json
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from escalations.models import Escalation
from tests.cases import body
from tests.raw import exchange, exchanges, head, post

PATH = "/api/v1/escalations"


@pytest.fixture
def given(transactional_db, world, server):
    """The server's address and the headers of a good request."""
    headers = {"Host": "localhost", "Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}
    return server.url, {**headers, "Connection": "close"}


def chunks(raw: bytes, size: int) -> list[bytes]:
    parts = [raw[at : at + size] for at in range(0, len(raw), size)]
    return [b"%x\r\n%s\r\n" % (len(part), part) for part in parts] + [b"0\r\n\r\n"]


def test_a_chunked_body_is_kept_byte_for_byte(given):
    url, headers = given
    start = head("POST", PATH, {**headers, "Transfer-Encoding": "chunked"})
    assert exchange(url, [start, *chunks(body(), 7)]).status == 201
    assert bytes(Escalation.objects.get().snapshot.raw) == body()


def test_a_chunked_body_over_a_mebibyte_is_refused(given):
    url, headers = given
    start = head("POST", PATH, {**headers, "Transfer-Encoding": "chunked"})
    answer = exchange(url, [start, *chunks(body(output="x" * 1024 * 1024), 65536)])
    assert (answer.status, answer.json()["status"]) == (413, 413)
    assert not Escalation.objects.exists()


@pytest.mark.parametrize(
    "framing",
    [
        [("Content-Length", "5"), ("Transfer-Encoding", "chunked")],
        [("Content-Length", "5"), ("Content-Length", "500")],
        [("Content-Length", "-1")],
        [("Content-Length", "5e2")],
        [("Content-Length", "\xb2")],
        [("Content-Length", "9" * 5000)],
        [("Transfer-Encoding", "chunked, gzip")],
        [("Transfer-Encoding", "xchunked")],
        [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "identity")],
    ],
    ids=str,
)
def test_a_framing_that_can_be_read_in_two_ways_is_never_an_error_of_ours(given, framing):
    url, headers = given
    answer = exchange(url, [head("POST", PATH, [*headers.items(), *framing]), b"0\r\n\r\n", body()], seconds=5)
    assert answer is None or 400 <= answer.status < 500
    assert not Escalation.objects.exists()


def test_a_body_that_stops_in_the_middle_stores_nothing(given):
    url, headers = given
    start = head("POST", PATH, {**headers, "Content-Length": str(len(body()))})
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(start + body()[:-5])
    time.sleep(0.3)
    assert not Escalation.objects.exists()
    assert post(url, body(), headers).status == 201


def test_slow_senders_do_not_stop_quick_ones(given):
    url, headers = given
    address = urlsplit(url)
    start = head("POST", PATH, {**headers, "Content-Length": str(len(body()))})
    slow = [socket.create_connection((address.hostname, address.port)) for _ in range(60)]
    try:
        [connection.sendall(start + body()[:5]) for connection in slow]
        began = time.monotonic()
        assert [post(url, body(), headers).status for _ in range(3)] == [201] * 3
        assert time.monotonic() - began < 5
    finally:
        [connection.close() for connection in slow]


def test_a_body_may_come_a_byte_at_a_time(given):
    url, headers = given
    start = head("POST", PATH, {**headers, "Content-Length": str(len(body()))})
    assert exchange(url, [start, *(body()[at : at + 1] for at in range(len(body())))]).status == 201


def test_requests_may_follow_each_other_on_one_connection(given):
    url, headers = given
    one = head("POST", PATH, {**headers, "Connection": "keep-alive", "Content-Length": str(len(body()))}) + body()
    assert [answer.status for answer in exchanges(url, one * 3, count=3)] == [201] * 3
    assert Escalation.objects.count() == 3


@pytest.mark.parametrize(
    "start",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /api/v1/\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://evil.example/api/v1/escalations HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1/escalations HTTP/1.1\r\nHost: localhost\r\nA: b\r\n folded: c\r\n\r\n",
        b"GET /api/v1/escalations HTTP/1.1\r\nHost: localhost\r\nA\x00B: c\r\n\r\n",
        b"GET /api/v1/escalations HTTP/1.1\r\nHost: localhost\r\nA: b\x00c\r\n\r\n",
        b"GET /api/v1/escalations HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /api/v1/escalations HTTP/1.1\r\n\r\n",
        b"GET /api/v1/escalations HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1/escalations?\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"TRACE /api/v1/escalations HTTP/1.1\r\nHost: localhost\r\nCookie: x\r\n\r\n",
        b"GET /api/v1/escalations HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1/" + b"../" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1/escalations HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * 5_000 + b"\r\n",
    ],
    ids=lambda start: repr(start[:40]),
)
def test_a_start_that_is_no_request_is_never_an_error_of_ours(given, start):
    url, _ = given
    answer = exchange(url, start.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1), seconds=5)
    assert answer is None or 400 <= answer.status < 500
    assert post(url, body(), given[1]).status == 201


def test_header_injection_finds_no_way_into_an_answer(given):
    url, headers = given
    target = f"{PATH}?limit=1%0d%0aSet-Cookie:%20x=y&cursor=%0d%0aX-Evil:%201"
    answer = exchange(url, head("GET", target, {**headers, "Host": "localhost"}))
    assert answer.status == 422
    assert not {"set-cookie", "x-evil"} & answer.headers.keys()


def test_more_requests_than_the_process_takes_are_told_to_come_back(given, server):
    url, headers = given
    address = urlsplit(url)
    start = head("POST", PATH, {**headers, "Content-Length": str(len(body()))})
    held = [socket.create_connection((address.hostname, address.port)) for _ in range(512)]
    try:
        threads = [threading.Thread(target=connection.sendall, args=(start,)) for connection in held]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        answer = first_refused(url, headers)
    finally:
        [connection.close() for connection in held]
    assert (answer.status, json.loads(answer.body)["status"]) == (429, 429)
    assert answer.headers["retry-after"] == "1"
    assert {"ratelimit", "ratelimit-policy"} <= answer.headers.keys()
    time.sleep(0.5)
    assert post(url, body(), headers).status == 201


def first_refused(url, headers):
    """The first answer that is not 201, once the server has taken up all connections."""
    deadline = time.monotonic() + 15
    while (answer := post(url, body(), headers)).status == 201:
        assert time.monotonic() < deadline
    return answer
