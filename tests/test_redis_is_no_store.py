"""Redis may lose every message, or stand still: nothing is lost, nobody waits."""

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from reviewapp.leftovers import left_in
from tests.journey import QUEUES, Work
from tests.up import Up, eventually

pytestmark = pytest.mark.slow
FROZEN_SECONDS = 30


@pytest.fixture
def up(tmp_path):
    running = Up(tmp_path / "var").start().until_ready()
    yield running
    running.stop()
    for process in left_in(running.folder):
        process.kill()


def bodies(count, **changes):
    """Outputs of our own, each different."""
    for number in range(count):
        body = {
            "workflow": "general-assistant",
            "external_id": f"drill-{number}-{time.time_ns()}",
            "input": f"How many legs have {number} spiders?",
            "output": f"{number * 6} legs.",
            "flags": [{"code": "contains_figures"}],
        }
        yield json.dumps(body | changes).encode()


def broker(up):
    """The process that speaks Redis."""
    return next(one for one in left_in(up.folder) if "valkey" in one.name() or "redis" in one.name())


def test_intake_decisions_holds_and_releases_survive_a_flush_and_a_freeze(up):
    work = Work(up)
    reviewers = [work.person(f"reviewer{number}", "reviewer", *QUEUES) for number in range(2)]
    lead = work.person("lena", "lead", *QUEUES, "specialists")
    wrong = {"verdict": "correct", "output": "Eight each.", "failure_categories": ["hallucination"]}
    answers = {json.loads(body)["external_id"]: wrong | {"reasoning": "Spiders have eight."} for body in []}

    assert work.post_all(list(bodies(100))) == {201: 100}
    redis.Redis.from_url(up.demo["REDIS_URL"]).flushall()
    assert set(work.decide_all(reviewers, answers)) == {201}

    valkey = broker(up)
    valkey.send_signal(signal.SIGSTOP)
    work.latencies.clear()
    held = {"hold": {"timeout_seconds": 5, "default": "reject"}}
    until = time.monotonic() + FROZEN_SECONDS
    try:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(lambda: lead.post(f"{work.url}/datasets/all-corrections/releases", content=b"{}"))
            count = 0
            while time.monotonic() < until:
                assert work.post_all(list(bodies(20, **held))) == {201: 20}
                count += 20
                time.sleep(0.5)
            release = asked.result().headers["Location"]
    finally:
        valkey.send_signal(signal.SIGCONT)

    latencies = sorted(work.latencies)
    assert latencies[int(len(latencies) * 0.99)] < 1
    before = work.feed()
    eventually(lambda: lead.get(release).json()["state"] in ("built", "unchanged"), seconds=60)
    eventually(lambda: by_deadline(work) >= count, seconds=60)
    assert len({one["id"] for one in work.feed()}) >= len(before)
    assert work.manage("verify_ledger", check=False).returncode == 0


def by_deadline(work):
    """How many of the held outputs the sweep has decided."""
    return sum(one["decided_by"]["name"] == "deadline" for one in work.feed())
