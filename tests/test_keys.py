from datetime import timedelta

import pytest
from django.test import Client

from escalations.actions.keys import (
    Grant,
    add_sender,
    create_key,
    disable_sender,
    enable_sender,
    expire_key,
    issue_key,
    limit_key,
    rotate_key,
)
from escalations.errors import Conflict, Invalid
from escalations.models import ApiKey, Event
from escalations.queries.keys import find_key
from escalations.rules.identifiers import uuid7
from tests.cases import ONE_MINUTE, faults
from tests.cast import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def key_of(text):
    return ApiKey.objects.get(prefix=text.split("_")[1])


def rotated(world, overlap=HOUR):
    return rotate_key(key_of(world.key), overlap=overlap, by=world.admin, key_id=uuid7(NOON), now=NOON)


def status(text):
    return Client().get("/api/v1/escalations", headers={"Authorization": f"Bearer {text}"}).status_code


def test_both_keys_are_good_during_the_overlap_and_one_after_it(world):
    new = rotated(world)
    assert find_key(world.key, now=NOON + HOUR - ONE_MINUTE)
    assert not find_key(world.key, now=NOON + HOUR)
    assert find_key(new, now=NOON + 1000 * HOUR)


def test_the_new_key_may_do_what_the_old_one_could(world):
    limit_key(key_of(world.key), requests_per_second=7, by=world.admin, now=NOON)
    old, new = find_key(world.key, now=NOON), find_key(rotated(world), now=NOON)
    assert (new.scopes, new.workflows, new.requests_per_second) == (old.scopes, old.workflows, 7)


def test_rotating_without_overlap_ends_the_old_key_at_once(world):
    rotated(world, overlap=timedelta())
    assert not find_key(world.key, now=NOON)


def test_rotating_never_lengthens_the_old_keys_life(world):
    text = create_key(world.sender, now=NOON, expires_at=NOON + ONE_MINUTE)
    rotate_key(key_of(text), overlap=HOUR, by=world.admin, key_id=uuid7(NOON), now=NOON)
    assert key_of(text).expires_at == NOON + ONE_MINUTE


def test_an_ended_key_can_not_be_rotated(world):
    expire_key(key_of(world.key), by=world.admin, now=NOON)
    with pytest.raises(Conflict, match="has ended"):
        rotated(world)


def test_a_key_that_is_asked_for_twice_is_made_once(world):
    once = uuid7(NOON)
    issue_key(world.sender, Grant(), by=world.admin, key_id=once, now=NOON)
    with pytest.raises(Conflict, match="shown only once"):
        issue_key(world.sender, Grant(), by=world.admin, key_id=once, now=NOON)


def test_an_expired_key_answers_401_at_once(world):
    assert status(world.key) == 200
    expire_key(key_of(world.key), by=world.admin, now=NOON)
    assert status(world.key) == 401


def test_a_disabled_senders_keys_answer_401_until_it_is_enabled(world):
    disable_sender(world.sender, by=world.admin, now=NOON)
    assert status(world.key) == 401
    with pytest.raises(Conflict):
        disable_sender(world.sender, by=world.admin, now=NOON)
    enable_sender(world.sender, by=world.admin, now=NOON)
    assert status(world.key) == 200


def test_a_limit_counts_from_the_next_request(world):
    limit_key(key_of(world.key), requests_per_second=1, by=world.admin, now=NOON)
    assert [status(world.key) for _ in range(3)] == [200, 200, 429]


def test_a_senders_name_is_taken_whatever_its_case(world):
    with pytest.raises(Invalid, match="taken"):
        add_sender("BOT", Grant(), by=world.admin, key_id=uuid7(NOON), now=NOON)


def test_a_key_that_would_have_ended_is_refused(world):
    with pytest.raises(Invalid) as refused:
        issue_key(world.sender, Grant(expires_at=NOON), by=world.admin, key_id=uuid7(NOON), now=NOON)
    assert refused.value.faults[0].pointer == "/expires_on"


def test_the_ledger_tells_of_keys_without_their_secrets(world):
    texts = [world.key, rotated(world)]
    expire_key(key_of(texts[1]), by=world.admin, now=NOON)
    lines = list(Event.objects.filter(stream_id="keys").order_by("seq").values_list("verb", "line"))
    assert [verb for verb, _ in lines][-3:] == ["key_created", "key_rotated", "key_expired"]
    assert not any(text.split("_")[2] in line or "bot" in line for text in texts for _, line in lines)
    assert faults() == []
