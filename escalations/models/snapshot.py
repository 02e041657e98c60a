"""What the machine said, as it stood."""

from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from escalations.rules.strict_json import parse


class Snapshot(models.Model):
    """The bytes as sent, their SHA-256 and a salt; immutable, erasable as a whole.

    The columns below `sender` are copies for lists and reports, shown safely; the bytes are the evidence.
    """

    escalation = models.OneToOneField("Escalation", models.PROTECT, primary_key=True, related_name="snapshot")
    raw = models.BinaryField()
    payload_sha256 = models.CharField(max_length=64)
    output_sha256 = models.CharField(max_length=64)
    salt = models.BinaryField()
    sender = models.ForeignKey("Sender", models.PROTECT, related_name="snapshots", null=True, db_index=False)
    title = models.CharField(max_length=160)
    excerpt = models.CharField(max_length=240)
    flags = models.JSONField()
    flag_codes = ArrayField(models.CharField(max_length=200))
    model = models.CharField(max_length=200, blank=True)
    prompt = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.title

    @cached_property
    def document(self) -> dict[str, Any]:
        """The parsed body."""
        return parse(bytes(self.raw))

    @property
    def output(self) -> str:
        """The text that the assistant wanted to use, unchanged."""
        return self.document["output"]
