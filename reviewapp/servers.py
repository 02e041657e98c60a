"""The database and Redis of a running `up`: given by the environment, or embedded."""

import os
import threading
from pathlib import Path

from reviewapp.embedded import OWNER, RUNTIME, Postgres, ServerFailedError, Valkey


class Servers:
    """Starts what the environment does not name, brings it back when it dies, stops it at the end."""

    def __init__(self, folder: Path) -> None:
        self.postgres = None if os.environ.get("DATABASE_URL") else Postgres(folder)
        self.valkey = None if os.environ.get("REDIS_URL") else Valkey(folder)
        self._lock = threading.Lock()
        self._stopping = False

    def start(self) -> dict[str, str]:
        """Start them and return their addresses as environment variables. Raises ServerFailedError."""
        for server in self._embedded():
            server.start()
        return {
            "DATABASE_URL": self.postgres.url(RUNTIME) if self.postgres else os.environ["DATABASE_URL"],
            "DATABASE_OWNER_URL": self._owner_url(),
            "REDIS_URL": self.valkey.url() if self.valkey else os.environ["REDIS_URL"],
        }

    def restart_dead(self) -> list[str]:
        """Start again what has died, at the same address. Returns a sentence for each."""
        with self._lock:
            return [] if self._stopping else [restart(server) for server in self._embedded() if has_died(server)]

    def stop(self) -> None:
        """Stop them; safe to call twice."""
        self._stopping = True
        with self._lock:
            for server in reversed(self._embedded()):
                server.stop()

    def _embedded(self) -> list[Postgres | Valkey]:
        return [server for server in (self.postgres, self.valkey) if server]

    def _owner_url(self) -> str:
        if self.postgres:
            return self.postgres.url(OWNER)
        return os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]


def has_died(server: Postgres | Valkey) -> bool:
    return server.process is not None and server.process.poll() is not None


def restart(server: Postgres | Valkey) -> str:
    name = type(server).__name__
    try:
        server.start()
    except ServerFailedError as error:
        return str(error)
    return f"{name} had died and was started again."
