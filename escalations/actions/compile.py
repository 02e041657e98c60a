"""Corrections become examples: one per correction in the dataset's store, each made once."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from escalations.models import Dataset, Decision, Example
from escalations.records.example import content_sha256, example_of, stored
from escalations.rules.identifiers import uuid7

CHUNK = 200


def corrections_of(dataset: Dataset, *, through_sequence: int) -> QuerySet[Decision]:
    """The corrections that the dataset takes, as they stood at a place in the feed."""
    found = Decision.objects.standing_at(through_sequence).filter(verdict="correct")
    if dataset.workflows.exists():
        found = found.filter(workflow__in=dataset.workflows.all())
    return found


def missing_corrections(dataset: Dataset, *, through_sequence: int) -> QuerySet[Decision]:
    """Those of them that are not examples yet."""
    made = Example.objects.filter(dataset=dataset, decision=OuterRef("pk"))
    return corrections_of(dataset, through_sequence=through_sequence).filter(~Exists(made))


def compile_corrections(dataset: Dataset, *, through_sequence: int, now: datetime) -> Iterator[int]:
    """Make the examples that are missing, a chunk at a time; yields how many each chunk made. Safe to run twice."""
    missing = missing_corrections(dataset, through_sequence=through_sequence).in_sequence()
    related = ("escalation__snapshot", "escalation__workflow", "review__text")
    while chunk := list(missing.select_related(*related)[:CHUNK]):
        examples = [_example(dataset, decision, now=now) for decision in chunk]
        Example.objects.bulk_create(examples, ignore_conflicts=True)
        yield len(chunk)


def _example(dataset: Dataset, decision: Decision, *, now: datetime) -> Example:
    content = example_of(decision, salt=bytes(dataset.salt))
    return Example(
        id=uuid7(now),
        dataset=dataset,
        example_id=content["example_id"],
        content_sha256=content_sha256(content),
        decision=decision,
        document=stored(content),
        created_at=now,
    )
