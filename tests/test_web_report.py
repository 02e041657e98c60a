from uuid import uuid4

import pytest

from escalations.models import Escalation, Event
from tests.cases import faults
from tests.cast import make_world
from tests.pages import browser_of

pytestmark = pytest.mark.django_db
SAID = {
    "workflow": "airline-support",
    "asked": "May I bring my cello?",
    "said": "Yes, cellos fly free.\r\nAlways.",
    "wrong": "A cello needs a seat of its own.",
    "severity": "",
}


@pytest.fixture
def world():
    return make_world()


def report(person, follow=True, **changed):
    sent = {**SAID, "once": str(uuid4()), **changed}
    return browser_of(person).post("/report/", sent, follow=follow)


def test_a_report_becomes_a_case_of_its_reporter(world):
    answer = report(world.ada)
    case = Escalation.objects.select_related("snapshot", "queue", "owner").get()
    assert f"Your report is #{case.number}." in answer.text
    assert (case.queue.slug, case.severity, case.owner) == ("support", "normal", world.cleo)
    assert (case.snapshot.sender, case.snapshot.flag_codes) == (None, ["user_report"])
    assert case.snapshot.title == SAID["wrong"]
    assert case.snapshot.document["output"] == "Yes, cellos fly free.\nAlways."
    assert Event.objects.get(stream_id=str(case.pk)).actor == f"person:{world.ada.pk}"
    assert faults() == []


def test_the_policy_routes_a_report_and_may_raise_its_severity(world):
    report(world.ada, severity="critical")
    assert Escalation.objects.get().severity == "critical"


def test_who_may_see_the_case_gets_the_way_to_it(world):
    answer = report(world.ada)
    path = f"/escalations/{Escalation.objects.get().pk}/"
    assert path in answer.text
    assert "Ada</" in browser_of(world.cleo).get(path).text


def test_who_may_not_see_it_gets_the_number_only(world):
    world.workflows["clinical-notes"].policy.queues.add(world.queues["support"])
    report(world.ada, workflow="airline-support")
    case = Escalation.objects.get()
    Escalation.objects.update(queue=world.queues["specialists"])
    shown = browser_of(world.ada).get(f"/report/{case.pk}/").text
    assert f"#{case.number}" in shown
    assert f"/escalations/{case.pk}/" not in shown


def test_a_report_sent_twice_is_one_case(world):
    same = {"once": str(uuid4())}
    report(world.ada, **same)
    report(world.ada, **same)
    answer = report(world.ada, wrong="Something else.", **same)
    assert answer.status_code == 409
    assert "You have sent this report already" in answer.text
    assert "Something else." in answer.text
    assert Escalation.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("workflow", "", "Choose a workflow."),
        ("workflow", "nowhere", "Choose a workflow."),
        ("asked", "  ", "Say what the user asked."),
        ("said", "", "Paste what the assistant said."),
        ("wrong", "", "Say what is wrong with it."),
        ("wrong", "x" * 4001, "Use at most 4,000 characters."),
        ("severity", "awful", "Choose one of these."),
    ],
)
def test_a_fault_stands_beside_its_field_and_the_rest_is_kept(world, field, typed, sentence):
    answer = report(world.ada, **{field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-fault">{sentence}' in answer.text
    assert ("May I bring my cello?" in answer.text) == (field != "asked")
    assert not Escalation.objects.exists()


def test_who_has_to_do_with_no_workflow_can_report_on_none(world):
    assert "No workflow to report on" in browser_of(world.mallory).get("/report/").text
    assert report(world.mallory).status_code == 422
    assert "Airline support" not in browser_of(world.mallory).get("/report/").text


def test_a_report_is_its_reporters_own(world):
    report(world.ada)
    path = f"/report/{Escalation.objects.get().pk}/"
    assert browser_of(world.ben).get(path).status_code == 404
    assert browser_of(world.ada).get(f"/report/{uuid4()}/").status_code == 404


def test_text_that_no_page_can_show_is_kept(world):
    report(world.ada, said="Nul \x00 and \u202e", wrong="Odd \x00")
    assert Escalation.objects.get().snapshot.document["output"] == "Nul \x00 and \u202e"
