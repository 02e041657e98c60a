"""What the settings pages show: senders with their keys, people with their rights, queues with their leads."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from escalations.models import ApiKey, Claim, Person, Queue, QueueUserObjectPermission, Sender, Workflow
from escalations.queries.rights import Right, rights_of


@dataclass(frozen=True)
class PersonRow:
    """A person with what they may do."""

    person: Person
    rights: list[Right]

    @property
    def roles(self) -> list[str]:
        """Their roles, each once."""
        return list(dict.fromkeys(right.role for right in self.rights))

    @property
    def places(self) -> list[str]:
        """The queues and workflows they have a role on, each once."""
        return list(dict.fromkeys(right.of.name for right in self.rights if right.of))


@dataclass(frozen=True)
class QueueRow:
    """A queue with its lead and how many people who can sign in review it."""

    queue: Queue
    reviewer_count: int


def senders_shown(*, now: datetime) -> QuerySet[Sender]:
    """Every sender, with how many of its keys are good and when one was last used."""
    good = Q(keys__revoked_at=None) & (Q(keys__expires_at=None) | Q(keys__expires_at__gt=now))
    counted = Sender.objects.annotate(good_count=Count("keys", filter=good), last_used_at=Max("keys__last_used_at"))
    return counted.order_by("-is_active", "name")


def keys_of(holder: Sender | Person) -> list[ApiKey]:
    """A holder's keys with their workflows, the newest first."""
    return list(holder.keys.prefetch_related("workflows").order_by("-created_at"))


def people_shown() -> list[PersonRow]:
    """Everybody with their rights, those who can sign in first."""
    people = list(Person.objects.prefetch_related("groups").order_by("-is_active", "first_name", "username"))
    return _with_rights(people)


def person_shown(person: Person) -> PersonRow:
    """One person with their rights."""
    return _with_rights([person])[0]


def _with_rights(people: list[Person]) -> list[PersonRow]:
    rights = rights_of(people)
    return [PersonRow(one, rights[one.pk]) for one in people]


def held_count(person: Person, *, now: datetime) -> int:
    """How many cases the person holds now."""
    return Claim.objects.filter(reviewer=person, ended_at__isnull=True, expires_at__gt=now).count()


def queues_shown() -> list[QueueRow]:
    """Every queue with its lead and the number of its reviewers."""
    rows = QueueUserObjectPermission.objects.filter(permission__codename="review_queue", user__is_active=True)
    counts = Counter(rows.values_list("content_object_id", flat=True))
    return [QueueRow(queue, counts[queue.pk]) for queue in Queue.objects.select_related("lead")]


def people_to_choose() -> Iterable[Person]:
    """Everybody who can sign in, by name."""
    return sorted(Person.objects.filter(is_active=True), key=lambda person: person.name)


def places_to_choose() -> dict[str, QuerySet]:
    """The queues and workflows that a role or a key can be given on."""
    return {"queues": Queue.objects.all(), "workflows": Workflow.objects.all()}
