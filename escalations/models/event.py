"""The ledger: append-only lines, hash-chained per stream."""

from django.db import models


class Event(models.Model):
    """One line. `line` is the canonical JSON (RFC 8785) that `hash` is over; the columns repeat it for queries."""

    class StreamKind(models.TextChoices):
        ESCALATION = "escalation"
        PERSON_DAY = "person_day"
        WORKFLOW = "workflow"
        DATASET = "dataset"
        SYSTEM = "system"

    id = models.UUIDField(primary_key=True)
    stream_kind = models.CharField(max_length=10, choices=StreamKind.choices)
    stream_id = models.CharField(max_length=64)
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=40)
    actor = models.CharField(max_length=80)
    facts = models.JSONField()
    at = models.DateTimeField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    line = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream_kind", "stream_id", "seq"], name="one_event_per_place_in_stream")
        ]

    def __str__(self):
        return f"{self.stream_kind} {self.stream_id} {self.seq} {self.verb}"


class EventText(models.Model):
    """What a person wrote with an event (a reason), apart so that it can be erased; the event commits to its hash."""

    event = models.OneToOneField(Event, models.CASCADE, primary_key=True, related_name="text")
    text = models.TextField()

    def __str__(self):
        return self.text
