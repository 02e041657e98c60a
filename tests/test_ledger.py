"""The ledger on the database: nobody may change it, and whoever changes it behind its back is found."""

import importlib
import io
from datetime import timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from escalations.actions.expire import find_breaches
from escalations.actions.policies import create_calendar
from escalations.actions.release import build_release, request_release
from escalations.actions.reopen import reopen_escalation
from escalations.actions.submit import submit_many
from escalations.actions.withdraw import withdraw_escalation
from escalations.models import Escalation, Event
from escalations.queries.ledger import Tally, ledger_faults
from tests.cases import body, claimed, decide, decided, decided_again, faults, submitted
from tests.cast import NOON
from tests.threads import at_once

APPEND_ONLY = importlib.import_module("escalations.migrations.0002_ledger_guards").APPEND_ONLY
CHANGES = ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE")

every_table = pytest.mark.parametrize("table", [f"escalations_{name}" for name in APPEND_ONLY])
every_change = pytest.mark.parametrize("change", CHANGES, ids=["update", "delete", "truncate"])
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def story(world):
    """One case that has seen everything, among others; committed."""
    first = decided(world, "correct", severity="critical")
    decided_again(world, first, "reject")
    find_breaches(now=NOON + timedelta(days=1))
    reopen_escalation(first.escalation_id, lead=world.cleo, reason="Once more.", now=NOON)
    withdraw_escalation(submitted(world).pk, caller=world.bot, reason="Mistake.", now=NOON)
    claimed(world)
    assert faults() == []
    return first


def tamper(owner, statement, *values):
    """Change something as the owner with the triggers off, as nobody should."""
    tables = [f"escalations_{name}" for name in APPEND_ONLY]
    for table in tables:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    changed = owner.execute(statement, values).rowcount
    for table in tables:
        owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER rows_stay")
        owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER table_stays")
    assert changed == 1


def verify():
    """(exit code, lines) of `manage.py verify_ledger`."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_ledger", stdout=out, stderr=err)
    except SystemExit as exit_:
        return exit_.code, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


@every_table
@every_change
def test_the_runtime_role_may_not_change_what_is_append_only(world, table, change):
    find_breaches(now=submitted(world).due_at)
    decided(world)
    with pytest.raises(ProgrammingError, match=r"permission denied|append-only"), transaction.atomic():
        connection.cursor().execute(change.format(table))


@committed
def test_not_even_the_owner_may_while_the_triggers_are_on(world, owner_connection):
    find_breaches(now=submitted(world).due_at)
    decided(world)
    for name in APPEND_ONLY:
        for change in CHANGES:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                owner_connection.execute(change.format(f"escalations_{name}"))


def test_the_runtime_role_can_not_switch_the_triggers_off(world):
    for statement in ("ALTER TABLE escalations_event DISABLE TRIGGER ALL", "SET session_replication_role = replica"):
        with pytest.raises(ProgrammingError), transaction.atomic():
            connection.cursor().execute(statement)


def test_appending_is_allowed(world):
    create_calendar("nights", name="Nights", now=NOON)
    assert faults() == []


TAMPERINGS = {
    "a byte of a line": (
        "UPDATE escalations_event SET line = replace(line, 'correct', 'approve') WHERE id = %s",
        "event",
        "its hash is not that of its line",
    ),
    "a column of an event": (
        "UPDATE escalations_event SET actor = 'person:nobody' WHERE id = %s",
        "event",
        "its columns are not what its line says",
    ),
    "facts of another shape": (
        "UPDATE escalations_event SET facts = '[\"x\"]' WHERE id = %s",
        "event",
        "its columns are not what its line says",
    ),
    "an event in the middle": ("DELETE FROM escalations_event WHERE id = %s", "event", "missing"),
    "a verdict": (
        "UPDATE escalations_decision SET verdict = 'approve' WHERE id = %s",
        "decision",
        "the decision's verdict is not what was decided",
    ),
    "the hash of an output": (
        "UPDATE escalations_decision SET output_sha256 = repeat('a', 64) WHERE id = %s",
        "decision",
        "the decision's output is not what was decided",
    ),
    "a decision's categories": (
        "UPDATE escalations_decision SET failure_categories = '{tone}' WHERE id = %s",
        "decision",
        "the decision is not what its review answered",
    ),
    "who decided": (
        (
            "UPDATE escalations_decision d SET decided_by_id = q.lead_id FROM escalations_queue q"
            " WHERE d.id = %s AND q.slug = 'support'"
        ),
        "decision",
        "the decision names another person than its review",
    ),
    "when it was decided": (
        "UPDATE escalations_decision SET decided_at = decided_at - interval '1 day' WHERE id = %s",
        "decision",
        "the decision's instant is not the one of its event",
    ),
    "a review's answers": (
        "UPDATE escalations_review SET severity = 'low' WHERE id = %s",
        "review",
        "the review is not what was submitted",
    ),
    "a corrected output": (
        "UPDATE escalations_reviewtext SET document = replace(document, 'No', 'Yes') WHERE review_id = %s",
        "review",
        "the review is not what was submitted",
    ),
    "a review's text, broken": (
        "UPDATE escalations_reviewtext SET document = '{' WHERE review_id = %s",
        "review",
        "the review is not what was submitted",
    ),
    "a review's text, gone": (
        "DELETE FROM escalations_reviewtext WHERE review_id = %s",
        "review",
        "the review is not what was submitted",
    ),
    "a byte of the snapshot": (
        "UPDATE escalations_snapshot SET raw = set_byte(raw, 5, 33) WHERE escalation_id = %s",
        "case",
        "the snapshot's bytes are not those of its hash",
    ),
    "the snapshot with its hash": (
        (
            "UPDATE escalations_snapshot SET raw = 'x', payload_sha256 = encode(sha256('x'), 'hex')"
            " WHERE escalation_id = %s"
        ),
        "case",
        "the snapshot's hash is not the one that was submitted",
    ),
    "a reason": (
        (
            "UPDATE escalations_eventtext t SET text = 'Else.' FROM escalations_event e"
            " WHERE e.id = t.event_id AND e.verb = 'reopened' AND e.seq > 6 AND e.stream_id = %s::text"
        ),
        "case",
        "the text beside it is not what was written with it",
    ),
    "the owner": (
        (
            "UPDATE escalations_escalation c SET owner_id = p.id FROM escalations_person p"
            " WHERE p.username = 'mallory' AND c.id = %s"
        ),
        "case",
        "another owner",
    ),
    "the queue": (
        (
            "UPDATE escalations_escalation SET queue_id = (SELECT id FROM escalations_queue WHERE slug = 'clinical')"
            " WHERE id = %s"
        ),
        "case",
        "another queue",
    ),
    "the status": ("UPDATE escalations_escalation SET status = 'decided' WHERE id = %s", "case", "another status"),
    "the severity": ("UPDATE escalations_escalation SET severity = 'low' WHERE id = %s", "case", "another severity"),
    "the standing decision": (
        "UPDATE escalations_escalation SET decision_id = NULL WHERE id = %s",
        "case",
        "another decision",
    ),
}


def targets(decision):
    event = Event.objects.get(verb="decided", facts__decision=str(decision.pk))
    return {
        "event": event.pk,
        "case": decision.escalation_id,
        "decision": decision.pk,
        "review": decision.review_id,
    }


@committed
@pytest.mark.parametrize(("statement", "target", "what"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_what_was_changed_behind_the_ledgers_back_is_found(story, owner_connection, statement, target, what):
    tamper(owner_connection, statement, targets(story)[target])
    code, told = verify()
    assert code == 1
    assert any(what in line for line in told)
    assert all(line.startswith(f"escalation {story.escalation_id} seq ") for line in told)


@committed
def test_an_event_deleted_from_the_tail_is_found(world, owner_connection):
    row = claimed(world).escalation
    tamper(owner_connection, "DELETE FROM escalations_event WHERE hash = %s", row.head_hash)
    assert any("the escalation's head is not its last event" in told for told in faults())


@committed
def test_a_changed_byte_is_one_line(story, owner_connection):
    pk = Event.objects.filter(stream_kind="workflow").first().pk
    tamper(owner_connection, "UPDATE escalations_event SET actor = 'x' WHERE id = %s", pk)
    code, told = verify()
    assert (code, len(told)) == (1, 1)
    assert told[0].endswith("its columns are not what its line says")


@committed
def test_a_case_whose_ledger_is_gone_or_forged_is_found(world, owner_connection):
    escalation = submitted(world)
    for name in ("not-an-id", str(world.ada.pk)):
        tamper(owner_connection, "UPDATE escalations_event SET stream_id = %s WHERE verb = 'submitted'", name)
        told = "\n".join(faults())
        assert "the escalation is gone" in told
        assert f"escalation {escalation.pk} seq 0: the escalation has no events" in told


@committed
def test_a_decision_that_no_event_tells_of_is_found(world, owner_connection):
    first = decided(world)
    clone = "INSERT INTO escalations_decision SELECT (jsonb_populate_record(d, %s)).* FROM escalations_decision d"
    changes = f'{{"id": "{world.ada.pk}", "sequence": 999999, "round": 2, "review_id": null, "decided_by_id": null}}'
    tamper(owner_connection, clone, changes)
    assert faults() == [f"escalation {first.escalation_id} seq 3: no event tells of decision {world.ada.pk}"]


PUBLISHED = {
    "a policy": 'UPDATE escalations_policy SET document = document || \'{"text": "x"}\' WHERE id = (SELECT policy_id'
    " FROM escalations_workflow WHERE slug = 'clinical-notes')",
    "a rubric": "UPDATE escalations_rubric SET categories = '[]' WHERE id = (SELECT rubric_id"
    " FROM escalations_workflow WHERE slug = 'clinical-notes')",
    "a release's members": "DELETE FROM escalations_releaseexample",
    "an example": "UPDATE escalations_example SET document = replace(document, 'No, you may not.', 'Yes.')",
    "an example's hash": "UPDATE escalations_example SET content_sha256 = repeat('a', 64)",
    "a policy's event": "DELETE FROM escalations_event WHERE verb = 'policy_activated'"
    " AND stream_id = (SELECT id::text FROM escalations_workflow WHERE slug = 'clinical-notes')",
}


@committed
@pytest.mark.parametrize("statement", PUBLISHED.values(), ids=PUBLISHED)
def test_what_was_published_can_not_be_changed_unseen(world, owner_connection, statement):
    decided(world, "correct")
    release = request_release(world.dataset, requested_by="system", note="", now=NOON)
    build_release(release.pk, now=NOON)
    assert faults() == []
    tamper(owner_connection, statement)
    assert verify()[0] == 1


@committed
def test_verifying_counts_what_holds(story):
    code, told = verify()
    assert code == 0
    assert told == [f"{Event.objects.count()} events in {told[0].split()[3]} streams hold."]


@committed
def test_work_that_goes_on_meanwhile_is_not_a_fault(world):
    def work():
        for _ in range(25):
            decide(claimed(world))

    found = at_once(work, lambda: [faults() for _ in range(15)])
    assert found == [None, [[]] * 15]


def test_verifying_asks_a_handful_of_queries_however_many_cases(world, django_assert_max_num_queries):
    submit_many([body() for _ in range(400)], caller=world.bot, now=NOON)
    tally = Tally()
    with django_assert_max_num_queries(12):
        assert list(ledger_faults(tally)) == []
    assert tally.streams > Escalation.objects.count() == 400
