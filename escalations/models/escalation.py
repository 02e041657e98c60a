"""The work item: narrow, mutable, one row. What the machine said is in `Snapshot`; what happened is in rows."""

from django.conf import settings
from django.db import models
from django.db.models import Func, Q, Value


class Status(models.TextChoices):
    """A summary of the rows; only `actions._transition` assigns it."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    PAUSED = "paused"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


OPEN = (Status.WAITING, Status.CLAIMED, Status.PAUSED)
LEGAL_MOVES = {
    Status.WAITING: {Status.WAITING, Status.CLAIMED, Status.PAUSED, Status.DECIDED, Status.WITHDRAWN},
    Status.CLAIMED: {Status.WAITING, Status.CLAIMED, Status.PAUSED, Status.DECIDED, Status.WITHDRAWN},
    Status.PAUSED: {Status.WAITING, Status.DECIDED, Status.WITHDRAWN},
    Status.DECIDED: {Status.WAITING},
    Status.WITHDRAWN: set(),
}


class Severity(models.TextChoices):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class HoldDefault(models.TextChoices):
    APPROVE = "approve"
    REJECT = "reject"


class EscalationQuerySet(models.QuerySet):
    def waiting(self):
        """Free to be claimed."""
        return self.filter(status=Status.WAITING)

    def open(self):
        """Not yet decided or withdrawn."""
        return self.filter(status__in=OPEN)

    def overdue(self, now):
        """Open past the due instant of the decide clock."""
        return self.open().filter(due_at__lt=now)

    def with_holds_due(self, now):
        """Open, and the sender's hold has run out."""
        return self.open().filter(hold_until__lte=now)

    def in_order(self):
        """As people get them: the stored rank first, ties by id."""
        return self.order_by("rank_at", "id")


class Escalation(models.Model):
    """One output that was handed to people. `rank_at` = due instant − boost of its severity; small is next."""

    id = models.UUIDField(primary_key=True)
    number = models.BigIntegerField(
        unique=True, editable=False, db_default=Func(Value("escalation_number"), function="nextval")
    )
    workflow = models.ForeignKey("Workflow", models.PROTECT, related_name="escalations", db_index=False)
    policy = models.ForeignKey("Policy", models.PROTECT, related_name="+", db_index=False)
    rule = models.CharField(max_length=100, blank=True)
    external_id = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null is "none given", unique otherwise
    queue = models.ForeignKey("Queue", models.PROTECT, related_name="escalations", db_index=False)
    status = models.CharField(max_length=10, choices=Status.choices)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="owned", db_index=False)
    due_at = models.DateTimeField(null=True)
    rank_at = models.DateTimeField()
    received_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=1)
    claim_token = models.PositiveIntegerField(default=0)
    decision = models.ForeignKey("Decision", models.PROTECT, related_name="standing_for", null=True, db_index=False)
    hold_until = models.DateTimeField(null=True)
    hold_default = models.CharField(max_length=7, choices=HoldDefault.choices, blank=True)
    head_seq = models.PositiveIntegerField()
    head_hash = models.CharField(max_length=64)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "external_id"],
                condition=Q(external_id__isnull=False),
                name="one_escalation_per_external_id",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="status_is_known"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="severity_is_known"),
            models.CheckConstraint(
                condition=Q(hold_until__isnull=True, hold_default="")
                | Q(hold_until__isnull=False, hold_default__in=HoldDefault.values),
                name="a_hold_has_a_default",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.DECIDED) | Q(decision__isnull=False), name="decided_has_a_decision"
            ),
        ]
        indexes = [
            models.Index(fields=["queue", "rank_at", "id"], condition=Q(status="waiting"), name="next_in_queue"),
            models.Index(
                fields=["queue", "rank_at"], condition=Q(status__in=["claimed", "paused"]), name="at_work_in_queue"
            ),
            models.Index(
                fields=["hold_until"],
                condition=Q(hold_until__isnull=False, status__in=["waiting", "claimed", "paused"]),
                name="holds_by_end",
            ),
            models.Index(fields=["workflow", "-id"], name="newest_of_workflow"),
            models.Index(fields=["queue", "-id"], name="newest_of_queue"),
        ]

    def __str__(self):
        return f"#{self.number}"

    @property
    def is_open(self) -> bool:
        """Whether people still have to do something."""
        return self.status in OPEN

    def is_hold_due(self, now) -> bool:
        """Whether the sender's hold has run out with nothing decided."""
        return self.is_open and self.hold_until is not None and self.hold_until <= now
