"""Giving a queue another lead: who is accountable for its cases while nobody holds them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from escalations.actions._later import later
from escalations.actions._ledger import append, hold_stream
from escalations.actions._transition import locked_if_free, transition
from escalations.actions.claim import lock_person
from escalations.actions.people import STREAM, actor_of, give_role
from escalations.errors import Fault, Invalid
from escalations.models import Escalation, Event, Person, Queue, Status

CHANGED = "lead_changed"
UNCLAIMED = (Status.WAITING, Status.PAUSED)
BATCH = 200
LOOKED_AFTER_FOR = timedelta(hours=1)
MOST_CHANGES = 100


@transaction.atomic
def change_lead(queue: Queue, *, to: Person, by: Person, now: datetime) -> Queue:
    """Make somebody the lead of the queue, with the lead role on it, and the owner of what waits in it.

    The first cases are handed over here, the others by a job: a long queue makes nobody wait.
    """
    hold_stream(STREAM)
    to = lock_person(to)
    standing = Queue.objects.select_for_update(no_key=True).get(pk=queue.pk)
    if not to.is_active:
        raise _refused("This person is disabled.")
    if standing.lead_id == to.pk:
        raise _refused(f"{to.name} leads the queue already.")
    facts = {"queue": standing.slug, "from": str(standing.lead_id), "to": str(to.pk)}
    give_role(to, "lead", queues=[standing], by=by, now=now)
    standing.lead = to
    standing.save(update_fields=["lead"])
    append(STREAM, CHANGED, actor=actor_of(by), facts=facts, now=now)
    _hand_over_some(standing, by=by, now=now)
    later("hand_over_cases", standing.pk)
    return standing


def hand_over_cases(queue_id: UUID, *, now: datetime) -> int:
    """Make the queue's lead the owner of every case that nobody holds; how many. Safe to run twice."""
    total = 0
    while done := _hand_over_some(Queue.objects.select_related("lead").get(pk=queue_id), by=None, now=now):
        total += done
    return total


def hand_over_in_new_hands(*, now: datetime) -> int:
    """The same for each queue that got another lead lately: the job may be lost, intake may have been under way."""
    return sum(hand_over_cases(queue.pk, now=now) for queue in _queues_in_new_hands(now))


def _queues_in_new_hands(now: datetime) -> QuerySet[Queue]:
    newest = Event.objects.filter(stream_kind=STREAM[0], stream_id=STREAM[1]).order_by("-seq")[:MOST_CHANGES]
    recent = [event for event in newest if event.verb == CHANGED and event.at > now - LOOKED_AFTER_FOR]
    return Queue.objects.filter(slug__in=[event.facts["queue"] for event in recent])


@transaction.atomic
def _hand_over_some(queue: Queue, *, by: Person | None, now: datetime) -> int:
    left = Escalation.objects.filter(queue=queue, status__in=UNCLAIMED).exclude(owner=queue.lead_id)
    done = 0
    for escalation_id in left.order_by("pk").values_list("pk", flat=True)[:BATCH]:
        escalation = locked_if_free(escalation_id)
        if escalation and escalation.status in UNCLAIMED and escalation.queue.lead_id != escalation.owner_id:
            transition(escalation, "owner_changed", actor=actor_of(by), now=now, owner=escalation.queue.lead)
            done += 1
    return done


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, faults=[Fault("/person", "not_possible", sentence)])
