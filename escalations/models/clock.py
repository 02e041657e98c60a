"""Deadlines: one row per escalation, kind and cycle. The row is judged from stored instants, never from `now`."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Clock(models.Model):
    """A promise: by `due_at` somebody has claimed (`claim`), or decided (`decide`)."""

    class Kind(models.TextChoices):
        CLAIM = "claim"
        DECIDE = "decide"
        OWNERSHIP = "ownership"

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    class Outcome(models.TextChoices):
        MET = "met"
        MISSED = "missed"

    id = models.UUIDField(primary_key=True)
    escalation = models.ForeignKey("Escalation", models.PROTECT, related_name="clocks", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    cycle = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=9, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    target_seconds = models.PositiveIntegerField()
    target_revision = models.PositiveSmallIntegerField(default=1)
    calendar = models.ForeignKey("CalendarVersion", models.PROTECT, related_name="+", db_index=False)
    policy = models.ForeignKey("Policy", models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)
    warn_at = ArrayField(models.DateTimeField(), default=list)
    next_fire_at = models.DateTimeField(null=True)
    paused_since = models.DateTimeField(null=True)
    consumed_seconds = models.PositiveIntegerField(default=0)
    remaining_seconds = models.IntegerField(null=True)
    completed_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["escalation", "kind", "cycle"], name="one_clock_per_kind_and_cycle"),
            models.CheckConstraint(
                condition=Q(state="running", due_at__isnull=False, outcome="", completed_at__isnull=True)
                | Q(state="paused", outcome="", completed_at__isnull=True)
                | Q(state="completed", completed_at__isnull=False, outcome__in=["met", "missed"])
                | Q(state="cancelled", outcome=""),
                name="a_clock_is_judged_once_completed",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="met") | Q(completed_at__lte=models.F("due_at")), name="met_is_in_time"
            ),
        ]
        indexes = [
            models.Index(fields=["next_fire_at"], condition=Q(next_fire_at__isnull=False), name="clocks_to_fire"),
            models.Index(fields=["due_at"], name="clocks_by_due"),
        ]

    def __str__(self):
        return f"{self.kind} {self.cycle}"

    def outcome_at(self, now) -> str:
        """`met` iff completed at or before the due instant."""
        return self.Outcome.MET if now <= self.due_at else self.Outcome.MISSED


class Notice(models.Model):
    """A warning or a breach that was found; its unique key makes it happen once."""

    class Kind(models.TextChoices):
        BREACH = "breach"

    id = models.UUIDField(primary_key=True)
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    target_revision = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    detected_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clock", "kind", "target_revision"], name="one_notice_per_target")
        ]

    def __str__(self):
        return f"{self.kind} {self.at}"
