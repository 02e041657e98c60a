"""One id per request: the sender's own where it is well-formed, else a new one."""

import re
import uuid

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=@/+-]{0,99}\Z")


def request_id_from(given: str | None) -> str:
    """The id that the client or a proxy gave, or a new one."""
    return given if given and WELL_FORMED.match(given) else str(uuid.uuid4())
