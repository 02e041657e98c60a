import json
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from escalations.access import queues_led_by, queues_reviewed_by, queues_seen_by, workflows_seen_by
from escalations.actions.demo.calendar import HASTY_PROMPT, UPGRADED, Era
from escalations.models import (
    ApiKey,
    Claim,
    Clock,
    Dataset,
    Decision,
    Escalation,
    Event,
    Person,
    Release,
    Snapshot,
    Workflow,
)
from escalations.queries.ledger import Tally, ledger_faults
from reviewapp import state

ORDINARY = {"support", "clinical", "editorial", "general"}


@pytest.fixture(scope="module", autouse=True)
def demo_world(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo world, made once for this file and taken back at its end; no other process sees its key."""
    key_file = tmp_path_factory.mktemp("var") / "demo.key"
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(state, "DEMO_KEY_FILE", key_file)
        call_command("seed_demo")
        yield
        transaction.set_rollback(True)


def person(username):
    return Person.objects.get(username=username)


def slugs(found):
    return set(found.values_list("slug", flat=True))


@pytest.mark.parametrize("username", ["ada", "ben"])
def test_reviewers_review_the_ordinary_queues_and_lead_none(username):
    assert slugs(queues_reviewed_by(person(username))) == ORDINARY
    assert not queues_led_by(person(username))


def test_cleo_leads_every_queue_and_reviews_the_specialists():
    assert slugs(queues_led_by(person("cleo"))) == ORDINARY | {"specialists"}
    assert "specialists" in slugs(queues_reviewed_by(person("cleo")))


def test_mallory_may_sign_in_and_sees_nothing():
    mallory = person("mallory")
    assert mallory.check_password("demo-review-1")
    assert not queues_seen_by(mallory)
    assert not workflows_seen_by(mallory)


def test_olga_owns_all_six_workflows_and_mona_watches_them():
    assert workflows_seen_by(person("olga")).count() == workflows_seen_by(person("mona")).count() == 6
    assert all(one.business_owner == person("olga") for one in Workflow.objects.all())


def test_the_dataset_of_all_corrections_stands_first_and_has_releases():
    assert Dataset.objects.first().slug == "all-corrections"
    assert Release.objects.filter(state="built").count() == 2


def test_there_are_three_months_of_decisions_of_every_kind():
    decisions = Decision.objects.all()
    assert 250 <= decisions.count() <= 380
    assert timezone.now() - decisions.order_by("decided_at").first().decided_at > timedelta(days=80)
    assert {"approve", "correct", "reject"} == set(decisions.values_list("verdict", flat=True))
    assert decisions.filter(decided_by=None).count() >= 3
    assert decisions.filter(overrides__isnull=False).count() >= 3
    assert Escalation.objects.filter(status="withdrawn").count() >= 2


def decided_between(since, until):
    """The standing decision of each case that arrived between so many and so many days ago."""
    now = timezone.now()
    arrived = (now - timedelta(days=since), now - timedelta(days=until))
    found = Decision.objects.filter(escalation__received_at__range=arrived).order_by("sequence")
    return list({one.escalation_id: one for one in found}.values())


def share(found, has):
    return sum(map(has, found)) / len(found)


def test_the_better_model_fails_clearly_less():
    before, after = (
        share(decided_between(*days), lambda one: one.verdict != "approve") for days in ((91, UPGRADED), (UPGRADED, 2))
    )
    assert before - after >= 0.15


def test_the_hasty_prompt_leaves_steps_out_while_it_is_live():
    since, until = HASTY_PROMPT
    calm, hasty, after = (
        share(decided_between(*days), lambda one: "incomplete_reasoning" in one.failure_categories)
        for days in ((UPGRADED, since), (since, until), (until, 2))
    )
    assert hasty >= 1.5 * max(calm, after, 0.1)


def test_one_bad_day_has_more_breaches_than_any_other():
    missed = Clock.objects.filter(outcome="missed", escalation__status="decided")
    days = Counter(at.date() for at in missed.values_list("breached_at", flat=True))
    (worst, most), (_, next_most) = days.most_common(2)
    assert worst == Era(timezone.now()).bad_day
    assert most >= max(5, 2 * next_most)


def test_no_two_cases_of_the_world_have_the_same_input():
    snapshots = [json.loads(bytes(raw)) for raw in Snapshot.objects.values_list("raw", flat=True)]
    told = {json.dumps([one["input"], one.get("context")], sort_keys=True) for one in snapshots}
    assert len(told) >= 0.98 * len(snapshots)


def test_a_day_of_work_is_open():
    now, waiting = timezone.now(), Escalation.objects.waiting()
    assert 25 <= waiting.count() <= 40
    assert set(waiting.values_list("queue__slug", flat=True)) == ORDINARY
    assert waiting.overdue(now).exists()
    assert waiting.filter(due_at__range=(now, now + timedelta(hours=1))).exists()
    assert waiting.filter(hold_until__gte=now + timedelta(hours=1)).exists()
    assert Claim.objects.get(ended_at=None).reviewer.username == "ben"


def test_nothing_happens_in_the_future():
    now = timezone.now()
    assert not Event.objects.filter(at__gt=now).exists()
    assert not Clock.objects.filter(started_at__gt=now).exists()
    assert not Snapshot.objects.filter(occurred_at__gt=now).exists()


def test_what_is_late_was_told_once():
    missed = Clock.objects.filter(outcome="missed")
    assert missed.count() >= 15
    assert not missed.filter(breached_at=None).exists()
    assert not Clock.objects.filter(next_fire_at__lte=Event.objects.latest("at").at).exists()


def test_hostile_text_waits_as_it_was_sent():
    raw = next(
        bytes(one.raw) for one in Snapshot.objects.filter(escalation__status="waiting") if b"<script>" in one.raw
    )
    assert "\x00" in json.loads(raw)["output"]
    assert "\ud83d" in json.loads(raw)["output"]


def test_the_ledger_of_the_demo_world_holds():
    assert list(ledger_faults(Tally())) == []


def test_the_key_of_the_demo_world_is_kept_private():
    prefix = state.read_text(state.DEMO_KEY_FILE).split("_")[1]
    key = ApiKey.objects.get(prefix=prefix)
    assert (key.sender.name, key.workflows.count(), len(key.scopes)) == ("demo", 6, 7)
    assert state.DEMO_KEY_FILE.stat().st_mode & 0o777 == 0o600


def test_a_second_time_changes_nothing():
    before = Event.objects.count(), ApiKey.objects.count(), state.read_text(state.DEMO_KEY_FILE)
    call_command("seed_demo")
    assert before == (Event.objects.count(), ApiKey.objects.count(), state.read_text(state.DEMO_KEY_FILE))


def test_a_lost_key_is_replaced():
    lost = state.read_text(state.DEMO_KEY_FILE)
    state.DEMO_KEY_FILE.unlink()
    call_command("seed_demo")
    assert state.read_text(state.DEMO_KEY_FILE) != lost
    assert ApiKey.objects.filter(prefix=state.read_text(state.DEMO_KEY_FILE).split("_")[1]).exists()
