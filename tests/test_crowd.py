"""Twenty reviewers, two hundred cases, everything submitted twice, leases that run out: the drill of a whole day."""

import random
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from escalations.actions.claim import LEASE, claim_next
from escalations.actions.decide import submit_review
from escalations.actions.expire import find_breaches, lapse_claims
from escalations.actions.people import create_person
from escalations.actions.submit import submit_many
from escalations.errors import Conflict
from escalations.models import Claim, Decision, Escalation, Event, Review
from tests.cases import answers, body, faults
from tests.cast import NOON
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
REVIEWERS, CASES = 20, 200
LONG_AGO = NOON - LEASE - timedelta(minutes=1)  # a claim made then has lapsed by noon


class Crowd:
    """Reviewers who work until nothing is left, and what they were told."""

    def __init__(self, world):
        self.queue, self.told = world.queues["support"], Counter()

    def work(self, person, seed):
        chance = random.Random(seed)
        while claim := claim_next([self.queue], reviewer=person, now=chance.choice([NOON, NOON, NOON, LONG_AGO])):
            if claim.claimed_at == LONG_AGO:
                lapse_claims(now=NOON)
                time.sleep(chance.random() / 20)
            self.decide_twice(claim, person)

    def decide_twice(self, claim, person):
        told = answers(claim.token, random.choice(["approve", "correct"]))
        found = at_once(*[lambda: submit_review(claim.escalation_id, body=told, reviewer=person, now=NOON)] * 2)
        if all(isinstance(one, Conflict) for one in found):
            assert claim.claimed_at == LONG_AGO
            self.told[found[0].code] += 1
        else:
            assert sorted(is_new for _, is_new in found) == [False, True]
            assert found[0][0].pk == found[1][0].pk
            self.told["decided"] += 1


class Poller(threading.Thread):
    """Reads the feed by `sequence > last` while people decide."""

    def __init__(self):
        super().__init__()
        self.seen, self.is_over = [], False

    def run(self):
        while True:
            last_round = self.is_over
            last = self.seen[-1] if self.seen else 0
            more = Decision.objects.filter(sequence__gt=last).in_sequence().values_list("sequence", flat=True)
            self.seen.extend(more)
            time.sleep(0.002)
            if last_round:
                connection.close()
                return


@pytest.fixture
def crowd(world):
    lines = [body(external_id=f"m{at}", severity="critical") for at in range(CASES)]
    submit_many(lines, caller=world.bot, now=NOON - timedelta(hours=1))
    queues = [world.queues["support"]]
    people = [create_person(f"reviewer{at}", role="reviewer", queues=queues, now=NOON) for at in range(REVIEWERS)]
    crowd, poller = Crowd(world), Poller()
    poller.start()
    sweep = [lambda: [find_breaches(now=NOON) for _ in range(20)]]
    found = at_once(*(lambda p=p, s=s: crowd.work(p, s) for s, p in enumerate(people)), *sweep)
    poller.is_over = True
    poller.join(60)
    assert [one for one in found if isinstance(one, Exception)] == []
    crowd.seen = poller.seen
    return crowd


def test_a_crowd_decides_every_case_exactly_once(crowd):
    assert Escalation.objects.filter(status="decided").count() == CASES
    assert Decision.objects.count() == Review.objects.count() == crowd.told["decided"] == CASES
    assert crowd.told["stale_token"] + crowd.told["already_decided"] > 0
    assert Event.objects.filter(verb="decided", facts__late_lease=True).exists()
    assert not Claim.objects.filter(ended_at=None).exists()
    assert_claimed_one_at_a_time()
    sequences = list(Decision.objects.in_sequence().values_list("sequence", flat=True))
    assert crowd.seen == sequences == list(range(sequences[0], sequences[0] + CASES))
    assert faults() == []


def assert_claimed_one_at_a_time():
    """In each case's ledger a claim is over before the next one begins."""
    holders = {}
    for stream, verb in Event.objects.order_by("stream_id", "seq").values_list("stream_id", "verb"):
        if verb == "claimed":
            assert holders.setdefault(stream, 0) == 0
        holders[stream] = {"claimed": 1, "claim_lapsed": 0, "decided": 0}.get(verb, holders.get(stream, 0))
