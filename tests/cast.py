"""The cast: ada and ben review, cleo leads, mona manages, olga owns a workflow, otto audits, mallory is an outsider."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.hashers import make_password

from escalations.access import Caller
from escalations.actions.keys import create_key, create_sender
from escalations.actions.people import create_person
from escalations.actions.policies import create_calendar, create_queue, create_workflow
from escalations.models import Dataset, Person, Queue, Sender, Workflow
from escalations.rules.identifiers import uuid7

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PASSWORD = "correct-horse-battery-1"
TARGETS = {
    "critical": {"claim_minutes": 15, "decide_minutes": 60, "boost_minutes": 120},
    "high": {"claim_minutes": 60, "decide_minutes": 240, "boost_minutes": 60},
    "normal": {"claim_minutes": 240, "decide_minutes": 960, "boost_minutes": 0},
    "low": {"claim_minutes": 480, "decide_minutes": 2880, "boost_minutes": 0},
}
POLICY = {
    "text": "Refunds above the limit need a person.",
    "rules": [
        {"name": "refund tool", "when": {"tools": ["refund"]}, "then": {"queue": "support", "severity": "high"}},
        {"name": "unsafe", "when": {"flags": ["unsafe"]}, "then": {"queue": "specialists", "severity": "critical"}},
    ],
    "default": {"queue": "support", "severity": "normal"},
    "targets": TARGETS,
}


@dataclass
class World:
    """Two workflows, three queues, everybody, and a sender's key for the first workflow."""

    people: dict[str, Person]
    queues: dict[str, Queue]
    workflows: dict[str, Workflow]
    sender: Sender
    key: str
    dataset: Dataset

    def __getattr__(self, name):
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def bot(self) -> Caller:
        """The sender as the API's door sees it."""
        refs = {one.slug: (one.pk, one.policy_id) for one in self.workflows.values() if one.slug == "airline-support"}
        scopes = frozenset({"escalations:write", "escalations:read", "decisions:read"})
        return Caller(sender_id=self.sender.pk, scopes=scopes, workflows=refs)


def make_world(now: datetime = NOON) -> World:
    """The smallest world in which everybody has something to do."""
    names = ("ada", "ben", "cleo", "mona", "olga", "otto", "admin", "mallory")
    people = {name: Person.objects.create(id=uuid7(now), username=name, first_name=name.title()) for name in names}
    Person.objects.update(password=make_password(PASSWORD))
    calendar = create_calendar("always", name="Around the clock", now=now)
    queues = {
        slug: create_queue(slug, name=slug.title(), lead=people["cleo"], calendar=calendar, now=now)
        for slug in ("support", "clinical", "specialists")
    }
    workflows = {
        "airline-support": create_workflow("airline-support", name="Airline support", policy=POLICY, now=now),
        "clinical-notes": create_workflow(
            "clinical-notes",
            name="Clinical notes",
            policy={**POLICY, "rules": [], "default": {"queue": "clinical", "severity": "high"}},
            now=now,
        ),
    }
    for name in ("ada", "ben"):
        create_person(name, role="reviewer", queues=[queues["support"], queues["clinical"]], now=now)
    create_person("cleo", role="lead", queues=list(queues.values()), now=now)
    create_person("mona", role="manager", now=now)
    create_person("olga", role="workflow_owner", workflows=list(workflows.values()), now=now)
    create_person("otto", role="auditor", now=now)
    create_person("admin", role="admin", now=now)
    sender = create_sender("bot", now=now)
    key = create_key(sender, workflows=[workflows["airline-support"]], now=now)
    dataset = Dataset.objects.create(
        id=uuid7(now), slug="all-corrections", name="All corrections", salt=b"salt" * 8, created_at=now
    )
    return World({p.username: p for p in Person.objects.all()}, queues, workflows, sender, key, dataset)
