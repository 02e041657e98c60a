"""One migrated template database per run; every worker clones it, and clones it again after a test that commits."""

import fcntl
import os
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from reviewapp.embedded import OWNER
from tests.servers import FOLDER_VARIABLE

TEMPLATE = "reviewapp_template"
MINE = f"reviewapp_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def use(name: str) -> None:
    """Point both of Django's connections at a database of this run."""
    for connection in connections.all():
        connection.close()
        connection.settings_dict["NAME"] = name


def prepare() -> None:
    """Migrate the template, once for all workers, then clone it for this one."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "template.ready").exists():
            admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", TEMPLATE)
            admin("CREATE DATABASE {} OWNER {}", TEMPLATE, OWNER)
            use(TEMPLATE)
            call_command("migrate", database="owner", verbosity=0)
            use(MINE)
            (folder / "template.ready").touch()
    clone()


def clone() -> None:
    """Throw this worker's database away, whoever is connected, and make it anew from the template."""
    use(MINE)
    admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", MINE)
    admin("CREATE DATABASE {} TEMPLATE {} OWNER {}", MINE, TEMPLATE, OWNER)


def admin(statement: str, *names: str) -> None:
    """Run a statement as the superuser of the private server; `{}` are identifiers."""
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
