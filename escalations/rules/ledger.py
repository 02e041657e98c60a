"""The ledger's arithmetic: canonical lines (RFC 8785), a SHA-256 chain per stream, and the fold of a case.

A line holds no text of a model or a person, only ids, codes and salted commitments.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

GENESIS = "0" * 64
FOLDED = ("status", "queue", "owner", "severity", "decision")


def instant(at: datetime) -> str:
    """An instant as the ledger writes it: UTC, microseconds, `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def commitment(salt: bytes, digest: str) -> str:
    """sha256(salt ‖ sha256): binds a line to a text, until the salt is erased."""
    return hashlib.sha256(salt + bytes.fromhex(digest)).hexdigest()


def answers_sha256(answers: Mapping[str, Any]) -> str:
    """Hex SHA-256 of everything that a reviewer submitted; ASCII-escaped, so that any text has one."""
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """One event before it is stored."""

    stream_kind: str
    stream_id: str
    seq: int
    verb: str
    actor: str
    facts: Mapping[str, Any]
    at: datetime
    prev_hash: str

    def line(self) -> str:
        """The canonical line that is hashed."""
        fields: dict[str, Any] = {
            "actor": self.actor,
            "at": instant(self.at),
            "facts": dict(self.facts),
            "prev_hash": self.prev_hash,
            "seq": self.seq,
            "stream_id": self.stream_id,
            "stream_kind": self.stream_kind,
            "verb": self.verb,
        }
        return rfc8785.dumps(fields).decode()


def line_hash(line: str) -> str:
    """Hex SHA-256 of a canonical line."""
    return hashlib.sha256(line.encode()).hexdigest()


def _line_of(event: Any) -> str:
    """The line that a stored event's columns make; nothing where they can not be one."""
    names = ("stream_kind", "stream_id", "seq", "verb", "actor", "facts", "at", "prev_hash")
    try:
        return Entry(**{name: getattr(event, name) for name in names}).line()
    except (rfc8785.CanonicalizationError, TypeError, ValueError):
        return ""


def faults_of_chain(events: Iterable[Any]) -> Iterator[tuple[int, str]]:
    """(seq, what is wrong) for one stream's stored events in order of seq."""
    prev_hash, expected = GENESIS, 1
    for event in events:
        if event.seq != expected:
            yield expected, "missing" if event.seq > expected else "out of order"
        if event.prev_hash != prev_hash:
            yield event.seq, "does not follow the event before it"
        if _line_of(event) != event.line:
            yield event.seq, "its columns are not what its line says"
        if line_hash(event.line) != event.hash:
            yield event.seq, "its hash is not that of its line"
        prev_hash, expected = event.hash, event.seq + 1


def fold(facts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The state that a case's events add up to."""
    state: dict[str, Any] = dict.fromkeys(FOLDED)
    for fact in facts:
        state.update({name: fact[name] for name in FOLDED if name in fact})
    return state
