"""What may be asked of a list, and how its pages are numbered."""

import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict

from escalations.models import Status
from escalations.records.intake import Instant, Level
from escalations.records.strict import Identifier

DIGITS = re.compile(r"[0-9]{1,19}\Z")
MOST_ON_A_PAGE = 200
USUAL_ON_A_PAGE = 50


def _whole(least: int, most: int) -> Any:
    def check(value: Any) -> int:
        is_number = isinstance(value, int) or (isinstance(value, str) and DIGITS.match(value))
        if is_number and least <= int(value) <= most:
            return int(value)
        raise ValueError(f"This must be a whole number from {least} to {most}.")

    return BeforeValidator(check)


def _id(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise ValueError("This is not a cursor that an earlier page gave.") from None


def _status(value: Any) -> str:
    if value not in Status.values:
        raise ValueError("This is not one of the values allowed.")
    return value


Limit = Annotated[int, _whole(1, MOST_ON_A_PAGE)]
Sequence = Annotated[int, _whole(0, 2**63 - 1)]


class Query(BaseModel):
    """A query string: closed, so that a misspelt filter is not silently ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    limit: Limit = USUAL_ON_A_PAGE


class EscalationQuery(Query):
    """Filters of `GET /escalations`; the cursor is the last id of the page before."""

    workflow: Identifier | None = None
    queue: Identifier | None = None
    status: Annotated[str, BeforeValidator(_status)] | None = None
    severity: Level | None = None
    external_id: Identifier | None = None
    updated_after: Instant | None = None
    cursor: Annotated[UUID, BeforeValidator(_id)] | None = None


class FeedQuery(Query):
    """Where the decision feed goes on: after this sequence."""

    cursor: Sequence = 0


class PageQuery(Query):
    """A list with a limit only."""
