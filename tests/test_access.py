"""Who sees what, and who may do what: permission is the lookup."""

from dataclasses import replace

import pytest

from escalations import access
from escalations.access import Caller
from escalations.actions.keys import create_sender
from escalations.actions.people import create_person
from escalations.actions.submit import submit
from escalations.errors import Forbidden, NotFound, Unauthenticated
from escalations.models import Dataset, Escalation, Person
from escalations.rules.identifiers import uuid7
from tests.cases import body
from tests.cast import NOON

SCOPES = frozenset({"escalations:write", "datasets:read", "datasets:write", "reports:read"})


def person(world, name):
    return Caller(person=Person.objects.get(pk=world.people[name].pk))


def sender(world, *slugs, sender_id=None):
    refs = {slug: (world.workflows[slug].pk, world.workflows[slug].policy_id) for slug in slugs}
    return Caller(sender_id=sender_id or world.sender.pk, scopes=SCOPES, workflows=refs)


@pytest.fixture
def cases(world):
    """One case in each queue: support and specialists from the airline, clinical from the notes."""
    caller, found = sender(world, "airline-support", "clinical-notes"), {}
    for changes in ({}, {"flags": [{"code": "unsafe"}]}, {"workflow": "clinical-notes"}):
        escalation = submit(body(**changes), caller=caller, now=NOON).escalation
        found[escalation.queue.slug] = escalation
    return found


SEEN = {
    "ada": {"support", "clinical"},
    "cleo": {"support", "clinical", "specialists"},
    "mona": {"support", "clinical", "specialists"},
    "olga": {"support", "clinical", "specialists"},
    "otto": {"support", "clinical", "specialists"},
    "admin": {"support", "clinical", "specialists"},
    "mallory": set(),
}
REVIEWS = {"ada": {"support", "clinical"}, "cleo": {"support", "clinical", "specialists"}}
LEADS = {"cleo": {"support", "clinical", "specialists"}}

everybody = pytest.mark.parametrize("name", SEEN)


def slugs_of(rows):
    return {row.slug for row in rows}


@everybody
def test_people_see_the_cases_that_are_theirs(world, cases, name):
    assert {one.queue.slug for one in access.seen_by(person(world, name))} == SEEN[name]


@everybody
def test_the_look_up_of_one_case_agrees_with_the_list(world, cases, name):
    for slug, escalation in cases.items():
        if slug in SEEN[name]:
            assert access.escalation_seen_by(person(world, name), escalation.pk) == escalation
        else:
            with pytest.raises(NotFound):
                access.escalation_seen_by(person(world, name), escalation.pk)


def what_happens(look_up, caller, escalation):
    try:
        look_up(caller, escalation.pk)
    except (NotFound, Forbidden) as refusal:
        return refusal.status
    return 200


@everybody
@pytest.mark.parametrize(
    ("look_up", "rights"), [(access.escalation_to_review, REVIEWS), (access.escalation_to_lead, LEADS)]
)
def test_who_may_not_see_finds_nothing_and_who_may_not_do_is_forbidden(world, cases, name, look_up, rights):
    expected = {slug: 200 if slug in rights.get(name, ()) else 403 if slug in SEEN[name] else 404 for slug in cases}
    assert {slug: what_happens(look_up, person(world, name), one) for slug, one in cases.items()} == expected


@everybody
def test_queues_to_see_review_and_lead(world, name):
    them = person(world, name).person
    everything = {"support", "clinical", "specialists"}
    seen = everything if name in ("otto", "admin") else REVIEWS.get(name, set())
    assert slugs_of(access.queues_seen_by(them)) == seen
    assert slugs_of(access.queues_reviewed_by(them)) == REVIEWS.get(name, set())
    assert slugs_of(access.queues_led_by(them)) == LEADS.get(name, set())


@everybody
def test_workflows_are_seen_by_those_who_own_watch_or_lead(world, name):
    both = {"airline-support", "clinical-notes"}
    expected = set() if name in ("ada", "mallory") else both
    assert slugs_of(access.workflows_seen_by(person(world, name).person)) == expected


def test_an_owner_of_one_workflow_sees_no_other(world, cases):
    create_person("oskar", role="workflow_owner", workflows=[world.workflows["clinical-notes"]], now=NOON)
    caller = Caller(person=Person.objects.get(username="oskar"))
    assert list(access.seen_by(caller)) == [cases["clinical"]]


def test_a_case_that_was_decided_stays_visible_to_its_reviewers(world, cases):
    Escalation.objects.filter(pk=cases["support"].pk).update(status="withdrawn")
    assert cases["support"] in access.seen_by(person(world, "ada"))


def test_a_key_sees_the_cases_of_its_workflows_only(world, cases):
    assert {one.queue.slug for one in access.seen_by(sender(world, "clinical-notes"))} == {"clinical"}
    with pytest.raises(NotFound):
        access.escalation_seen_by(sender(world, "clinical-notes"), cases["support"].pk)
    assert not access.seen_by(sender(world)).exists()


def test_only_its_sender_withdraws_a_case_and_reads_its_bytes(world, cases):
    stranger = sender(world, "airline-support", sender_id=create_sender("another", now=NOON).pk)
    for look_up in (access.escalation_to_withdraw, access.snapshot_bytes_for):
        assert look_up(sender(world, "airline-support"), cases["support"].pk) == cases["support"]
        with pytest.raises(Forbidden):
            look_up(stranger, cases["support"].pk)


def test_people_read_the_bytes_of_what_they_see_but_withdraw_nothing(world, cases):
    assert access.snapshot_bytes_for(person(world, "ada"), cases["support"].pk)
    with pytest.raises(Forbidden):
        access.escalation_to_withdraw(person(world, "cleo"), cases["support"].pk)


def test_a_key_reviews_and_leads_nothing(world, cases):
    for look_up in (access.escalation_to_review, access.escalation_to_lead):
        with pytest.raises(Forbidden, match="Only people"):
            look_up(sender(world, "airline-support"), cases["support"].pk)


def test_a_queue_to_claim_from_is_found_seen_or_hidden(world):
    assert access.queue_to_review(person(world, "ada"), "support") == world.queues["support"]
    for name, slug, refusal in [
        ("ada", "specialists", NotFound),
        ("mallory", "support", NotFound),
        ("otto", "support", Forbidden),
        ("ada", "no-such", NotFound),
    ]:
        with pytest.raises(refusal):
            access.queue_to_review(person(world, name), slug)


@pytest.mark.parametrize("name", ["cleo", "mona", "olga", "otto", "admin"])
def test_reports_count_what_the_reader_sees(world, cases, name):
    assert set(access.cases_to_report(person(world, name))) == set(cases.values())


@pytest.mark.parametrize("name", ["ada", "ben", "mallory"])
def test_reviewers_and_outsiders_read_no_reports_and_no_datasets(world, name):
    for look_up in (access.cases_to_report, access.datasets_seen_by):
        with pytest.raises(Forbidden):
            look_up(person(world, name))


def test_keys_need_their_scopes(world):
    bare = replace(sender(world, "airline-support"), scopes=frozenset())
    for look_up in (access.cases_to_report, access.datasets_seen_by):
        with pytest.raises(Forbidden) as refused:
            look_up(bare)
        assert refused.value.code == "missing_scope"


@pytest.fixture
def notes(world):
    """A dataset of the clinical notes alone, beside that of everything."""
    made = Dataset.objects.create(id=uuid7(NOON), slug="notes", name="Notes", salt=b"s", created_at=NOON)
    made.workflows.add(world.workflows["clinical-notes"])
    return made


BUILDS = {"cleo": 200, "olga": 200, "admin": 200, "mona": 403, "otto": 403, "ada": 403, "mallory": 403}


@pytest.mark.parametrize(("name", "expected"), BUILDS.items())
def test_leads_owners_and_admins_build_releases(world, name, expected):
    assert (
        what_happens(lambda who, _: access.dataset_to_build(who, "all-corrections"), person(world, name), world.ada)
        == expected
    )


def test_a_key_reads_the_datasets_that_lie_within_its_workflows(world, notes):
    both, airline = sender(world, "airline-support", "clinical-notes"), sender(world, "airline-support")
    assert slugs_of(access.datasets_seen_by(both)) == {"all-corrections", "notes"}
    assert slugs_of(access.datasets_seen_by(airline)) == {"all-corrections"}
    assert access.dataset_to_read(both, "all-corrections")
    with pytest.raises(Forbidden):
        access.dataset_to_read(airline, "all-corrections")
    with pytest.raises(NotFound):
        access.dataset_to_read(airline, "notes")


def test_a_closed_account_is_nobody(world):
    world.ada.is_active = False
    for nobody in (None, world.ada):
        with pytest.raises(Unauthenticated):
            access.need_active(nobody)


def test_rights_given_later_hold_for_the_next_request(world, cases):
    create_person("mallory", role="reviewer", queues=[world.queues["support"]], now=NOON)
    assert list(access.seen_by(person(world, "mallory"))) == [cases["support"]]
