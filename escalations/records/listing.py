"""What may be asked of a list, and how its pages are numbered."""

import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from escalations.models import Status
from escalations.records.intake import Level, read_instant
from escalations.records.strict import Identifier, read_id

DIGITS = re.compile(r"[0-9]{1,19}\Z")
LOST_PLUS = re.compile(r" (\d\d:\d\d)\Z")
LARGEST = 2**63 - 1
MOST_ON_A_PAGE = 200
USUAL_ON_A_PAGE = 50


def _whole(least: int) -> Any:
    def check(value: Any) -> int:
        if isinstance(value, str) and DIGITS.match(value) and least <= int(value) <= LARGEST:
            return int(value)
        raise ValueError(f"This must be a whole number from {least} on.")

    return check


def _at_most_a_page(value: int) -> int:
    """Whoever asks for more gets a full page and its `next`."""
    return min(value, MOST_ON_A_PAGE)


def _moment(value: Any) -> datetime:
    """An instant; a space before the offset stands for a plus lost in a URL."""
    return read_instant(LOST_PLUS.sub(r"+\1", value))


def _status(value: Any) -> str:
    if value not in Status.values:
        raise ValueError("This is not one of the values allowed.")
    return str(value)


Limit = Annotated[int, BeforeValidator(_whole(1)), AfterValidator(_at_most_a_page)]
Sequence = Annotated[int, BeforeValidator(_whole(0))]


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
    updated_after: Annotated[datetime, BeforeValidator(_moment)] | None = None
    cursor: Annotated[UUID, BeforeValidator(read_id)] | None = None


class FeedQuery(Query):
    """Where the decision feed goes on: after this sequence."""

    cursor: Sequence = 0


class PageQuery(Query):
    """A list with a limit only."""
