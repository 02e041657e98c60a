"""The small bodies: a reason, a queue, a person, a text to verify, a note."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from escalations.models import Skip
from escalations.records.strict import Identifier, Incoming, Slug, read_id

Written = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"\S")]


class ReasonBody(Incoming):
    """Why something is withdrawn or opened again."""

    reason: Written


class SkipBody(Incoming):
    """Why a case is passed over: one of the codes."""

    reason: Annotated[str, StringConstraints(pattern=f"^({'|'.join(Skip.Reason.values)})$")]


class MoveBody(Incoming):
    """The queue that a case moves to."""

    queue: Slug


class AssignBody(Incoming):
    """The username of the reviewer who gets a case."""

    person: Annotated[str, StringConstraints(pattern=r"^[\w.@+-]{1,150}$")]


class VerifyBody(Incoming):
    """A text that an assistant is about to use."""

    escalation_id: Annotated[UUID, BeforeValidator(read_id)]
    output: str


class ReleaseBody(Incoming):
    """What a release is for."""

    note: Annotated[str, StringConstraints(max_length=4000)] = ""


class FileQuery(Incoming):
    """Which format of a release."""

    format: Identifier = Field(default="native")
