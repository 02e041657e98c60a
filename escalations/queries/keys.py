"""Finding an API key: one hand-written statement, because every request of the API begins with it."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from django.db import connection

FIND = """
SELECT k.id, k.secret_sha256, k.scopes, k.requests_per_second, k.last_used_at, k.sender_id, k.person_id,
  ARRAY(SELECT (SELECT w.slug || ' ' || w.id || ' ' || w.policy_id FROM escalations_workflow w
                WHERE w.id = l.workflow_id AND w.policy_id IS NOT NULL)
        FROM escalations_apikey_workflows l WHERE l.apikey_id = k.id)
FROM escalations_apikey k
WHERE k.prefix = %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s)
  AND coalesce((SELECT s.is_active FROM escalations_sender s WHERE s.id = k.sender_id),
               (SELECT p.is_active FROM escalations_person p WHERE p.id = k.person_id))
"""
NO_KEY = "0" * 64
USE_IS_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class FoundKey:
    """A good key and what it may do."""

    id: UUID
    scopes: frozenset[str]
    requests_per_second: int
    last_used_at: datetime | None
    sender_id: UUID | None
    person_id: UUID | None
    workflows: dict[str, tuple[UUID, UUID]]

    def is_use_to_be_noted(self, now: datetime) -> bool:
        """Whether the last use was noted long enough ago."""
        return self.last_used_at is None or now - self.last_used_at > USE_IS_NOTED_EVERY


def find_key(token: str, *, now: datetime) -> FoundKey | None:
    """The standing key of a `rvk_<prefix>_<secret>` token; the secret is compared in constant time."""
    scheme, _, rest = token.partition("_")
    prefix, _, secret = rest.partition("_")
    row = _row(prefix, now) if scheme == "rvk" and prefix.isascii() and prefix.isalnum() and len(prefix) <= 16 else None
    stored = row[1] if row else NO_KEY
    given = hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
    if not hmac.compare_digest(given, stored) or row is None:
        return None
    usable = (told.split() for told in row[7] if told)
    workflows = {slug: (UUID(pk), UUID(policy)) for slug, pk, policy in usable}
    return FoundKey(row[0], frozenset(row[2]), row[3], row[4], row[5], row[6], workflows)


def _row(prefix: str, now: datetime) -> tuple | None:
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(FIND, [prefix, now], prepare=True).fetchone()
