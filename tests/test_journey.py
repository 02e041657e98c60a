"""The main job on real outputs: handed over, decided by eight reviewers at once, compiled, counted, proven."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from reviewapp.leftovers import left_in
from tests.journey import QUEUES, WITHOUT_DATA, Work, is_there, outputs, verdicts
from tests.up import Up

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not is_there(), reason=WITHOUT_DATA)]


@pytest.fixture(scope="module")
def journey(tmp_path_factory):
    """Everything happens once; the tests below look at what it left."""
    up = Up(tmp_path_factory.mktemp("journey") / "var").start().until_ready()
    try:
        yield travel(Work(up))
    finally:
        up.stop()
        for process in left_in(up.folder):
            process.kill()


def travel(work):
    """Post, decide, build; what each step answered."""
    work.since = datetime.now(UTC)
    work.first_sequence = max((one["sequence"] for one in work.feed()), default=0)
    work.lead = work.person("lena", "lead", *QUEUES, "specialists")
    work.manager = work.person("max", "manager")
    work.posted = work.post_all(outputs())
    reviewers = [work.person(f"reviewer{number}", "reviewer", *QUEUES) for number in range(8)]
    work.decided = work.decide_all(reviewers, verdicts())
    work.release, work.lines, work.native = work.build(work.lead)
    return work


def ours(work):
    """The decisions on the real outputs, by external_id."""
    names = {}
    for body in outputs():
        found = work.sender.get(f"{work.url}/escalations", params={"external_id": json.loads(body)["external_id"]})
        names[found.json()["results"][0]["id"]] = json.loads(body)["external_id"]
    return [(names[one["escalation_id"]], one) for one in work.feed() if one["escalation_id"] in names]


def test_every_output_is_accepted(journey):
    assert journey.posted == {201: len(outputs())}


def test_every_output_has_exactly_one_decision_and_the_feed_holds_each_once(journey):
    assert set(journey.decided) == {201}
    found = ours(journey)
    assert Counter(name for name, _ in found) == Counter(verdicts().keys())
    assert all(one["verdict"] == verdicts()[name]["verdict"] for name, one in found)


def test_every_correction_is_in_the_release_once_per_distinct_input(journey):
    bodies = {body["external_id"]: body for body in map(json.loads, outputs())}
    corrected = {name for name, verdict in verdicts().items() if verdict["verdict"] == "correct"}
    parts = ("input", "context", "tools")
    inputs = {json.dumps([bodies[name].get(part) for part in parts], sort_keys=True) for name in corrected}
    mine = [line for line in journey.lines if line["external_id"] in corrected]
    stood_for = {line["escalation_id"] for line in mine}.union(*(line["duplicates_of"] for line in mine))
    assert len(mine) == len(inputs)
    assert len(stood_for) == len(corrected)


def test_the_failures_report_equals_the_counts_of_what_people_found(journey):
    path = f"{journey.url}/reports/failures"
    report = journey.manager.get(path, params={"from": journey.since.isoformat()}).json()
    wanted = Counter(code for verdict in verdicts().values() for code in verdict["failure_categories"])
    assert {one["category"]: one["count"] for one in report["categories"]} == wanted


def test_the_ledger_verifies(journey):
    done = journey.manage("verify_ledger", check=False)
    assert done.returncode == 0, done.stdout


def test_the_same_file_again_creates_nothing(journey):
    before = journey.feed()[-1]["sequence"]
    assert journey.post_all(outputs()) == {200: len(outputs())}
    assert journey.feed(after=before) == []


def test_the_release_is_the_same_bytes_again_and_a_second_build_makes_none(journey):
    assert journey.file(journey.lead, journey.release["version"]) == journey.native
    again = journey.manage("build_release", "all-corrections").stdout.strip().splitlines()[-1]
    assert again == journey.release["version"]
