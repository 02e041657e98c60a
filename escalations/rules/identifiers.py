"""Identifiers: UUIDv7 (RFC 9562 §5.7) made from an instant that is passed in."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def uuid7(now: datetime) -> uuid.UUID:
    """A UUIDv7 for `now`: 48 bits of Unix milliseconds, then 74 random bits; ids sort by creation time."""
    milliseconds = (now - EPOCH) // MILLISECOND
    random = secrets.randbits(74)
    number = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return uuid.UUID(int=number)


def is_id(text: str) -> bool:
    """Whether the text is an id as we write them."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
