import csv
import re
from html import unescape

import pytest
from django.utils import timezone

from escalations.actions.move import move_escalation
from escalations.actions.policies import create_queue
from escalations.records.report_table import csv_lines
from escalations.templatetags.charts import scale
from tests.cast import make_world
from tests.pages import browser_of, decided, hand_over

pytestmark = pytest.mark.django_db
KINDS = ["failures", "sla", "volume"]


@pytest.fixture
def world():
    return make_world()


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_report_says_so(world, kind):
    answer = browser_of(world.mona).get(f"/reports/{kind}/")
    assert answer.status_code == 200
    assert "Choose another period" in answer.text


def test_a_report_begins_with_a_sentence(world):
    decided(world, world.ada)
    decided(world, world.ada, verdict="approve")
    shown = re.sub(r"<[^>]+>", "", browser_of(world.mona).get("/reports/failures/").text)
    assert "Of 2 decided cases, 50 % was corrected or rejected (9–91 %)." in shown
    assert "Most often: Hallucination, in 1." in shown


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_leads_to_its_cases(world, kind):
    decided(world, world.ada)
    hand_over(world)
    client = browser_of(world.mona)
    links = re.findall(r'href="(/reports/cases/[^"]+)">([\d,]+)<', client.get(f"/reports/{kind}/").text)
    assert links
    for link, number in links:
        total = re.search(r"<h1[^>]*>([\d,]+) case", client.get(unescape(link)).text)
        assert total.group(1) == number, link


def test_a_queue_that_no_policy_names_is_told_by_its_name(world):
    now, calendar = timezone.now(), world.queues["support"].calendar
    attic = create_queue("attic", name="The attic", lead=world.cleo, calendar=calendar, now=now)
    move_escalation(hand_over(world).pk, to=attic, lead=world.cleo, now=now)
    assert ">The attic</a>" in browser_of(world.mona).get("/reports/volume/").text


def test_filters_that_cannot_be_read_are_said(world):
    answer = browser_of(world.mona).get("/reports/failures/?from=soon")
    assert answer.status_code == 422
    assert "This must be a time" in answer.text or "not as they must be" in answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_is_there_as_csv(world, kind):
    decided(world, world.ada)
    answer = browser_of(world.mona).get(f"/reports/{kind}/table.csv")
    rows = list(csv.reader(answer.getvalue().decode().splitlines()))
    assert answer["Content-Type"].startswith("text/csv")
    assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start):
    assert next(csv_lines([[f"{start}cmd()"]])).strip('"').startswith("'")


def test_reviewers_and_outsiders_see_no_reports(world):
    for person in (world.ada, world.mallory):
        assert browser_of(person).get("/reports/failures/").status_code == 403
        assert browser_of(person).get("/reports/cases/").status_code == 403


def test_a_report_that_does_not_exist_is_not_found(world):
    assert browser_of(world.mona).get("/reports/nope/").status_code == 404


@pytest.mark.parametrize(
    ("most", "expected"), [(0, (1, 1)), (4, (4, 1)), (7, (8, 2)), (23, (25, 5)), (412, (500, 100))]
)
def test_the_scale_has_round_steps(most, expected):
    assert scale(most) == expected
