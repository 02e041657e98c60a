"""`?wait=S`, on a real server: the answer waits, and nothing else does."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.utils import timezone

from escalations.actions.claim import claim_escalation
from escalations.actions.decide import submit_review
from escalations.actions.withdraw import withdraw_escalation
from escalations.models import Escalation
from tests.cases import answers, body


@pytest.fixture
def site(transactional_db, world, server):
    headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}
    with httpx.Client(base_url=f"{server.url}/api/v1", headers=headers, timeout=30) as client:
        yield client


def decide_soon(world, after=0.5):
    """Decide the one case a moment from now, as a reviewer in another process would."""

    def decide():
        now = timezone.now()
        claim, _ = claim_escalation(Escalation.objects.get().pk, reviewer=world.ada, now=now)
        submit_review(claim.escalation_id, body=answers(claim.token), reviewer=world.ada, now=now)

    threading.Timer(after, decide).start()


def timed(ask):
    began = time.monotonic()
    answer = ask()
    return answer, time.monotonic() - began


def test_handing_over_waits_until_it_is_decided(world, site):
    decide_soon(world, 1)
    answer, seconds = timed(lambda: site.post("/escalations?wait=20", content=body()))
    assert (answer.status_code, answer.json()["status"], answer.json()["decision"]["verdict"]) == (
        201,
        "decided",
        "approve",
    )
    assert answer.headers["location"].endswith(answer.json()["id"])
    assert 1 <= seconds < 10


def test_reading_waits_until_it_is_decided(world, site):
    record = site.post("/escalations", content=body()).json()
    decide_soon(world)
    answer, seconds = timed(lambda: site.get(f"/escalations/{record['id']}?wait=20"))
    assert (answer.status_code, answer.json()["status"]) == (200, "decided")
    assert seconds < 10


def test_when_the_time_is_over_the_record_comes_as_it_stands(world, site):
    record = site.post("/escalations", content=body()).json()
    claim_escalation(record["id"], reviewer=world.ada, now=timezone.now())
    answer, seconds = timed(lambda: site.get(f"/escalations/{record['id']}?wait=1"))
    assert answer.json()["status"] == "claimed"
    assert 1 <= seconds < 5


def test_what_is_decided_is_told_at_once(world, site):
    site.post("/escalations", content=body())
    decide_soon(world, 0)
    case = Escalation.objects.get().pk
    site.get(f"/escalations/{case}?wait=20")
    answer, seconds = timed(lambda: site.get(f"/escalations/{case}?wait=60"))
    assert (answer.json()["status"], seconds < 5) == ("decided", True)


def test_a_withdrawal_ends_the_waiting_too(world, site):
    case = site.post("/escalations", content=body()).json()["id"]
    stop = {"caller": world.bot, "reason": "Over.", "now": timezone.now()}
    threading.Timer(0.5, withdraw_escalation, [case], stop).start()
    assert site.get(f"/escalations/{case}?wait=20").json()["status"] == "withdrawn"


def test_many_wait_without_stopping_others(world, site):
    case = site.post("/escalations", content=body()).json()["id"]
    with ThreadPoolExecutor(60) as many:
        waiting = [many.submit(site.get, f"/escalations/{case}?wait=20") for _ in range(60)]
        time.sleep(1)
        _, seconds = timed(lambda: site.get("/escalations"))
        assert seconds < 5
        decide_soon(world, 0)
        assert {answer.result().json()["status"] for answer in waiting} == {"decided"}


def test_a_used_key_gives_the_first_answer_without_waiting(site):
    headers = {"Idempotency-Key": "k1"}
    first = site.post("/escalations", content=body(), headers=headers)
    again, seconds = timed(lambda: site.post("/escalations?wait=20", content=body(), headers=headers))
    assert (again.content, seconds < 5) == (first.content, True)


@pytest.mark.parametrize("path", ["/escalations?wait=61", "/escalations/nothing?wait=20", "/escalations?wait=1"])
def test_refusals_do_not_wait(site, path):
    answer, seconds = timed(lambda: site.get(path))
    assert (400 <= answer.status_code < 500, seconds < 5) == (True, True)


def test_a_client_that_went_away_leaves_nothing_behind(world, site):
    case = site.post("/escalations", content=body()).json()["id"]
    with pytest.raises(httpx.ReadTimeout):
        site.get(f"/escalations/{case}?wait=20", timeout=0.5)
    assert site.get(f"/escalations/{case}?wait=0").status_code == 200
