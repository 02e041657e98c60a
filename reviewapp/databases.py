"""Django database settings from connection URLs."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}

# How long a statement may wait for a lock and run, by kind of process: a page must fail soon, a job may take its time.
TIMEOUTS = {
    "web": {"lock_timeout": "5s", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"},
    "worker": {"lock_timeout": "15s", "statement_timeout": "5min", "idle_in_transaction_session_timeout": "10min"},
    "command": {},
}


def database(url: str, *, process: str, pool_size: int = 0) -> dict[str, Any]:
    """One entry of `DATABASES` from anything libpq accepts, `?host=/socket/folder` included.

    A `pool_size` of 0 means no pool: right for commands and for worker processes, which fork.
    Raises psycopg.ProgrammingError when the URL is broken.
    """
    given = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    settings: dict[str, Any] = {name: given.pop(keyword, "") for keyword, name in NAMES.items()}
    limits = " ".join(f"-c {name}={value}" for name, value in TIMEOUTS[process].items())
    options: dict[str, Any] = {"connect_timeout": "5", "application_name": f"reviewapp {process}", **given}
    options["options"] = f"{limits} {given.get('options', '')}".strip()
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 5, "max_idle": 300}
    return {
        "ENGINE": "reviewapp.postgres",
        **settings,
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if pool_size else None,
        "CONN_HEALTH_CHECKS": not pool_size,  # the backend checks what the pool hands out
    }
