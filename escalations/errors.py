"""What fails: every refusal the product can give, each with its HTTP status and a stable code.

    Refusal
    ├── Malformed 400        the bytes are not one strict JSON document
    ├── Unauthenticated 401  no key, or a key that is not good
    ├── Forbidden 403        you may see it, but not do this
    ├── NotFound 404         it does not exist, or you may not see it
    ├── Conflict 409         it was true a moment ago
    │   ├── AtCapacity       the reviewer holds as many claims as allowed
    │   ├── HeldByOther      somebody else holds the claim
    │   ├── AlreadyDecided   the decision stands
    │   └── InProgress       the first request with this key is still running (retry soon)
    ├── LengthRequired 411   the body's length is not declared
    ├── TooLarge 413         the body is over its limit
    ├── Unsupported 415      not JSON in UTF-8, as it stands
    ├── Invalid 422          a field is at fault; `faults` says which
    ├── TooMany 429          over the key's limit; `retry_after` seconds
    ├── Failed 500           our fault; the log knows more
    └── Unavailable 503      the database does not answer, or not in time; `retry_after` seconds

`detail` is a sentence for a person and never holds a value of the payload.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PROBLEM_TYPES = "https://reviewapp.example/problems/"  # + code: the stable `type` of RFC 9457


@dataclass(frozen=True)
class Fault:
    """One field at fault: an RFC 6901 pointer, a stable code, a sentence."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):  # noqa: N818 - the tree above names them for what they say
    """Something that was asked for is refused; nothing has changed."""

    status = 400
    code = "refused"
    title = "The request was refused"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str = "",
        faults: Sequence[Fault] = (),
        extra: Mapping[str, object] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.code = code or self.code
        self.faults = tuple(faults)
        self.extra = dict(extra or {})
        self.retry_after = retry_after


class Malformed(Refusal):
    status, code, title = 400, "malformed_json", "The body is not a strict JSON document"


class Unauthenticated(Refusal):
    status, code, title = 401, "unauthenticated", "A valid key or session is needed"


class Forbidden(Refusal):
    status, code, title = 403, "forbidden", "You may not do this"


class NotFound(Refusal):
    status, code, title = 404, "not_found", "There is nothing here that you may see"


class NotAllowed(Refusal):
    status, code, title = 405, "method_not_allowed", "This address does not answer that method"


class Conflict(Refusal):
    status, code, title = 409, "conflict", "The state has changed"


class AtCapacity(Conflict):
    code, title = "at_capacity", "You hold as many claims as you may"


class HeldByOther(Conflict):
    code, title = "held_by_other", "Somebody else holds the claim"


class AlreadyDecided(Conflict):
    code, title = "already_decided", "A decision stands"


class InProgress(Conflict):
    code, title = "in_progress", "The first request with this key is still running"


class LengthRequired(Refusal):
    status, code, title = 411, "length_required", "The length of the body must be declared"


class TooLarge(Refusal):
    status, code, title = 413, "too_large", "The body is too large"


class Unsupported(Refusal):
    status, code, title = 415, "unsupported_media_type", "The body must be JSON in UTF-8, not encoded"


class Invalid(Refusal):
    status, code, title = 422, "invalid", "A field is not as it must be"


class TooMany(Refusal):
    status, code, title = 429, "too_many_requests", "The limit of this key is reached"


class Failed(Refusal):
    status, code, title = 500, "internal", "It failed on our side"


class Unavailable(Refusal):
    status, code, title = 503, "unavailable", "It can not be answered just now"
