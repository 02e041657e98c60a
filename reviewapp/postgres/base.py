"""The database backend. Django looks for a module of this name."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """Hands out connections that live, and drops dead ones as fast as it finds them.

    The pool's own check pauses for 1, 2, 4 … seconds between dead connections: after a restart of PostgreSQL, with
    eight of them, request after request would fail.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        for _ in range(self.pool.max_size if self.pool else 0):
            connection = super().get_new_connection(conn_params)
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.OperationalError:
                self.pool.putconn(connection)
            else:
                return connection
        return super().get_new_connection(conn_params)
