"""Pytest plugin: a private PostgreSQL and Valkey for the run, started before Django's settings are read.

The process that was started by hand owns the servers; the workers of pytest-xdist inherit their addresses.
"""

import contextlib
import os
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import psutil

from reviewapp.embedded import OWNER, RUNTIME, Postgres, Valkey
from reviewapp.leftovers import stop_left_in

FOLDER_VARIABLE = "REVIEWAPP_TEST_FOLDER"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ

PREFIX = "reviewapp-tests-"

servers: list[Postgres | Valkey] = []


def start() -> None:
    """Start both servers and tell Django where they are."""
    clear_up_after_killed_runs()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    (folder / "owner.pid").write_text(str(os.getpid()))
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


def clear_up_after_killed_runs() -> None:
    """Stop the servers of runs that could not do it themselves."""
    for owner in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/owner.pid"):
        with contextlib.suppress(FileNotFoundError):  # another run was quicker
            if not psutil.pid_exists(int(owner.read_text() or 0)):
                stop_left_in(owner.parent)
                shutil.rmtree(owner.parent, ignore_errors=True)


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
