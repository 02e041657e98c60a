import re
from uuid import uuid4

import pytest
from django.utils import timezone

from escalations.models import SCOPES, ApiKey, Claim, Person, Queue, Sender
from escalations.queries.keys import find_key
from tests.cast import make_world
from tests.pages import browser_of, claimed, hand_over

pytestmark = pytest.mark.django_db
SENDER = {
    "name": "support-bot",
    "workflows": ["airline-support"],
    "scopes": list(SCOPES),
    "requests_per_second": "50",
    "expires_on": "",
}
PERSON = {"username": "rosa", "first_name": "Rosa", "role": "reviewer", "queues": ["support"], "capacity": "5"}


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return browser_of(world.admin)


def once():
    return {"once": str(uuid4())}


def secret_on(page):
    return re.search(r'id="secret" value="([^"]+)"', page)[1]


def address(person):
    return f"/settings/people/{person.pk}/"


def test_only_admins_look_at_settings(world, client):
    shown = client.get("/settings/").text
    for words in ("bot", "Ada", "Reviewer", "Clinical, Support", "Change lead"):
        assert words in shown
    for name in ("cleo", "otto", "mallory"):
        other = browser_of(world.people[name])
        assert other.get("/settings/").status_code == 403
        assert other.post("/settings/senders/", {**SENDER, **once()}).status_code == 403
        assert other.post(address(world.ada) + "disabling").status_code == 403
        assert "/settings/" not in other.get("/").text
    assert "/settings/" in client.get("/").text


def test_a_new_senders_key_is_shown_once_and_works(client):
    sent = {**SENDER, **once()}
    shown = client.post("/settings/senders/", sent)
    key = find_key(secret_on(shown.text), now=timezone.now())
    assert (set(key.workflows), key.requests_per_second) == ({"airline-support"}, 50)
    assert "no-store" in shown["Cache-Control"]
    sender = Sender.objects.get(name="support-bot")
    assert key.id.hex in {one.pk.hex for one in sender.keys.all()}
    assert secret_on(shown.text).split("_")[2] not in client.get(f"/settings/senders/{sender.pk}/").text
    again = client.post("/settings/senders/", sent)
    assert again.status_code == 422
    assert "There is a sender with this name." in again.text


def test_every_fault_of_a_new_sender_stands_beside_its_field_and_what_was_typed_is_kept(client):
    wrong = {"name": "", "scopes": ["reports:read"], "requests_per_second": "0", "expires_on": "soon", **once()}
    answer = client.post("/settings/senders/", wrong)
    assert answer.status_code == 422
    for name, sentence in (
        ("name", "Give the sender a name."),
        ("workflows", "Choose at least one workflow."),
        ("requests_per_second", "This must be a whole number from 1 to 100,000."),
        ("expires_on", "This must be a date as in 2026-11-20."),
    ):
        assert f'id="{name}-fault">{sentence}' in answer.text
    assert 'value="soon"' in answer.text
    assert 'value="reports:read" checked' in answer.text
    assert 'value="escalations:write" checked' not in answer.text
    assert not Sender.objects.filter(keys__scopes=["reports:read"]).exists()


def test_a_key_is_rotated_limited_and_expired(world, client):
    key = ApiKey.objects.get(sender=world.sender)
    shown = client.post(f"/settings/keys/{key.pk}/rotation", {"overlap": "24", **once()}).text
    now = timezone.now()
    assert find_key(secret_on(shown), now=now)
    assert find_key(world.key, now=now)
    client.post(f"/settings/keys/{key.pk}/limit", {"limit": "3"})
    assert find_key(world.key, now=now).requests_per_second == 3
    client.post(f"/settings/keys/{key.pk}/expiry")
    assert not find_key(world.key, now=timezone.now())
    shown = client.post(f"/settings/keys/{key.pk}/expiry")
    assert shown.status_code == 409
    assert "This key has ended." in shown.text


def test_a_bad_limit_is_said_beside_its_key(world, client):
    key = ApiKey.objects.get(sender=world.sender)
    answer = client.post(f"/settings/keys/{key.pk}/limit", {"limit": "many"})
    assert answer.status_code == 422
    assert 'id="limit" value="many" aria-invalid="true"' in answer.text
    assert "This must be a whole number" in answer.text


def test_a_sent_again_rotation_makes_no_second_key(world, client):
    key, sent = ApiKey.objects.get(sender=world.sender), {"overlap": "24", **once()}
    client.post(f"/settings/keys/{key.pk}/rotation", sent)
    answer = client.post(f"/settings/keys/{key.pk}/rotation", sent)
    assert answer.status_code == 409
    assert "shown only once" in answer.text
    assert world.sender.keys.count() == 2


def test_a_sender_is_disabled_and_enabled(world, client):
    path = f"/settings/senders/{world.sender.pk}/"
    client.post(path + "disabling")
    assert not find_key(world.key, now=timezone.now())
    assert "Disabled: no key of it is good" in client.get(path).text
    client.post(path + "enabling")
    assert find_key(world.key, now=timezone.now())


def test_a_new_person_signs_in_with_the_password_that_was_shown_once(client):
    shown = client.post("/settings/people/", PERSON).text
    rosa = Person.objects.get(username="rosa")
    assert rosa.check_password(secret_on(shown))
    assert (rosa.capacity, rosa.name) == (5, "Rosa")
    assert secret_on(shown) not in client.get(address(rosa)).text
    assert browser_of(rosa).get("/queues/support/").status_code == 200


def test_a_password_that_was_typed_is_not_shown(client):
    typed = {"password": "twelve-letters-9", "password_again": "twelve-letters-9"}
    answer = client.post("/settings/people/", {**PERSON, **typed}, follow=True)
    assert "twelve-letters-9" not in answer.text
    assert Person.objects.get(username="rosa").check_password("twelve-letters-9")


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"username": "Ada"}, "username", "Somebody has this user name."),
        ({"username": "two words"}, "username", "Use 1 to 150 letters"),
        ({"queues": []}, "queues", "Choose at least one queue"),
        ({"role": "workflow_owner"}, "workflows", "Choose at least one workflow to own."),
        ({"role": "king"}, "role", "Choose a role."),
        ({"capacity": "-1"}, "capacity", "This must be a whole number from 1 to 100."),
        ({"password": "short", "password_again": "short"}, "password", "This password is too short."),
        ({"password": "twelve-letters-9"}, "password_again", "This is not the same as above."),
    ],
)
def test_a_person_is_refused_beside_the_field_at_fault(world, client, typed, field, sentence):
    answer = client.post("/settings/people/", {**PERSON, **typed})
    assert answer.status_code == 422
    assert re.search(f'id="{field}-fault">[^<]*{sentence}', answer.text)
    assert 'value="Rosa"' in answer.text
    assert "twelve-letters-9" not in answer.text
    assert Person.objects.count() == len(world.people)


def test_roles_are_given_and_taken(world, client):
    path = address(world.mallory)
    client.post(path + "roles", {"role": "reviewer", "queues": ["clinical"]})
    assert browser_of(world.mallory).get("/queues/clinical/").status_code == 200
    client.post(path + "roles/taking", {"right": "reviewer-clinical"})
    assert browser_of(world.mallory).get("/queues/clinical/").status_code == 404
    answer = client.post(path + "roles/taking", {"right": "reviewer-clinical"})
    assert "does not have this role" in answer.text


def test_why_a_role_stays_is_said_beside_it(world, client):
    answer = client.post(address(world.cleo) + "roles/taking", {"right": "lead-support"})
    assert answer.status_code == 422
    assert re.search('id="lead-support-fault">[^<]*leads Support', answer.text)
    answer = client.post(address(world.admin) + "disabling")
    assert re.search('id="is_active-fault">This is the last admin', answer.text)


def test_a_disabled_person_is_out_at_once_and_comes_back_with_their_roles(world, client):
    escalation, _ = claimed(world, world.ada)
    browser = browser_of(world.ada)
    client.post(address(world.ada) + "disabling")
    assert browser.get("/").status_code == 302
    assert not Claim.objects.filter(ended_at=None).exists()
    assert "waits" in client.get(f"/escalations/{escalation.pk}/").text.lower()
    client.post(address(world.ada) + "enabling")
    assert browser_of(world.ada).get("/queues/support/").status_code == 200


def test_capacity_password_and_a_personal_key(world, client):
    path = address(world.ada)
    client.post(path + "capacity", {"capacity": "3"})
    made = secret_on(client.post(path + "password", {"password": "", "password_again": ""}).text)
    key = secret_on(client.post(path + "keys", once()).text)
    ada = Person.objects.get(pk=world.ada.pk)
    assert ada.capacity == 3
    assert ada.check_password(made)
    assert find_key(key, now=timezone.now()).person_id == ada.pk


def test_a_queue_gets_another_lead_who_owns_what_waits(world, client):
    escalation = hand_over(world)
    client.post("/settings/queues/support/lead", {"person": "ben"})
    assert Queue.objects.get(slug="support").lead == world.ben
    escalation.refresh_from_db()
    assert escalation.owner == world.ben
    answer = client.post("/settings/queues/support/lead", {"person": "ben"})
    assert answer.status_code == 422
    assert 'id="person-fault">Ben leads the queue already.' in answer.text
    answer = client.post("/settings/queues/support/lead", {"person": ""})
    assert 'id="person-fault">Choose a person.' in answer.text


@pytest.mark.parametrize("path", ["senders", "people", "keys"])
def test_what_is_not_there_is_not_found(client, path):
    tail = "expiry" if path == "keys" else ""
    assert client.post(f"/settings/{path}/{uuid4()}/{tail}").status_code in {404, 405}


def test_many_people_cost_no_more_queries_than_few(world, client, django_assert_max_num_queries):
    for number in range(20):
        client.post("/settings/people/", {**PERSON, "username": f"rosa{number}"})
    with django_assert_max_num_queries(20):
        client.get("/settings/")
