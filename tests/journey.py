"""Senders and reviewers at work on a running product: real outputs posted, claimed, decided, read back."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.up import REPOSITORY, Up

DATA = REPOSITORY.parent / "shared" / "data"
QUEUES = ("support", "clinical", "editorial", "general")
WITHOUT_DATA = "the real outputs (../shared/data) are not on this machine"


def outputs() -> list[bytes]:
    """The real outputs, a body each."""
    return (DATA / "escalations.jsonl").read_bytes().splitlines()


def verdicts() -> dict[str, dict]:
    """What people found, by external_id, as bodies of a decision."""
    rows = map(json.loads, (DATA / "gold.jsonl").read_bytes().splitlines())
    return {row.pop("external_id"): {name: value for name, value in row.items() if value is not None} for row in rows}


class Work:
    """Clients of one running product."""

    def __init__(self, up: Up) -> None:
        self.url = f"{up.demo['REVIEWAPP_URL']}/api/v1"
        self.environment = {**os.environ, "REVIEWAPP_VAR": str(up.folder)}
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY"):
            self.environment.pop(name, None)
        self.sender = self.client(up.demo["REVIEWAPP_KEY"])
        self.latencies: list[float] = []

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A management command, as somebody in a second shell would give it."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, check=check
        )

    def client(self, key: str) -> httpx.Client:
        """An HTTP client with a key."""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        limits = httpx.Limits(max_connections=16, max_keepalive_connections=16)
        return httpx.Client(headers=headers, timeout=60, limits=limits)

    def person(self, name: str, role: str, *queues: str) -> httpx.Client:
        """A new person's client."""
        named = [part for queue in queues for part in ("--queue", queue)]
        key = self.manage("create_person", name, "--role", role, *named).stdout.strip()
        return self.client(key)

    def post(self, body: bytes) -> int:
        """Hand one body over; the status."""
        started = time.perf_counter()
        status = self.sender.post(f"{self.url}/escalations", content=body).status_code
        self.latencies.append(time.perf_counter() - started)
        return status

    def post_all(self, bodies: list[bytes], *, at_once: int = 4) -> Counter[int]:
        """Hand all over; how many of each status."""
        with ThreadPoolExecutor(at_once) as pool:
            return Counter(pool.map(self.post, bodies))

    def decide_all(self, reviewers: list[httpx.Client], answers: dict[str, dict]) -> Counter[int]:
        """Reviewers claim and decide until every queue is empty; how many of each status."""
        with ThreadPoolExecutor(len(reviewers)) as pool:
            return sum(pool.map(lambda one: self._decide_until_empty(one, answers), reviewers), Counter())

    def _decide_until_empty(self, reviewer: httpx.Client, answers: dict[str, dict]) -> Counter[int]:
        statuses: Counter[int] = Counter()
        for queue in QUEUES:
            while (claimed := reviewer.post(f"{self.url}/queues/{queue}/claims")).status_code == 201:
                case = claimed.json()
                answer = answers.get(case["external_id"], {"verdict": "approve"})
                body = {**answer, "claim_token": case["claim"]["token"]}
                decided = reviewer.post(f"{self.url}/escalations/{case['id']}/decision", content=json.dumps(body))
                statuses[decided.status_code] += 1
            assert claimed.status_code == 204, claimed.text
        return statuses

    def feed(self, *, after: int = 0) -> list[dict]:
        """Every decision of the feed, in order."""
        found: list[dict] = []
        url = f"{self.url}/decisions?limit=200&cursor={after}"
        while (page := self.sender.get(url).json())["results"]:
            found += page["results"]
            url = page["next"]
        return found

    def build(self, lead: httpx.Client) -> tuple[dict, list[dict], bytes]:
        """Ask for a release, wait for the job; (manifest, lines, file)."""
        place = lead.post(f"{self.url}/datasets/all-corrections/releases", content=b"{}").headers["Location"]
        deadline = time.monotonic() + 120
        while (release := lead.get(place).json())["state"] in ("pending", "building"):
            assert time.monotonic() < deadline, release
            time.sleep(0.2)
        file = self.file(lead, release["version"])
        return release, [json.loads(line) for line in file.decode().splitlines()], file

    def file(self, lead: httpx.Client, version: str) -> bytes:
        """The native file of a release."""
        return lead.get(f"{self.url}/datasets/all-corrections/releases/{version}/file?format=native").content


def is_there(path: Path = DATA) -> bool:
    """Whether the real outputs are at hand."""
    return path.exists()
