"""API clients and their keys; a person's own key is of the same kind."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

SCOPES = (
    "escalations:write",
    "escalations:read",
    "decisions:read",
    "datasets:read",
    "datasets:write",
    "reports:read",
    "volumes:write",
)


class Sender(models.Model):
    """An assistant service that hands outputs over."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=100, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self):
        return self.name


class ApiKey(models.Model):
    """`rvk_<prefix>_<secret>`: only the SHA-256 of the secret is kept. Belongs to a sender or to a person."""

    id = models.UUIDField(primary_key=True)
    sender = models.ForeignKey(Sender, models.PROTECT, related_name="keys", null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="keys", null=True)
    prefix = models.CharField(max_length=16, unique=True)
    secret_sha256 = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=30), default=list)
    workflows = models.ManyToManyField("Workflow", related_name="keys")
    requests_per_second = models.PositiveIntegerField(default=500)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sender__isnull=False, person__isnull=True) | Q(sender__isnull=True, person__isnull=False),
                name="a_key_belongs_to_a_sender_or_a_person",
            ),
            models.CheckConstraint(condition=Q(requests_per_second__gte=1), name="a_key_may_ask_at_least_once"),
        ]

    def __str__(self):
        return self.prefix

    def is_good(self, now) -> bool:
        """Whether the key has neither ended nor been revoked."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
