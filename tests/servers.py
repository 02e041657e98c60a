"""Pytest plugin: a private PostgreSQL and Valkey for the run, started before Django's settings are read.

The process that was started by hand owns the servers; the workers of pytest-xdist inherit their addresses.
"""

import os
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from reviewapp.embedded import OWNER, RUNTIME, Postgres, Valkey

FOLDER_VARIABLE = "REVIEWAPP_TEST_FOLDER"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ

servers: list[Postgres | Valkey] = []


def start() -> None:
    """Start both servers and tell Django where they are."""
    folder = Path(tempfile.mkdtemp(prefix="reviewapp-tests-"))
    os.environ[FOLDER_VARIABLE] = str(folder)
    postgres, valkey = Postgres(folder, durable=False), Valkey(folder)
    for server in (postgres, valkey):
        servers.append(server)
        server.start()
    os.environ |= {
        "DATABASE_URL": postgres.url(RUNTIME),
        "DATABASE_OWNER_URL": postgres.url(OWNER),
        "DATABASE_ADMIN_URL": postgres.url("postgres", "postgres"),
        "REDIS_URL": valkey.url(),
        "REVIEWAPP_VAR": str(folder / "var"),
        "SECRET_KEY": secrets.token_hex(32),
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # the browser's driver keeps an event loop in the test's thread
    }
    for name in ("DEBUG", "ALLOWED_HOSTS", "EMAIL_URL", "PORT"):
        os.environ.pop(name, None)


def stop() -> None:
    """Stop what was started and remove its files; safe to call twice."""
    while servers:
        servers.pop().stop()
    if not IS_WORKER:
        shutil.rmtree(os.environ[FOLDER_VARIABLE], ignore_errors=True)


def pytest_unconfigure() -> None:
    stop()


if not IS_WORKER:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        start()
    except BaseException:
        stop()
        raise
