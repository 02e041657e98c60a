"""`manage.py replay`: every line of a file becomes a request to a running server."""

import os
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from escalations.management.shell import ShellCommand
from reviewapp import state

IN_FLIGHT = 8
MOST_ATTEMPTS = 20
MOST_SHOWN = 20  # refused lines
SOON = 1.0  # seconds until a server that gives no time is asked again
MOST_BREAKS = 3  # of the connection, for one line


class Command(ShellCommand):
    help = "POST each line of a JSONL file to a running server; exit 0 only if all were accepted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="one escalation per line")
        parser.add_argument("--url", help="default: REVIEWAPP_URL, else the server of `bin/dev`")
        parser.add_argument("--key", help="default: REVIEWAPP_KEY, else the key of the demo world")
        parser.add_argument("--rate", type=float, help="requests per second at most")

    def handle(self, *args: Any, **options: Any) -> None:
        url, key = (options[name] or from_surroundings(f"REVIEWAPP_{name.upper()}") for name in ("url", "key"))
        if options["rate"] is not None and options["rate"] <= 0:
            raise CommandError("The rate must be more than 0.")
        with Player(url, key) as player:
            play(options["file"], player=player, rate=options["rate"])
        for refused in sorted(player.refused)[:MOST_SHOWN]:
            self.stderr.write("line {}: {}".format(*refused))
        if player.refused:
            raise CommandError(f"{len(player.refused)} of {player.accepted_count + len(player.refused)} were refused.")


def from_surroundings(name: str) -> str:
    """A value from the environment, else from the file of a running demo world."""
    value = os.environ.get(name) or state.read_pairs(state.DEMO_FILE).get(name)
    if not value:
        raise CommandError(f"{name} is not known: name it, or start `bin/dev`.")
    return value


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number, bytes without the newline) of each line that is not blank."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip(b"\r\n")
    except OSError as error:
        raise CommandError(f"The file can not be read: {error.strerror or error}.") from error


def play(path: Path, *, player: "Player", rate: float | None) -> None:
    """Send every line, a few at a time, no faster than `rate` per second; the bar stands on standard error."""
    total = sum(1 for _ in lines_of(path))
    look = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TaskProgressColumn())
    with (
        Progress(*look, TimeRemainingColumn(), console=Console(file=sys.stderr)) as progress,
        ThreadPoolExecutor(IN_FLIGHT) as pool,
    ):
        task, free, began = progress.add_task(path.name, total=total), threading.Semaphore(IN_FLIGHT), time.monotonic()
        for position, (number, body) in enumerate(lines_of(path)):
            free.acquire()
            if rate:
                time.sleep(max(0, began + position / rate - time.monotonic()))
            future = pool.submit(player.send, number, body)
            future.add_done_callback(lambda _: progress.advance(task))
            future.add_done_callback(lambda _: free.release())


class Player:
    """Sends lines to one server and remembers which it refused. One attempt's key makes its repeats harmless."""

    def __init__(self, url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
        self._client = httpx.Client(base_url=url.rstrip("/"), headers=headers, limits=limits, timeout=30)
        self._run = secrets.token_hex(8)
        self.accepted_count = 0
        self.refused: list[tuple[int, str]] = []
        self._counting = threading.Lock()

    def __enter__(self) -> "Player":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, number: int, body: bytes) -> None:
        """Send one line until the server says yes or no."""
        problem = self._problem(number, body)
        with self._counting:
            if problem:
                self.refused.append((number, problem))
            else:
                self.accepted_count += 1

    def _problem(self, number: int, body: bytes) -> str:
        """Why the line was not accepted, or nothing."""
        once = {"Idempotency-Key": f"replay-{self._run}-{number}"}
        for attempt in range(1, MOST_ATTEMPTS + 1):
            try:
                answer = self._client.post("/api/v1/escalations", content=body, headers=once)
            except httpx.HTTPError as error:
                if attempt >= MOST_BREAKS:
                    return f"no answer ({type(error).__name__})"
                time.sleep(SOON)
                continue
            if not is_busy(answer):
                break
            time.sleep(seconds_to_wait(answer))
        return "" if answer.status_code in (200, 201) else f"{answer.status_code} {title_of(answer)}".strip()


def is_busy(answer: httpx.Response) -> bool:
    """Whether the same request may be answered otherwise a little later."""
    return answer.status_code in (429, 503) or (answer.status_code == 409 and "Retry-After" in answer.headers)


def seconds_to_wait(answer: httpx.Response) -> float:
    """What the server asks for in Retry-After."""
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else SOON


def title_of(answer: httpx.Response) -> str:
    """What the problem document is called, with the fields at fault."""
    try:
        problem = answer.json()
        where = ", ".join(fault["pointer"] for fault in problem.get("errors", []))
        return f"{problem['title']} ({where})" if where else problem["title"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return answer.reason_phrase
