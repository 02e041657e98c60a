"""The command lines of the three processes that serve."""

import os
import sys
from collections.abc import Mapping

GRACEFUL_SECONDS = 3  # open requests get this long when the web stops
LOG_LEVEL = os.environ.get("LOG_LEVEL", "WARNING")  # of worker and beat: INFO shows every job


def web_command(port: int, host: str = "127.0.0.1", environment: Mapping[str, str] = os.environ) -> list[str]:
    """Uvicorn. `WEB_CONCURRENCY` processes; proxy headers only from the addresses in `FORWARDED_ALLOW_IPS`."""
    proxied = "--proxy-headers" if environment.get("FORWARDED_ALLOW_IPS") else "--no-proxy-headers"
    return [
        *(sys.executable, "-m", "uvicorn", "reviewapp.asgi:application"),
        *("--host", host, "--port", str(port), "--workers", environment.get("WEB_CONCURRENCY", "2")),
        *("--http", "httptools", "--ws", "none", "--lifespan", "on", "--no-server-header", proxied),
        *("--timeout-graceful-shutdown", str(GRACEFUL_SECONDS), "--timeout-keep-alive", "30"),
        *("--log-level", "warning", "--no-access-log"),
    ]


def worker_command() -> list[str]:
    """One Celery worker with two child processes."""
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", LOG_LEVEL)
    return [sys.executable, "-m", "celery", "--quiet", "-A", "reviewapp", "worker", "--concurrency", "2", *quiet]


def beat_command() -> list[str]:
    """Celery's clock: exactly one per installation."""
    return [sys.executable, "-m", "celery", "--quiet", "-A", "reviewapp", "beat", "--pidfile=", "--loglevel", LOG_LEVEL]
