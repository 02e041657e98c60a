"""One reviewer's lease on an escalation, and what a reviewer passed over."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Claim(models.Model):
    """A lease until `expires_at` with a fencing `token`: a write with an older token is refused."""

    class End(models.TextChoices):
        DECIDED = "decided"
        GIVEN_BACK = "given_back"
        SKIPPED = "skipped"
        LAPSED = "lapsed"
        MOVED = "moved"
        ASSIGNED = "assigned"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True)
    escalation = models.ForeignKey("Escalation", models.PROTECT, related_name="claims", db_index=False)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims", db_index=False)
    token = models.PositiveIntegerField()
    claimed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    latest_at = models.DateTimeField(help_text="The claim can not be extended past this instant.")
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=End.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["escalation"], condition=Q(ended_at__isnull=True), name="one_open_claim_per_escalation"
            ),
            models.UniqueConstraint(fields=["escalation", "token"], name="one_claim_per_token"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="") | Q(ended_at__isnull=False) & ~Q(end=""),
                name="an_ended_claim_says_how",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(ended_at__isnull=True), name="claims_by_expiry"),
            models.Index(fields=["reviewer"], condition=Q(ended_at__isnull=True), name="open_claims_of_reviewer"),
        ]

    def __str__(self):
        return f"{self.reviewer_id} {self.token}"


class Skip(models.Model):
    """A reviewer passed an escalation over, with a reason; it is not offered to them again before `until`."""

    class Reason(models.TextChoices):
        NOT_MY_FIELD = "not_my_field", "Not my field"
        CONFLICT_OF_INTEREST = "conflict_of_interest", "Conflict of interest"
        MISSING_INFORMATION = "missing_information", "Something is missing to decide"
        LANGUAGE = "language", "A language I do not read"
        OTHER = "other", "Another reason"

    id = models.UUIDField(primary_key=True)
    escalation = models.ForeignKey("Escalation", models.PROTECT, related_name="skips")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="skips")
    reason = models.CharField(max_length=30, choices=Reason.choices)
    at = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self):
        return f"{self.reviewer_id} {self.reason}"
