"""How often a key may ask."""

import pytest

from escalations.api import limits
from escalations.api.limits import take
from escalations.errors import TooMany
from escalations.models import ApiKey, Escalation
from escalations.rules.identifiers import uuid7
from tests.api import api_of, is_problem
from tests.cases import body
from tests.cast import NOON


@pytest.fixture
def slow_bot(world):
    """The sender, whose key may ask once a second; two at once are taken."""
    ApiKey.objects.filter(sender=world.sender).update(requests_per_second=1)
    return api_of(world)


def test_over_the_limit_says_when_to_try_again(slow_bot):
    answers = [slow_bot.post("escalations", body()) for _ in range(4)]
    assert [answer.status_code for answer in answers][:2] == [201, 201]
    refused = answers[-1]
    assert is_problem(refused, 429, "too_many_requests")
    assert refused["Retry-After"] == "1"
    assert (refused["RateLimit-Policy"], refused["RateLimit"]) == ('"key";q=1;w=1', '"key";r=0;t=1')
    assert Escalation.objects.count() == 2


def test_a_key_does_not_use_up_anothers_limit(world, slow_bot):
    [slow_bot.get("escalations") for _ in range(4)]
    assert api_of(world, "ada").get("escalations").status_code == 200


def test_no_key_is_stopped_below_200_a_second(world):
    assert ApiKey.objects.get(sender=world.sender).requests_per_second >= 200


def test_a_bucket_fills_again(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: clock[0])
    key = uuid7(NOON)
    [take(key, per_second=1) for _ in range(2)]
    with pytest.raises(TooMany):
        take(key, per_second=1)
    clock[0] += 1
    take(key, per_second=1)
    with pytest.raises(TooMany):
        take(key, per_second=1)


def test_many_keys_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    [take(uuid7(NOON), per_second=1) for _ in range(50)]
    assert len(limits._buckets) <= 10
