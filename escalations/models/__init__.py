"""What is: one file per noun. Rows refuse the impossible; nothing here starts anything."""

from escalations.models.calendar import Calendar, CalendarVersion
from escalations.models.claim import Claim, Skip
from escalations.models.clock import Clock, Notice
from escalations.models.dataset import Dataset, Example, Release, ReleaseExample
from escalations.models.decision import Decision, ExpectedBehavior, Review, ReviewText, Verdict
from escalations.models.escalation import LEGAL_MOVES, OPEN, Escalation, HoldDefault, Severity, Status
from escalations.models.event import Event, EventText
from escalations.models.idempotency import IdempotencyKey
from escalations.models.permission import (
    QueueGroupObjectPermission,
    QueueUserObjectPermission,
    WorkflowGroupObjectPermission,
    WorkflowUserObjectPermission,
)
from escalations.models.person import ROLES, Person
from escalations.models.queue import Queue
from escalations.models.sender import SCOPES, ApiKey, Sender
from escalations.models.snapshot import Snapshot
from escalations.models.workflow import FAILURE_CATEGORIES, Policy, Rubric, Workflow

__all__ = [
    "FAILURE_CATEGORIES",
    "LEGAL_MOVES",
    "OPEN",
    "ROLES",
    "SCOPES",
    "ApiKey",
    "Calendar",
    "CalendarVersion",
    "Claim",
    "Clock",
    "Dataset",
    "Decision",
    "Escalation",
    "Event",
    "EventText",
    "Example",
    "ExpectedBehavior",
    "HoldDefault",
    "IdempotencyKey",
    "Notice",
    "Person",
    "Policy",
    "Queue",
    "QueueGroupObjectPermission",
    "QueueUserObjectPermission",
    "Release",
    "ReleaseExample",
    "Review",
    "ReviewText",
    "Rubric",
    "Sender",
    "Severity",
    "Skip",
    "Snapshot",
    "Status",
    "Verdict",
    "Workflow",
    "WorkflowGroupObjectPermission",
    "WorkflowUserObjectPermission",
]
