from datetime import timedelta

import pytest
from django.utils import timezone

from escalations.access import may_lead, may_review
from escalations.actions.disable import disable_person, enable_person
from escalations.actions.keys import create_key
from escalations.actions.lead import change_lead, hand_over_cases, hand_over_in_new_hands
from escalations.actions.people import create_person, give_role, set_password
from escalations.actions.roles import take_role
from escalations.errors import Conflict, Invalid
from escalations.models import Event, Person, Queue
from escalations.queries.keys import find_key
from escalations.queries.rights import Right, rights_of
from tests.cases import claimed, faults, fresh, submitted, verbs_of
from tests.cast import NOON
from tests.pages import browser_of

pytestmark = pytest.mark.django_db


def again(person):
    return Person.objects.get(pk=person.pk)


def rights(person):
    return [right.name for right in rights_of([again(person)])[person.pk]]


def lead(world, name, slug="support"):
    return change_lead(world.queues[slug], to=world.people[name], by=world.admin, now=NOON)


def take(world, name, role, of=None):
    return take_role(world.people[name], Right(role, of), by=world.admin, now=NOON)


def test_disabling_gives_back_what_the_person_holds_to_the_lead(world):
    claim = claimed(world, by="ada")
    disable_person(world.ada, by=world.admin, now=NOON)
    escalation = fresh(claim.escalation)
    assert (escalation.status, escalation.owner) == ("waiting", world.cleo)
    claim.refresh_from_db()
    assert claim.end == "given_back"
    assert faults() == []


def test_disabling_ends_sessions_and_keys_at_once_and_enabling_revives_no_session(world):
    browser, key = browser_of(world.ada), create_key(world.ada, now=NOON)
    assert browser.get("/").status_code == 200
    disable_person(world.ada, by=world.admin, now=NOON)
    assert browser.get("/").status_code == 302
    assert not find_key(key, now=NOON)
    enable_person(world.ada, by=world.admin, now=NOON)
    assert browser.get("/").status_code == 302
    assert find_key(key, now=NOON)


def test_nobody_is_disabled_or_enabled_twice(world):
    disable_person(world.ada, by=world.admin, now=NOON)
    with pytest.raises(Conflict):
        disable_person(world.ada, by=world.admin, now=NOON)
    enable_person(world.ada, by=world.admin, now=NOON)
    with pytest.raises(Conflict):
        enable_person(world.ada, by=world.admin, now=NOON)


def test_the_last_admin_stays(world):
    for attempt in (
        lambda: disable_person(world.admin, by=world.admin, now=NOON),
        lambda: take(world, "admin", "admin"),
    ):
        with pytest.raises(Invalid, match="last admin"):
            attempt()
    create_person("mona", role="admin", now=NOON)
    take(world, "mona", "admin")
    give_role(world.mona, "admin", by=world.admin, now=NOON)
    disable_person(world.admin, by=world.mona, now=NOON)
    with pytest.raises(Invalid, match="last admin"):
        disable_person(world.mona, by=world.mona, now=NOON)


def test_a_lead_stays_until_the_queue_has_another(world):
    with pytest.raises(Invalid, match=r"leads Clinical\. Give the queue another lead first"):
        disable_person(world.cleo, by=world.admin, now=NOON)
    with pytest.raises(Invalid, match="another lead"):
        take(world, "cleo", "lead", world.queues["support"])
    for slug in world.queues:
        lead(world, "ben", slug)
    take(world, "cleo", "lead", world.queues["support"])
    disable_person(world.cleo, by=world.admin, now=NOON)


def test_the_only_reviewer_of_a_queue_stays(world):
    disable_person(world.ben, by=world.admin, now=NOON)
    lead(world, "ada", "specialists")
    take(world, "cleo", "lead", world.queues["specialists"])
    with pytest.raises(Invalid, match="leads Specialists"):
        disable_person(world.ada, by=world.admin, now=NOON)
    Queue.objects.filter(slug="specialists").update(lead=world.cleo)
    with pytest.raises(Invalid, match="Nobody else reviews Specialists"):
        disable_person(world.ada, by=world.admin, now=NOON)


def test_the_owner_of_a_workflow_stays(world):
    workflow = world.workflows["airline-support"]
    workflow.technical_owner = world.olga
    workflow.save()
    with pytest.raises(Invalid, match="answers for Airline support"):
        disable_person(world.olga, by=world.admin, now=NOON)
    with pytest.raises(Invalid, match="answers for Airline support"):
        take(world, "olga", "workflow_owner", workflow)
    take(world, "olga", "workflow_owner", world.workflows["clinical-notes"])


def test_taking_the_reviewer_role_gives_back_what_is_held_in_that_queue_only(world):
    support = claimed(world, by="ada")
    take(world, "ada", "reviewer", world.queues["clinical"])
    assert fresh(support.escalation).status == "claimed"
    take(world, "ada", "reviewer", world.queues["support"])
    assert fresh(support.escalation).owner == world.cleo
    assert not may_review(again(world.ada), world.queues["support"])
    assert rights(world.ada) == []


def test_who_leads_a_queue_reviews_it(world):
    with pytest.raises(Invalid, match="Take the lead role first"):
        take(world, "cleo", "reviewer", world.queues["support"])
    lead(world, "ada")
    take(world, "cleo", "lead", world.queues["support"])
    assert not may_review(again(world.cleo), world.queues["support"])
    assert may_lead(again(world.cleo), world.queues["clinical"])


def test_a_reviewer_who_no_longer_leads_still_reviews(world):
    lead(world, "ada")
    lead(world, "cleo")
    take(world, "ada", "lead", world.queues["support"])
    assert may_review(again(world.ada), world.queues["support"])
    assert rights(world.ada) == ["reviewer-clinical", "reviewer-support"]


def test_rights_are_told_once_each(world):
    assert rights(world.cleo) == ["lead-clinical", "lead-specialists", "lead-support"]
    assert rights(world.olga) == ["workflow_owner-airline-support", "workflow_owner-clinical-notes"]
    assert rights(world.mona) == ["manager"]
    assert rights(world.mallory) == []


def test_a_manager_of_everything_sees_nothing_without_the_role(world):
    take(world, "mona", "manager")
    assert rights(world.mona) == []
    assert not again(world.mona).has_perm("escalations.view_workflow")


def test_a_new_lead_owns_what_waits_and_not_what_is_held(world):
    waiting, held = submitted(world), claimed(world, by="ben")
    lead(world, "ada")
    assert fresh(waiting).owner == world.ada
    assert verbs_of(waiting) == ["submitted", "owner_changed"]
    assert fresh(held.escalation).owner == world.ben
    assert may_lead(again(world.ada), world.queues["support"])
    assert faults() == []


def test_a_case_that_arrived_meanwhile_is_handed_over_by_the_sweep(world):
    lead(world, "ada")
    Queue.objects.filter(slug="support").update(lead=world.cleo)
    late = submitted(world)
    Queue.objects.filter(slug="support").update(lead=world.ada)
    assert hand_over_in_new_hands(now=NOON + timedelta(minutes=1)) == 1
    assert hand_over_in_new_hands(now=NOON + timedelta(hours=2)) == 0
    assert fresh(late).owner == world.ada
    assert hand_over_cases(world.queues["support"].pk, now=NOON) == 0


@pytest.mark.parametrize("name", ["cleo", "mallory"])
def test_a_lead_is_somebody_else_who_can_sign_in(world, name):
    Person.objects.filter(username="mallory").update(is_active=False)
    with pytest.raises(Invalid, match=r"already|disabled"):
        lead(world, name)


def test_a_password_ends_the_sessions_of_the_old_one(world):
    browser = browser_of(world.ada)
    made = set_password(world.ada, "", by=world.admin, now=timezone.now())
    assert browser.get("/").status_code == 302
    assert again(world.ada).check_password(made)
    with pytest.raises(Invalid, match="can not be used"):
        set_password(world.ada, "ada", by=world.admin, now=NOON)


def test_the_ledger_tells_of_people_by_id(world):
    disable_person(world.ada, by=world.admin, now=NOON)
    set_password(world.ben, "a-very-long-secret-1", by=world.admin, now=NOON)
    lines = Event.objects.filter(stream_id="people").order_by("seq").values_list("verb", "line")
    assert [verb for verb, _ in lines][-2:] == ["person_disabled", "password_set"]
    assert not any(word in line for _, line in lines for word in ("ada", "ben", "secret"))
