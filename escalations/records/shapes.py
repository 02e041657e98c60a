"""The shapes of what leaves, for the API's document. A test holds every answer to its shape."""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from escalations.records.decision import Behavior, Span
from escalations.records.intake import Flag, Level
from escalations.records.policy import PolicyDocument

Of = TypeVar("Of")
Digest = Field(pattern="^[0-9a-f]{64}$")


class Shape(BaseModel):
    """A record that leaves: every field is always there."""

    model_config = ConfigDict(extra="forbid")


class PersonShape(Shape):
    id: UUID
    name: str


class DeciderShape(Shape):
    """A person, or `deadline` where a hold ran out."""

    id: UUID | None = Field(default=None, description="Absent where the deadline decided.")
    name: str


class ClaimShape(Shape):
    holder: PersonShape
    expires_at: datetime
    token: int | None = Field(default=None, description="For the holder only.")


class HoldShape(Shape):
    until: datetime
    default: Literal["approve", "reject"]


class DecisionRecord(Shape):
    """The outcome that leaves. `output` is the text that may be used, or null."""

    id: UUID
    escalation_id: UUID
    verdict: Literal["approve", "correct", "reject"]
    output: str | None
    output_sha256: str | None
    failure_categories: list[str]
    reasoning: str
    expected_behavior: Behavior
    severity: Level
    spans: list[Span]
    decided_by: DeciderShape
    decided_at: datetime
    sequence: int
    rubric_version: int
    policy_version: int
    overrides: UUID | None


class EscalationRecord(Shape):
    """One output that was handed to people, as it stands."""

    id: UUID
    number: int
    status: Literal["waiting", "claimed", "paused", "decided", "withdrawn"]
    workflow: str
    external_id: str | None
    queue: str
    severity: Level
    owner: PersonShape
    received_at: datetime
    due_at: datetime | None
    url: str
    payload_sha256: str = Digest
    flags: list[Flag]
    claim: ClaimShape | None
    hold: HoldShape | None
    decision: DecisionRecord | None
    updated_at: datetime
    policy_version: int


class EventRecord(Shape):
    """One line of the ledger; `prev_hash` is the hash of the line before."""

    id: UUID
    stream_kind: Literal["escalation", "person_day", "workflow", "dataset", "system"]
    stream_id: str
    seq: int
    verb: str
    actor: str
    facts: dict[str, Any]
    at: datetime
    prev_hash: str = Digest
    hash: str = Digest


class DatasetRecord(Shape):
    slug: str
    name: str
    latest: str | None


class ReleaseRecord(BaseModel):
    """A release; once it is built, its manifest too."""

    id: UUID
    dataset: str
    version: str | None
    state: Literal["pending", "building", "built", "unchanged", "failed"]
    note: str
    requested_at: datetime
    built_at: datetime | None
    done: int
    total: int | None
    failure: str | None


class PolicyRecord(PolicyDocument):
    """The standing policy and its version."""

    workflow: str
    version: int
    active_since: datetime


class VerifyAnswer(Shape):
    status: Literal["valid", "stale", "overridden", "undecided", "withdrawn"]
    decision_id: UUID | None


class FieldFault(Shape):
    """A field at fault: an RFC 6901 pointer, a stable code, a sentence."""

    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """RFC 9457. `type` is stable; some problems say more, such as who holds the claim."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldFault] | None = None


class LineAnswer(Shape):
    """What became of one line of a batch: an id, or a problem."""

    index: int
    status: int
    id: UUID | None = None
    problem: Problem | None = None


class BatchAnswer(Shape):
    accepted: int
    rejected: int
    results: list[LineAnswer]


class Page(Shape, Generic[Of]):
    """A part of a list, and the address of the next part."""

    results: list[Of]
    next: str | None


class EscalationPage(Page[EscalationRecord]):
    pass


class DecisionPage(Page[DecisionRecord]):
    """`next` is given on the last page too, to poll on."""


class EventPage(Page[EventRecord]):
    pass


class DatasetPage(Page[DatasetRecord]):
    pass


class ReleasePage(Page[ReleaseRecord]):
    pass
