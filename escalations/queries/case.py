"""One case on one screen: what was said, who holds it, what was decided, what happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from guardian.shortcuts import get_users_with_perms

from escalations.access import Caller, escalation_seen_by, may_lead, may_review, need_person
from escalations.models import Claim, Decision, Escalation, Event, Person, Queue, Status
from escalations.queries.ledger import events_of
from escalations.rules.difference import Change, word_changes

UNDO, SEE = "undo:", "see:"  # how a message names the case that it offers to take again, or to look at


@dataclass(frozen=True)
class Happening:
    """An event with the name of who did it, and what was written with it."""

    event: Event
    by: str
    text: str


@dataclass(frozen=True)
class Ruling:
    """A decision with its text, read once."""

    decision: Decision
    text: dict[str, Any]
    original: str

    @property
    def categories(self) -> list[str]:
        """The names of the failure categories, by the rubric that stood then."""
        names = {one["code"]: one["name"] for one in self.decision.rubric.categories}
        return [names.get(code, code) for code in self.decision.failure_categories]

    @cached_property
    def changes(self) -> list[Change]:
        """What the correction changed."""
        return word_changes(self.original, self.text["output"]) if self.text.get("output") is not None else []


@dataclass(frozen=True)
class Case:
    """Everything that the screen of one case shows to one person."""

    escalation: Escalation
    document: dict[str, Any]
    claim: Claim | None
    rulings: list[Ruling]
    happenings: list[Happening]
    is_mine: bool
    can_claim: bool
    can_lead: bool
    queues: list[Queue]
    reviewers: list[Person]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation; a bare string is one user message."""
        given = self.document["input"]
        return [{"role": "user", "content": given}] if isinstance(given, str) else given["messages"]

    @property
    def standing(self) -> Ruling | None:
        """The decision in force."""
        return next((one for one in self.rulings if one.decision.pk == self.escalation.decision_id), None)

    @property
    def replaced(self) -> list[Ruling]:
        """Decisions that were overridden."""
        return [one for one in self.rulings if one.decision.pk != self.escalation.decision_id]

    @property
    def rule_conditions(self) -> dict[str, Any] | None:
        """The conditions of the rule that routed the case."""
        rules = self.escalation.policy.document["rules"]
        return next((rule for rule in rules if rule["name"] == self.escalation.rule), None)


def case_of(caller: Caller, escalation_id: UUID, *, now: datetime) -> Case:
    """The case for this person. Raises NotFound where they may not see it."""
    person = need_person(caller)
    seen = escalation_seen_by(caller, escalation_id)
    related = ("snapshot", "workflow__rubric", "queue", "owner", "policy")
    escalation = Escalation.objects.select_related(*related).get(pk=seen.pk)
    claim = escalation.claims.filter(ended_at__isnull=True).select_related("reviewer").first()
    is_held = claim is not None and claim.expires_at > now
    reviews, leads = may_review(person, escalation.queue), may_lead(person, escalation.queue)
    return Case(
        escalation=escalation,
        document=escalation.snapshot.document,
        claim=claim,
        rulings=_rulings(escalation),
        happenings=_happenings(escalation_id),
        is_mine=claim is not None and claim.reviewer_id == person.pk,
        can_claim=reviews and not is_held and escalation.status in (Status.WAITING, Status.CLAIMED),
        can_lead=leads,
        queues=list(Queue.objects.exclude(pk=escalation.queue_id)) if leads else [],
        reviewers=reviewers_of(escalation.queue) if leads else [],
    )


def reviewers_of(queue: Queue) -> list[Person]:
    """The people who may claim in a queue, by name."""
    people: QuerySet[Person] = get_users_with_perms(queue, only_with_perms_in=["review_queue"])
    return sorted((one for one in people if one.is_active), key=lambda person: person.name)


def _rulings(escalation: Escalation) -> list[Ruling]:
    rows = Decision.objects.filter(escalation_id=escalation.pk).order_by("-sequence")
    found = rows.select_related("review__text", "decided_by", "rubric", "policy")
    original = escalation.snapshot.output
    return [Ruling(one, one.review.text.read() if one.review_id else {}, original) for one in found]


def _happenings(escalation_id: UUID) -> list[Happening]:
    events = list(events_of(escalation_id).select_related("text"))
    names = names_of(event.actor for event in events)
    return [Happening(one, names[one.actor], one.text.text if hasattr(one, "text") else "") for one in events]


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """{actor as the ledger has it: a name to show}."""
    actors = set(actors)
    ids = [actor.partition(":")[2] for actor in actors if actor.startswith("person:")]
    people = {f"person:{one.pk}": one.name for one in Person.objects.filter(pk__in=ids)} if ids else {}
    others = {"deadline": "The deadline", "system": "The system"}
    return {actor: people.get(actor) or others.get(actor) or "The sender" for actor in actors}
