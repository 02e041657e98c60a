"""Reading what a client sends: media type, length, header fields, query; each refused precisely."""

import re
from typing import Any, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel

from escalations.errors import Fault, Invalid, LengthRequired, TooLarge, Unsupported
from escalations.records.strict import read
from escalations.rules.strict_json import parse

MIB = 1024 * 1024
MOST_BYTES = MIB
MOST_BATCH_BYTES = 10 * MIB
MEDIA_TYPE = re.compile(
    r'\s*([a-z0-9.+-]+/[a-z0-9.+-]+)\s*(?:;\s*charset\s*=\s*"?([a-z0-9_-]+)"?\s*)?\Z', re.IGNORECASE
)
IDEMPOTENCY_KEY = re.compile(r'(?:"([\x20-\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))\Z')
MOST_WAIT_SECONDS = 60
Record = TypeVar("Record", bound=BaseModel)


def body_of(request: HttpRequest, *, media_type: str = "application/json", limit: int = MOST_BYTES) -> bytes:
    """The body's bytes, if they are of the media type in UTF-8, not encoded, and at most `limit` long."""
    _check_media_type(request.META, media_type)
    declared = request.META.get("CONTENT_LENGTH") or ""
    if not declared and "HTTP_TRANSFER_ENCODING" in request.META:
        raise LengthRequired
    if declared.isdigit() and (len(declared) > 12 or int(declared) > limit):
        raise TooLarge(f"The body may have at most {limit:,} bytes.")
    body = request.body
    if len(body) > limit:
        raise TooLarge(f"The body may have at most {limit:,} bytes.")
    return body


def _check_media_type(meta: dict[str, Any], wanted: str) -> None:
    found = MEDIA_TYPE.match(meta.get("CONTENT_TYPE") or "")
    if not found or found[1].lower() != wanted or (found[2] or "utf-8").lower() not in ("utf-8", "utf8"):
        raise Unsupported(f"Send {wanted} in UTF-8.")
    if meta.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in ("", "identity"):
        raise Unsupported("Send the body without a content encoding.", code="content_encoding")


def record_of(request: HttpRequest, record: type[Record]) -> Record:
    """The body as a record."""
    return read(record, parse(body_of(request)))


def need_no_body(request: HttpRequest) -> None:
    """The body must be absent or `{}`."""
    if request.META.get("CONTENT_LENGTH") not in (None, "", "0") and parse(body_of(request)) != {}:
        raise Invalid("This call takes no body.", faults=[Fault("", "extra_forbidden", "Send nothing, or {}.")])


def idempotency_key_of(request: HttpRequest) -> str | None:
    """The Idempotency-Key, bare or quoted, or None."""
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if given is None:
        return None
    found = IDEMPOTENCY_KEY.match(given.strip())
    if not found:
        fault = Fault("", "bad_idempotency_key", "Use 1 to 255 printable ASCII characters.")
        raise Invalid("The Idempotency-Key is not usable.", code=fault.code, faults=[fault])
    return found[1] or found[2]


def wait_of(request: HttpRequest) -> int:
    """`?wait=` in seconds, 0 to 60; 0 where it is absent."""
    given = request.GET.get("wait", "0")
    if not (given.isascii() and given.isdigit() and len(given) <= 3 and int(given) <= MOST_WAIT_SECONDS):
        raise Invalid("wait is a number of seconds up to 60.", faults=[Fault("/wait", "bad_wait", "Use 0 to 60.")])
    return int(given)


def query_of(request: HttpRequest, record: type[Record]) -> Record:
    """The query string as a record; a parameter given twice counts once, the last."""
    return read(record, {name: value for name, value in request.GET.items() if value != ""})
