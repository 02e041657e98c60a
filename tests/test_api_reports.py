"""GET /reports/sla, /reports/failures, /reports/volume."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from escalations.actions.keys import create_key
from escalations.models import Decision
from tests.api import Api, all_of, api_of, decided_by_api, handed_over, is_problem, pointers_of
from tests.cases import decided, decided_again
from tests.cast import NOON

REPORTS = ["reports/sla", "reports/failures", "reports/volume"]
CATEGORIES = ["hallucination", "tone", "privacy_leak", "out_of_scope"]
MARCH = "from=2026-03-01&to=2026-03-31"


@pytest.fixture
def mona(world):
    return api_of(world, "mona")


def categories_of(answer):
    assert answer.status_code == 200, answer.content
    return {row["category"]: row["count"] for row in answer.json()["categories"]}


@pytest.mark.parametrize("path", REPORTS)
def test_without_a_period_the_last_30_days_are_told(mona, path):
    shown = mona.get(path).json()
    until = datetime.fromisoformat(shown["to"])
    assert abs(until - datetime.now(UTC)) < timedelta(minutes=1)
    assert until - datetime.fromisoformat(shown["from"]) == timedelta(days=30)


def test_categories_equal_a_count_by_hand(world, mona):
    for at in range(1, 12):
        chosen = [code for bit, code in enumerate(CATEGORIES) if at >> bit & 1]
        decided(world, "reject" if at % 2 else "correct", answers={"failure_categories": chosen})
    first = decided(world, "reject")
    decided_again(world, first, "approve")
    standing = Decision.objects.filter(standing_for__isnull=False)
    expected = Counter(code for one in standing for code in one.failure_categories)
    assert categories_of(mona.get(f"reports/failures?{MARCH}")) == expected
    assert mona.get(f"reports/failures?{MARCH}").json()["decided"] == 12


def test_the_feed_and_the_report_agree(world, mona):
    [decided_by_api(world, "reject", answers={"failure_categories": CATEGORIES[:n]}) for n in (1, 2, 4)]
    counted = Counter(code for one in all_of(api_of(world), "decisions") for code in one["failure_categories"])
    assert categories_of(mona.get("reports/failures")) == counted


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", 3),
        ("&workflow=airline-support", 3),
        ("&workflow=clinical-notes", 0),
        ("&queue=support", 3),
        ("&queue=specialists", 0),
        ("&severity=high", 1),
        ("&severity=high&queue=support&workflow=airline-support", 1),
        ("&severity=critical", 0),
        ("&workflow=&queue=&severity=", 3),
    ],
)
def test_filters_narrow_every_report(world, mona, asked, count):
    [decided(world, "reject", severity=one) for one in ("high", "low", "normal")]
    assert mona.get(f"reports/failures?{MARCH}{asked}").json()["decided"] == count
    assert mona.get(f"reports/volume?{MARCH}{asked}").json()["received"] == count
    assert mona.get(f"reports/sla?{MARCH}{asked}").json()["decide"]["by_completed"]["n"] == count


@pytest.mark.parametrize(
    ("period", "count"),
    [
        ("from=2026-03-04&to=2026-03-04", 1),
        ("from=2026-03-05&to=2026-03-06", 0),
        ("from=2026-03-04T12:00:00Z&to=2026-03-04T12:00:01Z", 1),
        ("from=2026-03-04T11:00:00Z&to=2026-03-04T12:00:00Z", 0),
        ("from=2026-03-04T13:00:00%2B01:00&to=2026-03-05", 1),
        ("from=2026-03-04T13:00:00+01:00&to=2026-03-05", 1),
        ("to=2026-03-20", 1),
        ("from=2026-03-05T00:00:00Z", 0),
    ],
)
def test_a_period_begins_with_from_and_ends_before_to(world, mona, period, count):
    decided(world, at=NOON)
    assert mona.get(f"reports/failures?{period}").json()["decided"] == count


@pytest.mark.parametrize("path", REPORTS)
@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ("from=yesterday", "/from"),
        ("to=2026-02-30", "/to"),
        ("from=0001-01-01", "/from"),
        ("to=9999-12-31", "/to"),
        ("from=%00", "/from"),
        ("from=2026-03-05&to=2026-03-01", "/from"),
        ("workflow=%00", "/workflow"),
        ("queue=a%20b", "/queue"),
        ("severity=urgent", "/severity"),
        ("since=2026-03-01", "/since"),
    ],
)
def test_a_filter_that_is_none_is_pointed_at(mona, path, asked, pointer):
    assert pointers_of(mona.get(f"{path}?{asked}")) == [pointer]


@pytest.mark.parametrize("path", REPORTS)
@pytest.mark.parametrize(
    ("name", "status"),
    [("mona", 200), ("cleo", 200), ("olga", 200), ("otto", 200), ("admin", 200), ("ada", 403), ("mallory", 403)],
)
def test_who_reads_reports(world, path, name, status):
    assert api_of(world, name).get(path).status_code == status


def test_a_sender_counts_its_own_workflows(world):
    handed_over(world)
    assert api_of(world).get("reports/volume").json()["received"] == 1
    other = create_key(world.sender, workflows=[world.workflows["clinical-notes"]], now=NOON)
    assert Api(other).get("reports/volume").json()["received"] == 0


@pytest.mark.parametrize("path", REPORTS)
def test_a_key_needs_the_scope(world, path):
    key = create_key(world.sender, workflows=world.workflows.values(), scopes=["escalations:read"], now=NOON)
    assert is_problem(Api(key).get(path), 403, "missing_scope")
