"""The command lines of the three processes that serve. `python -m reviewapp.processes web|worker|beat` becomes one."""

import os
import sys
from collections.abc import Mapping

GRACEFUL_SECONDS = 3  # open requests get this long when the web stops


def web_command(port: int, host: str = "127.0.0.1", environment: Mapping[str, str] = os.environ) -> list[str]:
    """Uvicorn. `WEB_CONCURRENCY` processes; proxy headers only from the addresses in `FORWARDED_ALLOW_IPS`."""
    proxied = "--proxy-headers" if environment.get("FORWARDED_ALLOW_IPS") else "--no-proxy-headers"
    return [
        *(sys.executable, "-m", "uvicorn", "reviewapp.asgi:application"),
        *("--host", host, "--port", str(port), "--workers", environment.get("WEB_CONCURRENCY", "2")),
        *(
            "--http",
            "reviewapp.http_protocol:PromptProtocol",
            "--ws",
            "none",
            "--lifespan",
            "on",
            "--no-server-header",
            proxied,
        ),
        *("--timeout-graceful-shutdown", str(GRACEFUL_SECONDS), "--timeout-keep-alive", "30"),
        *("--log-level", "warning", "--no-access-log"),
    ]


def worker_command() -> list[str]:
    """One Celery worker with two child processes."""
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return [sys.executable, "-m", "celery", "--quiet", "-A", "reviewapp", "worker", "--concurrency", "2", *quiet]


def beat_command() -> list[str]:
    """Celery's clock: exactly one per installation."""
    return [sys.executable, "-m", "celery", "--quiet", "-A", "reviewapp", "beat", "--pidfile="]


def become(name: str) -> None:
    """Turn this process into the one of that name: HOST and PORT say where the web listens."""
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    commands = {"web": web_command(port, host), "worker": worker_command(), "beat": beat_command()}
    os.execv(sys.executable, commands[name])  # noqa: S606 - a fixed command line


if __name__ == "__main__":
    become(sys.argv[1])
