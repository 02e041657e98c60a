"""Intake's one statement, written by hand: every row of an escalation, for one or a thousand, in one round trip.

The statement is prepared on the connection (PostgreSQL plans it once); rows whose external_id is already taken are
left out and do not come back.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

COLUMNS = {
    "id": "uuid",
    "workflow_id": "uuid",
    "policy_id": "uuid",
    "rule": "text",
    "external_id": "text",
    "queue_id": "uuid",
    "severity": "text",
    "owner_id": "uuid",
    "due_at": "timestamptz",
    "rank_at": "timestamptz",
    "received_at": "timestamptz",
    "hold_until": "timestamptz",
    "hold_default": "text",
    "raw": "bytea",
    "payload_sha256": "text",
    "output_sha256": "text",
    "salt": "bytea",
    "sender_id": "uuid",
    "title": "text",
    "excerpt": "text",
    "flags": "text",
    "flag_codes": "text",
    "model": "text",
    "prompt": "text",
    "occurred_at": "timestamptz",
    "claim_clock_id": "uuid",
    "decide_clock_id": "uuid",
    "calendar_id": "uuid",
    "claim_due_at": "timestamptz",
    "claim_seconds": "int",
    "decide_seconds": "int",
    "event_id": "uuid",
    "actor": "text",
    "facts": "text",
    "prev_hash": "text",
    "hash": "text",
    "line": "text",
}

INSERT = """
, new AS (
  INSERT INTO escalations_escalation (id, workflow_id, policy_id, rule, external_id, queue_id, status, severity,
    owner_id, due_at, rank_at, received_at, updated_at, round, claim_token, hold_until, hold_default, head_seq,
    head_hash)
  SELECT id, workflow_id, policy_id, rule, external_id, queue_id, 'waiting', severity, owner_id, due_at, rank_at,
    received_at, received_at, 1, 0, hold_until, hold_default, 1, hash FROM input
  ON CONFLICT (workflow_id, external_id) WHERE external_id IS NOT NULL DO NOTHING
  RETURNING id, number
), one AS (
  INSERT INTO escalations_snapshot (escalation_id, raw, payload_sha256, output_sha256, salt, sender_id, title,
    excerpt, flags, flag_codes, model, prompt, occurred_at)
  SELECT id, raw, payload_sha256, output_sha256, salt, sender_id, title, excerpt, flags::jsonb, flag_codes::text[],
    model, prompt, occurred_at FROM input JOIN new USING (id)
), two AS (
  INSERT INTO escalations_clock (id, escalation_id, kind, cycle, state, started_at, target_seconds, target_revision,
    calendar_id, policy_id, due_at, warn_at, next_fire_at, consumed_seconds, outcome)
  SELECT claim_clock_id, id, 'claim', 1, 'running', received_at, claim_seconds, 1, calendar_id, policy_id,
    claim_due_at, '{}'::timestamptz[], claim_due_at, 0, '' FROM input JOIN new USING (id)
  UNION ALL
  SELECT decide_clock_id, id, 'decide', 1, 'running', received_at, decide_seconds, 1, calendar_id, policy_id,
    due_at, '{}'::timestamptz[], due_at, 0, '' FROM input JOIN new USING (id)
), three AS (
  INSERT INTO escalations_event (id, stream_kind, stream_id, seq, verb, actor, facts, at, prev_hash, hash, line)
  SELECT event_id, 'escalation', id::text, 1, 'submitted', actor, facts::jsonb, received_at, prev_hash, hash, line
  FROM input JOIN new USING (id)
)
SELECT id, number FROM new
"""

ONE = "WITH input AS (SELECT " + ", ".join(f"%s::{kind} AS {name}" for name, kind in COLUMNS.items()) + ")" + INSERT
ARRAYS = ", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())
MANY = f"WITH input AS (SELECT * FROM unnest({ARRAYS}) AS i({', '.join(COLUMNS)}))" + INSERT  # noqa: S608 - our names
QUEUE = """
SELECT q.id, q.calendar_id, p.id, p.username, p.first_name, p.last_name
FROM escalations_queue q JOIN escalations_person p ON p.id = q.lead_id WHERE q.slug = %s
"""


def execute(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a prepared statement on Django's connection and fetch its rows."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, parameters, prepare=True).fetchall()


def insert_escalations(rows: Sequence[dict[str, Any]]) -> dict[Any, int]:
    """Store new escalations with all their rows; {id: number} of those that were new."""
    if len(rows) == 1:
        return dict(execute(ONE, [rows[0][name] for name in COLUMNS]))
    columns = [[row[name] for row in rows] for name in COLUMNS]
    return dict(execute(MANY, columns))
