"""A person's answers (`Review`), their erasable text (`ReviewText`), and the outcome that leaves (`Decision`)."""

import json
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from escalations.models.escalation import Severity


class Verdict(models.TextChoices):
    APPROVE = "approve", "Approve"
    CORRECT = "correct", "Correct"
    REJECT = "reject", "Reject"


class ExpectedBehavior(models.TextChoices):
    ANSWER = "answer", "Answer it"
    REFUSE = "refuse", "Refuse"
    CLARIFY = "clarify", "Ask back"
    ESCALATE = "escalate", "Hand to a person"


class Review(models.Model):
    """One person's answers in one round; append-only. `content_sha256` covers the whole submission."""

    id = models.UUIDField(primary_key=True)
    escalation = models.ForeignKey("Escalation", models.PROTECT, related_name="reviews", db_index=False)
    round = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews", db_index=False)
    claim = models.ForeignKey("Claim", models.PROTECT, related_name="reviews", db_index=False)
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    failure_categories = ArrayField(models.CharField(max_length=60), default=list)
    expected_behavior = models.CharField(max_length=8, choices=ExpectedBehavior.choices)
    severity = models.CharField(max_length=8, choices=Severity.choices, blank=True)
    content_sha256 = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["escalation", "round", "reviewer"], name="one_review_per_round_and_reviewer"
            ),
        ]

    def __str__(self):
        return f"{self.verdict} by {self.reviewer_id}"


class ReviewText(models.Model):
    """The free text of a review, apart so that it can be erased: `{"output", "reasoning", "spans"}` as ASCII JSON.

    ASCII-escaped JSON in a text column keeps NUL and lone surrogates, which jsonb and PostgreSQL text refuse.
    """

    review = models.OneToOneField(Review, models.CASCADE, primary_key=True, related_name="text")
    document = models.TextField()

    def __str__(self):
        return str(self.review_id)

    def read(self) -> dict[str, Any]:
        """The text, as it was submitted."""
        return json.loads(self.document)


class DecisionQuerySet(models.QuerySet):
    def standing(self):
        """Those that are in force, one per escalation."""
        return self.filter(standing_for__isnull=False)

    def standing_at(self, sequence):
        """Those that were in force at a place in the feed: made by then, and not overridden by then."""
        return self.filter(sequence__lte=sequence).exclude(overridden_by__sequence__lte=sequence)

    def in_sequence(self):
        """In the order in which they were committed."""
        return self.order_by("sequence")


class Decision(models.Model):
    """The outcome that leaves; append-only. An override is a new row. `decided_by` is null for a deadline's decision.

    `sequence` is taken under an advisory lock as the last statement of the transaction, so that a reader in sequence
    order never skips one.
    """

    id = models.UUIDField(primary_key=True)
    sequence = models.BigIntegerField(unique=True)
    escalation = models.ForeignKey("Escalation", models.PROTECT, related_name="decisions")
    workflow = models.ForeignKey("Workflow", models.PROTECT, related_name="decisions", db_index=False)
    round = models.PositiveSmallIntegerField()
    review = models.OneToOneField(Review, models.PROTECT, related_name="decision", null=True)
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    failure_categories = ArrayField(models.CharField(max_length=60), default=list)
    expected_behavior = models.CharField(max_length=8, choices=ExpectedBehavior.choices)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    rubric = models.ForeignKey("Rubric", models.PROTECT, related_name="+", db_index=False)
    policy = models.ForeignKey("Policy", models.PROTECT, related_name="+", db_index=False)
    payload_sha256 = models.CharField(max_length=64)
    output_sha256 = models.CharField(max_length=64, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions", null=True, db_index=False
    )
    decided_at = models.DateTimeField()
    overrides = models.OneToOneField("self", models.PROTECT, related_name="overridden_by", null=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["escalation", "round"], name="one_decision_per_round"),
            models.CheckConstraint(
                condition=Q(review__isnull=True, decided_by__isnull=True)
                | Q(review__isnull=False, decided_by__isnull=False),
                name="a_person_decides_by_a_review",
            ),
            models.CheckConstraint(
                condition=Q(verdict="approve") | Q(review__isnull=True) | Q(failure_categories__len__gte=1),
                name="a_failure_has_a_category",
            ),
        ]
        indexes = [
            models.Index(fields=["decided_at"], name="decisions_by_time"),
            models.Index(fields=["workflow", "sequence"], name="feed_of_workflow"),
        ]

    def __str__(self):
        return f"{self.verdict} {self.sequence}"

    @property
    def is_by_deadline(self) -> bool:
        """Whether nobody decided in time and the declared default was applied."""
        return self.decided_by_id is None

    @property
    def releases_sent_text(self) -> bool:
        """Whether the text that may be used is in the snapshot: the original, or the sender's fallback."""
        return self.verdict == Verdict.APPROVE or self.is_by_deadline
