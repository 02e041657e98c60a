"""The web's connections when PostgreSQL was away for a moment."""

import os
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg

from tests import databases

CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s AND application_name LIKE %s"


def test_no_request_fails_after_every_connection_was_cut(transactional_db, world, server):
    def ask(_):
        return httpx.get(
            f"{server.url}/api/v1/escalations", headers={"Authorization": f"Bearer {world.key}"}, timeout=30
        )

    with ThreadPoolExecutor(16) as many:
        assert {answer.status_code for answer in many.map(ask, range(64))} == {200}
        with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as admin:
            assert admin.execute(CUT, [databases.MINE, "%reviewapp web%"]).fetchone()[0] > 1
        assert {answer.status_code for answer in many.map(ask, range(64))} == {200}
