"""Who is in the demo world, and where its work goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password

from escalations.access import Caller
from escalations.actions.datasets import create_dataset
from escalations.actions.demo.cases import policies
from escalations.actions.keys import create_key, create_sender
from escalations.actions.people import create_person
from escalations.actions.policies import activate_policy, create_calendar, create_queue, create_workflow
from escalations.models import SCOPES, Dataset, Person, Queue, Sender, Workflow
from escalations.rules.identifiers import uuid7

PASSWORD = "demo-review-1"  # noqa: S105 - printed for everybody to use
SENDER = "demo"
NAMES = {
    "ada": ("Ada", "Brandt"),
    "ben": ("Ben", "Okafor"),
    "cleo": ("Cleo", "Marchetti"),
    "olga": ("Olga", "Petrenko"),
    "mona": ("Mona", "Haddad"),
    "otto": ("Otto", "Lindqvist"),
    "admin": ("Astrid", "Holm"),
    "mallory": ("Mallory", "Reyes"),
}
ORDINARY_QUEUES = {"support": "Support", "clinical": "Clinical", "editorial": "Editorial", "general": "General"}
SENIOR_QUEUE = "specialists"
TARGETS = {
    "critical": {"claim_minutes": 15, "decide_minutes": 60, "boost_minutes": 120},
    "high": {"claim_minutes": 60, "decide_minutes": 240, "boost_minutes": 60},
    "normal": {"claim_minutes": 240, "decide_minutes": 1440, "boost_minutes": 0},
    "low": {"claim_minutes": 480, "decide_minutes": 2880, "boost_minutes": 0},
}
HOLDS = {
    "refund-actions": {
        "timeout_seconds": 1800,
        "default": "reject",
        "fallback_output": "Thank you for your patience. A colleague is looking at your refund.",
    }
}
CHANGED_WORKFLOW, FIRST_LIMIT = "airline-support", {"confidence_below": 0.6}
PURPOSE = "Every correction of every workflow, to run against each new model or prompt before it goes live."


@dataclass
class World:
    """The rows of the demo world by the names that people use."""

    people: dict[str, Person]
    queues: dict[str, Queue]
    workflows: dict[str, Workflow]
    dataset: Dataset
    sender: Sender
    key: str

    @property
    def bot(self) -> Caller:
        """The sender as intake sees it, with the policies that stand."""
        refs = {slug: (one.pk, one.policy_id) for slug, one in self.workflows.items()}
        return Caller(sender_id=self.sender.pk, scopes=frozenset(SCOPES), workflows=refs)


def build_world(now: datetime) -> World:
    """Everything but the cases, as of `now`."""
    dataset = create_dataset("all-corrections", name="All corrections", purpose=PURPOSE, now=now)
    people = _people(now)
    queues = _queues(people["cleo"], now)
    workflows = _workflows(people, now)
    _give_roles(queues, workflows, now)
    sender = create_sender(SENDER, now=now)
    key = create_key(sender, workflows=list(workflows.values()), now=now)
    return World(people, queues, workflows, dataset, sender, key)


def _people(now: datetime) -> dict[str, Person]:
    """Everybody, able to sign in, with no rights yet. One slow hash of the one password is enough."""
    password, made = make_password(PASSWORD), {}
    for username, (first, last) in NAMES.items():
        made[username] = Person.objects.create(
            id=uuid7(now), username=username, first_name=first, last_name=last, password=password, date_joined=now
        )
    return made


def _queues(lead: Person, now: datetime) -> dict[str, Queue]:
    calendar = create_calendar("around-the-clock", name="Around the clock", now=now)
    names = {**ORDINARY_QUEUES, SENIOR_QUEUE: "Specialists"}
    return {slug: create_queue(slug, name=name, lead=lead, calendar=calendar, now=now) for slug, name in names.items()}


def _workflows(people: dict[str, Person], now: datetime) -> dict[str, Workflow]:
    owners = {"business_owner": people["olga"], "technical_owner": people["admin"]}
    made = {}
    for told in policies():
        described = {name: told[name] for name in ("name", "purpose", "success")}
        policy = first_policy(told) if told["slug"] == CHANGED_WORKFLOW else policy_document(told)
        made[told["slug"]] = create_workflow(told["slug"], policy=policy, now=now, **described, **owners)
    return made


def change_policy(world: World, now: datetime) -> None:
    """The owner of one workflow becomes stricter."""
    told = next(one for one in policies() if one["slug"] == CHANGED_WORKFLOW)
    workflow, owner = world.workflows[CHANGED_WORKFLOW], world.people["olga"]
    activate_policy(workflow, document=policy_document(told), by=owner, now=now)


def first_policy(told: dict[str, Any]) -> dict[str, Any]:
    """The policy as it was before its owner became stricter: what is unsure was less."""
    whens = [
        {**rule["when"], **FIRST_LIMIT} if "confidence_below" in rule["when"] else rule["when"]
        for rule in told["rules"]
    ]
    return policy_document(
        {**told, "rules": [{**rule, "when": when} for rule, when in zip(told["rules"], whens, strict=True)]}
    )


def policy_document(told: dict[str, Any]) -> dict[str, Any]:
    """A policy as it is stored, from what policies.json tells."""
    flags = [flag for rule in told["rules"] for flag in rule["when"].get("flags", [])]
    document = {
        "text": told["policy_text"],
        "rules": told["rules"],
        "default": told["default"],
        "targets": TARGETS,
        "escalate_flags": sorted(set(flags)),
        "confidence_threshold": 0.6,
        "sampling_rate": 0.02,
    }
    hold = HOLDS.get(told["slug"])
    return {**document, "hold": hold} if hold else document


def _give_roles(queues: dict[str, Queue], workflows: dict[str, Workflow], now: datetime) -> None:
    """Roles and rights; mallory gets none."""
    ordinary = [queues[slug] for slug in ORDINARY_QUEUES]
    create_person("ada", role="reviewer", queues=ordinary, now=now)
    create_person("ben", role="reviewer", queues=ordinary, now=now)
    create_person("cleo", role="lead", queues=list(queues.values()), now=now)
    create_person("olga", role="workflow_owner", workflows=list(workflows.values()), now=now)
    create_person("mona", role="manager", now=now)
    create_person("otto", role="auditor", now=now)
    create_person("admin", role="admin", now=now)
