"""Keys that make a retried POST answer as the first one did."""

from django.db import models


class IdempotencyKey(models.Model):
    """A sender's key, the hash of the bytes it came with, and the escalation they made; kept 72 hours."""

    sender = models.ForeignKey("Sender", models.CASCADE, related_name="idempotency_keys", db_index=False)
    key = models.CharField(max_length=255)
    body_sha256 = models.CharField(max_length=64)
    escalation = models.ForeignKey("Escalation", models.CASCADE, related_name="idempotency_keys", db_index=False)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sender", "key"], name="one_use_of_a_key")]

    def __str__(self):
        return self.key
