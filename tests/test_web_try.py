import json

import pytest

from escalations.models import Escalation, Event
from tests.cast import make_world
from tests.pages import BODY, browser_of

pytestmark = pytest.mark.django_db
PATH = "/workflows/airline-support/trial"
DESCRIBE = "/workflows/airline-support/description/"
SAID = {"purpose": "Answers", "success": "Nobody is misled.", "business_owner": "olga", "technical_owner": "admin"}


@pytest.fixture
def world():
    return make_world()


def tried(person, body):
    return browser_of(person).post(PATH, {"body": body if isinstance(body, str) else json.dumps(body)}).text


def test_the_rule_that_catches_a_case_is_named_with_what_follows(world):
    shown = tried(world.olga, {**BODY, "tool_calls": [{"name": "refund"}]})
    assert "The rule <b>refund tool</b> catches it." in shown
    for words in ("<dd>Support</dd>", "High", "claimed by", "(Due in 59 min)", "(Due in 3 h 59 min)"):
        assert words in shown


def test_without_a_rule_it_goes_where_everything_else_goes(world):
    assert "<b>No rule</b> catches it" in tried(world.olga, BODY)


def test_every_fault_is_told_with_its_pointer(world):
    shown = tried(world.olga, {"workflow": "other", "output": 7, "flags": [{"code": "a b"}], "confidence": 2, "x": 1})
    assert "It would be refused with 422." in shown
    for pointer in ("/input", "/output", "/flags/0/code", "/confidence", "/x", "/workflow"):
        assert f'<td class="mono">{pointer}</td>' in shown


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "The body is not one JSON document."),
        ('{"a": 1, "a": 2}', "the same key twice"),
        ("[]", "the whole body"),
        ("", "not one JSON document"),
        ('"' + "x" * 1024 * 1024 + '"', "at most 1,048,576 bytes"),
    ],
)
def test_what_is_no_case_at_all_is_said(world, body, words):
    assert words in tried(world.olga, body)


def test_what_was_typed_is_kept_and_inert(world):
    shown = tried(world.olga, '{"</textarea><script>": 1}')
    assert "&lt;/textarea&gt;&lt;script&gt;" in shown
    assert "<script>" not in shown.split("<main")[1]


def test_nothing_is_stored(world):
    events = Event.objects.count()
    tried(world.olga, BODY)
    assert not Escalation.objects.exists()
    assert Event.objects.count() == events


def test_who_may_not_see_the_workflow_tries_nothing(world):
    assert browser_of(world.mallory).post(PATH, {"body": "{}"}).status_code == 404
    assert browser_of(world.olga).get(PATH).status_code == 302


def test_owners_say_what_success_means_and_who_answers(world):
    browser_of(world.olga).post(DESCRIBE, SAID)
    shown = browser_of(world.olga).get("/workflows/airline-support/").text
    for words in ("Nobody is misled.", "<b>Olga</b>", "<b>Admin</b>"):
        assert words in shown
    told = Event.objects.filter(verb="described").get()
    assert told.facts["business_owner"] == str(world.olga.pk)
    assert "misled" not in told.line


def test_an_owner_must_be_somebody_and_success_must_be_said(world):
    answer = browser_of(world.olga).post(DESCRIBE, {**SAID, "success": " ", "business_owner": ""})
    assert answer.status_code == 422
    assert 'id="success-fault">Say what success means.' in answer.text
    assert 'id="business_owner-fault">Choose a person.' in answer.text
    answer = browser_of(world.olga).post(DESCRIBE, {**SAID, "technical_owner": "nobody"})
    assert 'id="technical_owner-fault">Choose a person.' in answer.text


def test_others_do_not_describe_it(world):
    assert browser_of(world.mona).post(DESCRIBE, SAID).status_code == 403
    assert "Edit description" not in browser_of(world.mona).get("/workflows/airline-support/").text
    assert browser_of(world.mallory).get(DESCRIBE).status_code == 404
    assert browser_of(world.admin).get(DESCRIBE).status_code == 200
