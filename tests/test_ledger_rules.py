"""The ledger's arithmetic: a canonical line, a chain that shows every change, a fold."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalations.rules.ledger import GENESIS, Entry, commitment, faults_of_chain, fold, instant, line_hash

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
FIRST = Entry("escalation", "e1", 1, "submitted", "sender:s", {"status": "waiting"}, NOON, GENESIS)


def stored(entry):
    line = entry.line()
    return SimpleNamespace(**vars(entry), line=line, hash=line_hash(line))


def chain(length=4):
    events = [stored(FIRST)]
    for seq in range(2, length + 1):
        entry = replace(FIRST, seq=seq, verb="claimed", at=NOON + timedelta(seq), prev_hash=events[-1].hash)
        events.append(stored(entry))
    return events


def test_a_whole_chain_has_no_fault():
    assert list(faults_of_chain(chain())) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("verb", "decided"),
        ("actor", "person:x"),
        ("facts", {"status": "decided"}),
        ("at", NOON),
        ("stream_id", "e2"),
        ("stream_kind", "system"),
    ],
)
def test_a_changed_column_is_found(name, value):
    events = chain()
    setattr(events[1], name, value)
    assert list(faults_of_chain(events)) == [(2, "its columns are not what its line says")]


def test_a_changed_byte_of_a_line_is_found():
    events = chain()
    events[1].line = events[1].line.replace("claimed", "claimeD")
    assert (2, "its hash is not that of its line") in list(faults_of_chain(events))


def test_a_forged_line_with_its_own_hash_breaks_the_chain_after_it():
    events = chain()
    forged = replace(FIRST, seq=2, verb="decided", prev_hash=events[0].hash)
    events[1] = stored(forged)
    assert list(faults_of_chain(events)) == [(3, "does not follow the event before it")]


def test_two_swapped_events_are_found():
    events = chain()
    events[1], events[2] = events[2], events[1]
    assert list(faults_of_chain(events))


def test_two_events_that_swapped_their_numbers_are_found():
    events = chain()
    events[1].seq, events[2].seq = 3, 2
    assert list(faults_of_chain(sorted(events, key=lambda event: event.seq)))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_event_deleted_from_the_middle_is_found(place):
    events = chain()
    del events[place]
    assert (place + 1, "missing") in list(faults_of_chain(events))


def test_facts_that_have_no_canonical_form_are_a_fault_and_no_crash():
    events = chain(1)
    events[0].facts = {"score": float("nan")}
    assert list(faults_of_chain(events)) == [(1, "its columns are not what its line says")]


def test_a_line_is_canonical_and_covers_every_field():
    assert FIRST.line() == (
        '{"actor":"sender:s","at":"2026-03-04T12:00:00.000000Z","facts":{"status":"waiting"},'
        f'"prev_hash":"{GENESIS}","seq":1,"stream_id":"e1","stream_kind":"escalation","verb":"submitted"}}'
    )


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers(0, 2**53 - 1) | st.none(), max_size=6))
def test_the_order_in_which_facts_were_given_does_not_matter(facts):
    backwards = dict(reversed(facts.items()))
    assert replace(FIRST, facts=facts).line() == replace(FIRST, facts=backwards).line()


def test_an_instant_is_written_in_utc_to_the_microsecond():
    berlin = timezone(timedelta(hours=1))
    assert instant(datetime(2026, 3, 4, 13, 0, 0, 1, tzinfo=berlin)) == "2026-03-04T12:00:00.000001Z"


def test_a_commitment_needs_its_salt():
    digest = hashlib.sha256(b"text").hexdigest()
    assert commitment(b"a", digest) == hashlib.sha256(b"a" + bytes.fromhex(digest)).hexdigest()
    assert commitment(b"a", digest) != commitment(b"b", digest)


def test_the_fold_keeps_the_last_word_on_each_thing():
    told = [{"status": "waiting", "owner": "cleo", "queue": "support"}, {"status": "claimed", "owner": "ada", "x": 1}]
    after = {"status": "claimed", "owner": "ada", "queue": "support", "severity": None, "decision": None}
    assert fold(told) == after
