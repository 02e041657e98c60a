"""The base of everything that comes in: strict types, no unknown fields, faults as pointers that repeat no value."""

import re
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from escalations.errors import Fault, Invalid

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,200}$", max_length=200)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,50}$")]
Sentences = {
    "missing": "This field is required.",
    "extra_forbidden": "This field is not known.",
    "string_type": "This must be text.",
    "finite_number": "This must be a finite number.",
    "float_type": "This must be a number.",
    "int_type": "This must be a whole number.",
    "bool_type": "This must be true or false.",
    "list_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "literal_error": "This is not one of the values allowed.",
    "enum": "This is not one of the values allowed.",
    "string_pattern_mismatch": "This holds characters that are not allowed here.",
    "too_long": "This holds too many elements.",
    "too_short": "This holds too few elements.",
    "string_too_long": "This is too long.",
    "string_too_short": "This may not be empty.",
    "greater_than_equal": "This is too small.",
    "less_than_equal": "This is too large.",
    "uuid_parsing": "This is not an id.",
}
MOST_FAULTS = 20
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.IGNORECASE)


class Incoming(BaseModel):
    """A record from outside: strict, closed."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


class Named(Incoming):
    """A part with a display name."""

    name: str = Field(min_length=1)


def read_id(value: Any) -> UUID:
    """An id as it was given out. Raises ValueError."""
    if isinstance(value, str) and ID.match(value):
        return UUID(value)
    raise ValueError("This is not an id.")


Record = TypeVar("Record", bound=BaseModel)


def pointer(path: tuple[int | str, ...]) -> str:
    """An RFC 6901 JSON pointer; a part that could carry a payload's own key is cut to plain characters."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "".join("/" + part.encode("ascii", "replace").decode()[:80] for part in parts)


def faults_of(error: ValidationError) -> list[Fault]:
    """pydantic's errors as ours, without any input value."""
    found = []
    for one in error.errors(include_url=False, include_context=False, include_input=False)[:MOST_FAULTS]:
        detail = one["msg"].removeprefix("Value error, ") if one["type"] == "value_error" else None
        sentence = detail or Sentences.get(one["type"], "This is not as it must be.")
        found.append(Fault(pointer(one["loc"]), one["type"], sentence))
    return found


def read(record: type[Record], value: Any) -> Record:
    """`value` as a record, or Invalid (422) with each fault's pointer."""
    try:
        return record.model_validate(value)
    except ValidationError as error:
        raise Invalid("Some fields are not as they must be.", faults=faults_of(error)) from None
