import hashlib
import io
import json
import threading

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from escalations.access import queues_reviewed_by
from escalations.actions.claim import claim_next
from escalations.actions.decide import submit_review
from escalations.actions.keys import create_key
from escalations.actions.release import request_release
from escalations.actions.submit import submit
from escalations.models import SCOPES, ApiKey, Person, Release, Sender
from escalations.records.decision import DecisionBody
from tests.cast import make_world

pytestmark = pytest.mark.django_db


def said_by(*command: str) -> str:
    """What a command prints on standard output."""
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def stored(key: str) -> ApiKey:
    """The row of a key as text; its secret must be the one that was hashed."""
    _, prefix, secret = key.strip().split("_")
    return ApiKey.objects.get(prefix=prefix, secret_sha256=hashlib.sha256(secret.encode()).hexdigest())


def test_create_sender_prints_a_good_key_and_nothing_else():
    make_world()
    key = said_by("create_sender", "desk-bot", "--workflow", "airline-support", "--workflow", "clinical-notes")
    assert key == key.strip() + "\n"
    assert stored(key).sender.name == "desk-bot"
    assert set(stored(key).scopes) == set(SCOPES)
    assert stored(key).workflows.count() == 2


def test_create_sender_gives_only_the_scopes_that_were_named():
    make_world()
    key = said_by("create_sender", "desk-bot", "--workflow", "airline-support", "--scope", "decisions:read")
    assert stored(key).scopes == ["decisions:read"]


@pytest.mark.parametrize("wrong", [["--workflow", "nowhere"], ["--workflow", "airline-support", "--scope", "all"]])
def test_create_sender_refuses_what_it_does_not_know_and_changes_nothing(wrong):
    make_world()
    with pytest.raises(CommandError, match=r"no workflow nowhere|A scope is not known"):
        said_by("create_sender", "desk-bot", *wrong)
    assert not Sender.objects.filter(name="desk-bot").exists()


def test_create_person_makes_somebody_with_a_personal_key():
    make_world()
    key = said_by("create_person", "rosa", "--role", "reviewer", "--queue", "support", "clinical")
    person = stored(key).person
    assert person.username == "rosa"
    assert person.has_role("reviewer")
    assert not person.has_usable_password()
    assert set(queues_reviewed_by(person).values_list("slug", flat=True)) == {"support", "clinical"}


def test_create_person_extends_somebody_who_is_there():
    world = make_world()
    create_key(world.mona, now=timezone.now())
    key = said_by("create_person", "mona", "--role", "reviewer", "--queue", "support")
    mona = Person.objects.get(username="mona")
    assert stored(key).person == mona
    assert mona.keys.count() == 2
    assert mona.has_role("manager")
    assert mona.has_role("reviewer")
    assert mona.check_password("correct-horse-battery-1")


def test_create_person_refuses_an_unknown_queue():
    make_world()
    with pytest.raises(CommandError, match="There is no queue nowhere"):
        said_by("create_person", "rosa", "--role", "reviewer", "--queue", "nowhere")
    assert not Person.objects.filter(username="rosa").exists()


def a_correction(world, output="The fee is 55 euros."):
    """One decided case whose output was corrected."""
    now = timezone.now()
    body = {"workflow": "airline-support", "input": output, "output": "38 euros", "flags": [{"code": "low_confidence"}]}
    submit(json.dumps(body).encode(), caller=world.bot, now=now)
    claim = claim_next([world.queues["support"]], reviewer=world.ada, now=now)
    answers = {"verdict": "correct", "output": output, "failure_categories": ["hallucination"], "reasoning": "No."}
    body = DecisionBody(claim_token=claim.token, **answers)
    return submit_review(claim.escalation_id, body=body, reviewer=world.ada, now=now)[0]


def test_build_release_prints_the_next_version_last():
    world = make_world()
    a_correction(world)
    assert said_by("build_release", "all-corrections", "--note", "First").splitlines()[-1] == "1.0.0"
    assert Release.objects.get().note == "First"


def test_build_release_with_nothing_new_prints_the_standing_version():
    world = make_world()
    a_correction(world)
    assert said_by("build_release", "all-corrections") == said_by("build_release", "all-corrections") == "1.0.0\n"
    assert Release.objects.filter(state="built").count() == 1


def test_build_release_goes_on_with_a_build_that_was_asked_for():
    world = make_world()
    asked = request_release(world.dataset, requested_by="system", note="", now=timezone.now())
    last = a_correction(world)
    assert said_by("build_release", "all-corrections") == "1.0.0\n"
    asked.refresh_from_db()
    assert asked.through_sequence == last.sequence


def test_build_release_refuses_a_dataset_without_corrections():
    make_world()
    with pytest.raises(CommandError, match="no corrections yet"):
        said_by("build_release", "all-corrections")
    with pytest.raises(CommandError, match="There is no dataset nothing"):
        said_by("build_release", "nothing")


@pytest.mark.django_db(transaction=True)
def test_build_release_waits_for_an_earlier_build_and_builds_again(owner_connection):
    world = make_world()
    early = request_release(world.dataset, requested_by="system", note="", now=timezone.now())
    owner_connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 1))", [str(early.pk)])
    last = a_correction(world)

    def finish_without_it():
        ended = "UPDATE escalations_release SET state = 'unchanged', through_sequence = 0 WHERE id = %s"
        owner_connection.execute(ended, [early.pk])
        owner_connection.execute("SELECT pg_advisory_unlock_all()")

    threading.Timer(1, finish_without_it).start()
    assert said_by("build_release", "all-corrections") == "1.0.0\n"
    assert Release.objects.get(state="built").through_sequence == last.sequence
