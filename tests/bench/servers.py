"""Servers in production mode for one run: one PostgreSQL, and a web server each for the product and the floor."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from reviewapp.embedded import Postgres, Valkey, free_port
from reviewapp.processes import web_command

WORKERS = "2"


@dataclass
class Site:
    """A web server under load: where it answers and the process that it began with."""

    url: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    def stop(self) -> None:
        """End it; its supervisor would start dying workers again and again."""
        self.process.terminate()
        self.process.wait(20)

    def manage(self, *arguments: str, code: str = "") -> str:
        """Run a management command against the site's database; its standard output."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, env=self.environment, input=code, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()


def _environment(postgres: Postgres, valkey: Valkey, folder: Path, *, database: str, settings: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings,
        "DATABASE_URL": postgres.url("reviewapp_runtime", database),
        "DATABASE_OWNER_URL": postgres.url("reviewapp_owner", database),
        "REDIS_URL": valkey.url(),
        "SECRET_KEY": secrets.token_hex(32),
        "REVIEWAPP_VAR": str(folder / "var"),
        "WEB_CONCURRENCY": WORKERS,
    }


def _serve(command: list[str], environment: dict[str, str], port: int) -> Site:
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    site, deadline = Site(f"http://127.0.0.1:{port}", process, environment), time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(site.url, timeout=2)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return site
    site.stop()
    raise RuntimeError("the web server did not answer")


@contextmanager
def servers() -> Iterator[tuple[Site, Site, Postgres]]:
    """(product, floor, PostgreSQL); everything stops at the end."""
    with tempfile.TemporaryDirectory(prefix="reviewapp-bench-") as name:
        folder, sites = Path(name), []
        postgres, valkey = Postgres(folder), Valkey(folder)
        try:
            postgres.start()
            valkey.start()
            sites.append(_product(postgres, valkey, folder))
            sites.append(_floor(postgres, valkey, folder))
            yield sites[0], sites[1], postgres
        finally:
            for site in sites:
                site.stop()
            valkey.stop()
            postgres.stop()


def _product(postgres: Postgres, valkey: Valkey, folder: Path) -> Site:
    environment = _environment(postgres, valkey, folder, database="reviewapp", settings="reviewapp.settings")
    migrate = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
    subprocess.run(migrate, env=environment, check=True)
    port = free_port()
    return _serve(web_command(port, environment=environment), environment, port)


def _floor(postgres: Postgres, valkey: Valkey, folder: Path) -> Site:
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE floor OWNER reviewapp_runtime")
    environment = _environment(postgres, valkey, folder, database="floor", settings="tests.bench.floor.settings")
    migrate = [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0"]
    subprocess.run(migrate, env=environment, check=True)
    port = free_port()
    command = ["tests.bench.floor.asgi:application" if "asgi" in part else part for part in web_command(port)]
    return _serve(command, environment, port)
