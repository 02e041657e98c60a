"""What Prometheus reads: behind a token, from partial indexes, escaped."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from escalations.actions.release import request_release
from escalations.models import Queue
from escalations.queries.operations import DUE, LOADS, operations
from tests.cases import claimed, decided, submitted
from tests.cast import NOON

TOKEN = "let-prometheus-in"


@pytest.fixture
def scrape(client, settings):
    """The value of each series, by name and label values."""
    settings.METRICS_TOKEN = TOKEN

    def read():
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.content.decode())
        return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}

    return read


def test_without_a_token_in_the_settings_there_is_no_such_address(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xe4"])
def test_without_the_right_token_nothing_is_shown(client, db, settings, given):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": given})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"reviewapp_" not in answer.content


def test_the_work_is_counted_by_queue_and_status(world, scrape):
    submitted(world), submitted(world), claimed(world), decided(world)
    numbers = scrape()
    assert numbers["reviewapp_escalations", "support", "waiting"] == 2
    assert numbers["reviewapp_escalations", "support", "claimed"] == 1
    assert numbers["reviewapp_escalations", "clinical", "waiting"] == 0
    assert numbers["reviewapp_escalations_overdue", "support", "waiting"] == 2
    assert numbers["reviewapp_open_claims",] == 1
    assert numbers["reviewapp_decisions_total",] >= 1


def test_the_oldest_is_told_by_its_age(world, scrape):
    submitted(world, at=timezone.now() - timedelta(hours=2)), submitted(world, at=timezone.now())
    numbers = scrape()
    assert 7200 <= numbers["reviewapp_oldest_waiting_seconds", "support"] < 7260
    assert numbers["reviewapp_oldest_waiting_seconds", "clinical"] == 0


def test_what_no_job_took_up_is_told_with_its_age(world):
    submitted(world, hold={"timeout_seconds": 900, "default": "reject"})
    claimed(world)
    request_release(world.dataset, requested_by="system", note="", now=NOON)
    now = NOON + timedelta(hours=20)
    due = {one.kind: one for one in operations(now=now).due}
    assert {kind: one.count for kind, one in due.items()} == {"holds": 1, "claims": 1, "clocks": 3, "releases": 1}
    assert due["holds"].oldest == NOON + timedelta(seconds=900)
    assert due["releases"].oldest == NOON


def test_nothing_is_due_before_its_time(world):
    submitted(world, hold={"timeout_seconds": 900, "default": "reject"}), claimed(world)
    assert [one.count for one in operations(now=NOON).due] == [0, 0, 0, 0]


def test_builds_are_counted_by_state(world, scrape):
    request_release(world.dataset, requested_by="system", note="", now=NOON)
    numbers = scrape()
    assert (numbers["reviewapp_releases", "pending"], numbers["reviewapp_releases", "failed"]) == (1, 0)


def test_a_label_cannot_break_out(world, scrape):
    hostile = 'a"} 1\nreviewapp_open_claims 99\\'
    Queue.objects.filter(slug="support").update(slug=hostile)
    numbers = scrape()
    assert numbers["reviewapp_escalations", hostile, "waiting"] == 0
    assert numbers["reviewapp_open_claims",] == 0


def test_a_scrape_costs_five_statements(world, scrape, django_assert_num_queries):
    with django_assert_num_queries(5):
        scrape()


def test_the_web_processes_are_told_together(db, scrape):
    numbers = scrape()
    assert numbers["reviewapp_web_processes",] == 1
    assert numbers["reviewapp_web_resident_memory_bytes",] > 1_000_000
    assert numbers["reviewapp_web_cpu_seconds_total",] > 0


@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        (LOADS, {"next_in_queue", "at_work_in_queue"}),
        (DUE, {"holds_by_end", "claims_by_expiry", "clocks_to_fire", "one_build_at_a_time"}),
    ],
)
def test_counting_reads_the_indexes_of_what_is_open(db, statement, indexes):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", {"now": NOON})
        plan = "\n".join(row for (row,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert {index for index in indexes if index in plan} == indexes
