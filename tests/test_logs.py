"""One id leads from the answer through the log into the jobs; no line holds what a client sent."""

import io
import json
import logging
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.test import RequestFactory

from reviewapp.logs import formatter
from reviewapp.middleware import identified
from reviewapp.processes import worker_command
from tests.api import api_of
from tests.cases import body, submitted
from tests.cast import PASSWORD
from tests.up import REPOSITORY, eventually
from tests.web_server import WebServer

SECRET = "the patient's name is Grace"


@pytest.fixture
def told(caplog):
    """The fields of each line about a request."""
    caplog.set_level(logging.INFO, "reviewapp.requests")
    return lambda: [record.msg for record in caplog.records if record.name == "reviewapp.requests"]


def json_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_the_clients_id_is_in_the_answer_the_problem_and_the_line(client, told):
    answer = client.get("/api/v1/none", headers={"X-Request-ID": "edge-7.f3:1"})
    assert answer["X-Request-ID"] == answer.json()["request_id"] == told()[0]["request_id"] == "edge-7.f3:1"


@pytest.mark.parametrize("given", ["", "x" * 101, "a b", 'a"b', "<b>", "-a", "ä", "a\x00b"])
def test_an_id_that_is_not_well_formed_is_replaced(client, given):
    answer = client.get("/livez", headers={"X-Request-ID": given})
    assert len(answer["X-Request-ID"]) == 36


def test_every_request_has_an_id_of_its_own(client):
    assert client.get("/livez")["X-Request-ID"] != client.get("/livez")["X-Request-ID"]


def test_a_page_for_an_error_shows_the_id(client, world):
    client.login(username="ada", password=PASSWORD)
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert answer["X-Request-ID"] in answer.content.decode()


def test_a_refusal_before_django_has_an_id_too(transactional_db, server):
    headers = {"Content-Type": "application/json; charset=latin-1", "X-Request-ID": "early-1"}
    answer = httpx.post(f"{server.url}/api/v1/escalations", content=b"{}", headers=headers)
    (line,) = [line for line in json_lines(server.log) if line.get("request_id") == "early-1"]
    assert (answer.status_code, answer.headers["x-request-id"], answer.json()["request_id"]) == (415, *["early-1"] * 2)
    assert (line["event"], line["status"], line["why"]) == ("request refused", 415, "unsupported_media_type")


def test_a_request_is_one_line_without_its_values(world, told):
    case = submitted(world)
    api_of(world, "ada").get(f"escalations/{case.pk}?cursor={'x' * 50}")
    (line,) = told()
    assert (line["method"], line["status"], line["caller"]) == ("GET", 200, str(world.ada.pk))
    assert line["route"].startswith("api/v1/escalations/<")
    assert line["ms"] >= 0
    assert str(case.pk) not in str(line)
    assert "xxx" not in str(line)


def test_a_sender_is_told_by_the_id_of_the_key(world, told):
    assert api_of(world).post("escalations", body(output=SECRET)).status_code == 201
    (line,) = told()
    assert len(line["caller"]) == 36
    assert world.key.rsplit("_", 1)[-1] not in str(line)
    assert SECRET not in str(line)


def test_telling_a_request_looks_up_nobody(client, world, told, django_assert_num_queries):
    client.login(username="ada", password=PASSWORD)
    with django_assert_num_queries(0):
        client.get("/livez")
        client.get("/static/none.css")
    assert [line["caller"] for line in told()] == [""]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/static/css/base.css"])
def test_what_is_asked_all_the_time_is_not_told(client, db, told, path):
    assert client.get(path).status_code == 200
    assert told() == []


def test_an_exception_is_told_without_the_row_that_postgresql_quotes(world):
    line = json.loads(formatter("json").format(failed_insert()))
    wrapped, original = line["exception"]
    assert "Grace" not in json.dumps(line)
    assert (wrapped["type"], original["type"]) == ("IntegrityError", "NotNullViolation")
    assert "violates not-null constraint" in original["message"]
    assert "failed_insert" in str(wrapped["frames"])


def failed_insert():
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO escalations_queue (slug) VALUES (%s)", [SECRET])
    except IntegrityError:
        return logging.getLogger("test").makeRecord("test", 40, "", 0, "it failed", (), sys.exc_info())


def test_a_line_stays_one_line():
    record = logging.makeLogRecord({"msg": "one\ntwo\ud800", "levelno": 20, "levelname": "INFO"})
    assert "\n" not in formatter("json").format(record)
    assert "request_id" not in json.loads(formatter("json").format(record))


def test_lines_for_people_are_readable():
    record = logging.makeLogRecord({"msg": "hello", "levelno": 20, "levelname": "INFO", "name": "test"})
    assert "[info     ] hello" in formatter("text").format(record)


@pytest.fixture
def worker(transactional_db):
    """A Celery worker on this run's servers; its log is JSON."""
    web = WebServer(connection.settings_dict["NAME"])
    log = Path(web.log_path).with_name(f"worker-{web.port}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            worker_command(), env=web.environment, cwd=REPOSITORY, stdout=output, stderr=subprocess.STDOUT
        )
    yield log
    process.terminate()
    process.wait(20)


def test_a_job_is_told_with_the_id_of_the_request_that_asked_for_it(worker, world):
    api = api_of(world, "cleo")
    answer = api.post("datasets/all-corrections/releases", {}, X_Request_ID="asked-1")
    assert answer.status_code < 300
    mine = lambda: [line for line in json_lines(worker.read_text()) if line.get("request_id") == "asked-1"]  # noqa: E731
    eventually(mine, seconds=40)
    line = mine()[-1]
    assert (line["event"], line["job"], line["state"]) == ("job", "escalations.build_release", "SUCCESS")
    assert len(line["job_id"]) == 36


@pytest.mark.slow
def test_id_and_line_cost_less_than_50_microseconds():
    output = logging.StreamHandler(io.StringIO())
    output.setFormatter(formatter("json"))
    root = logging.getLogger()
    standing, root.handlers = root.handlers, [output]
    request, response = RequestFactory().get("/api/v1/escalations"), HttpResponse()
    request.resolver_match = None
    respond = identified(lambda _request: response)
    try:
        costs = [seconds_of(respond, request) for _ in range(9)]
    finally:
        root.handlers = standing
    assert min(costs) < 50e-6


def seconds_of(respond, request, count=500):
    began = time.process_time()
    for _ in range(count):
        respond(request)
    return (time.process_time() - began) / count
