"""Everything with one command: servers, schema, demo world, web, worker and beat, in the foreground."""

import fcntl
import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import IO

from django.core.management import get_commands
from honcho.manager import Manager

from reviewapp import leftovers, processes, state
from reviewapp.embedded import ServerFailedError
from reviewapp.servers import Servers

DEMO_PASSWORD = "demo-review-1"  # noqa: S105 - printed for everybody to use
DEMO_PEOPLE = {
    "ada": "reviewer",
    "ben": "reviewer",
    "cleo": "lead",
    "olga": "workflow owner",
    "mona": "manager",
    "otto": "auditor",
    "admin": "admin",
    "mallory": "sees nothing",
}
SEEDED_FILE = state.VAR / "demo.seeded"  # names the database that holds the whole demo world
Environment = dict[str, str]


class UpError(Exception):
    """Something stands in the way; the message is a sentence for the person who typed the command."""


def run(port: int) -> None:
    """Run until Ctrl-C or SIGTERM (returns) or until something fails (raises UpError). Leaves no process behind."""
    lock = claim_folder()
    leftovers.stop_left_in(state.VAR)
    require_free(port)
    leftovers.mark_children(state.VAR)
    forget_addresses()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    servers = Servers(state.VAR)
    try:
        environment = start_servers(servers, port)
        prepare(environment)
        serve(servers, environment, port)
    except KeyboardInterrupt:
        pass
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        forget_addresses()
        servers.stop()
        leftovers.stop_left_in(state.VAR, patience=2)
        lock.close()


def claim_folder() -> IO[str]:
    """Take the state folder for this process. Raises UpError when another one has it."""
    state.VAR.mkdir(parents=True, exist_ok=True)
    lock = (state.VAR / "up.lock").open("a+")
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # unlike flock, not kept alive by forked children
    except OSError:
        lock.seek(0)
        other = lock.read().strip()
        raise UpError(
            f"Reviewapp already runs from {state.VAR} (process {other}). "
            "Stop it first, or set REVIEWAPP_VAR to another folder."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def require_free(port: int) -> None:
    """Raises UpError when something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise UpError(f"Port {port} cannot be used; choose another one, e.g. PORT={port % 60000 + 1}.") from None


def start_servers(servers: Servers, port: int) -> Environment:
    """Start the servers, tell management commands where they are, and return the environment of every process."""
    say("Starting the database and Redis …")
    try:
        addresses = servers.start()
    except ServerFailedError as error:
        raise UpError(str(error)) from error
    state.write_pairs(state.SERVERS_FILE, addresses)
    secret_key = os.environ.get("SECRET_KEY") or state.make_secret_key()
    own = {"SECRET_KEY": secret_key, "REVIEWAPP_VAR": str(state.VAR), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    return {"LOG_FORMAT": "text", **os.environ, **addresses, **own}


def prepare(environment: Environment) -> None:
    """Bring schema and static files up to date and, once, fill the demo world."""
    say("Preparing the schema and the static files …")
    static = manage("collectstatic", "--noinput", "--verbosity", "0", environment=environment)
    schema = manage("migrate", "--database", "owner", "--verbosity", "0", environment=environment)
    finish("migrate", schema)
    finish("collectstatic", static)
    database = os.environ.get("DATABASE_URL") or "embedded"
    if "seed_demo" in get_commands() and state.read_text(SEEDED_FILE) != database:
        say("Filling the demo world; this happens once …")
        finish("seed_demo", manage("seed_demo", environment=environment))
        state.write_private(SEEDED_FILE, f"{database}\n")


def manage(*arguments: str, environment: Environment) -> subprocess.Popen[bytes]:
    """Start a management command in a process of its own, out of reach of Ctrl-C: `run` ends it."""
    command = [sys.executable, str(state.REPOSITORY / "manage.py"), *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)


def finish(name: str, command: subprocess.Popen[bytes]) -> None:
    """Wait for a command. Raises UpError when it failed; it has said why."""
    if command.wait():
        raise UpError(f"The step `{name}` failed; the reason stands above.")


def serve(servers: Servers, environment: Environment, port: int) -> None:
    """Run web, worker and beat until asked to stop. Raises UpError when one of them ends on its own."""
    manager = Manager()
    commands = {
        "web": processes.web_command(port, environment=environment),
        "worker": processes.worker_command(),
        "beat": processes.beat_command(),
    }
    for name, command in commands.items():
        manager.add_process(name, f"exec {shlex.join(command)}", env=environment, cwd=str(state.REPOSITORY))
    threading.Thread(target=watch, args=(servers, environment, port), daemon=True).start()
    manager.loop()
    if manager.returncode not in (128 + signal.SIGINT, 128 + signal.SIGTERM):
        raise UpError("A process ended on its own (see above), so everything was stopped.")


def watch(servers: Servers, environment: Environment, port: int) -> None:
    """Announce the first answer of the web, then bring embedded servers back whenever they die."""
    time.sleep(0.5)  # the processes are forked first
    while not answers(port):
        time.sleep(0.1)
    announce(environment, port)
    while True:
        time.sleep(1)
        for sentence in servers.restart_dead():
            say(sentence)


def answers(port: int) -> bool:
    """Whether the web is ready to serve."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def announce(environment: Mapping[str, str], port: int) -> None:
    """Say where Reviewapp is and who may sign in; write the demo file last of all."""
    url = f"http://127.0.0.1:{port}"
    if state.read_text(SEEDED_FILE):
        people = "\n".join(f"    {name:8} {role}" for name, role in DEMO_PEOPLE.items())
        say(f"\nSign in with the password {DEMO_PASSWORD} as\n{people}")
    say(f"\nReviewapp is at {url}; Ctrl-C stops it.\n")
    guest = {name: environment[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
    key = {"REVIEWAPP_URL": url, "REVIEWAPP_KEY": state.read_text(state.DEMO_KEY_FILE)}
    state.write_pairs(state.DEMO_FILE, key | guest)


def forget_addresses() -> None:
    """Remove the files that say where a running Reviewapp is."""
    for path in (state.DEMO_FILE, state.SERVERS_FILE):
        path.unlink(missing_ok=True)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
