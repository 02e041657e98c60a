"""The web server as a process of its own, for tests that need a real one."""

import os
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from reviewapp.embedded import free_port
from reviewapp.processes import web_command


class WebServer:
    """Runs uvicorn against one database of the run. `url` is where it answers, `log` what it has printed."""

    def __init__(self, database: str, *, workers: int = 1) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        parts = urlsplit(os.environ["DATABASE_URL"])
        address = parts._replace(path=f"/{database}").geturl()
        self.environment = {
            **os.environ,
            "DATABASE_URL": address,
            "WEB_CONCURRENCY": str(workers),
            "PYTHONUNBUFFERED": "1",
        }
        self.log_path = Path(os.environ["REVIEWAPP_TEST_FOLDER"]) / f"web-{self.port}.log"

    def __enter__(self) -> Self:
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                web_command(self.port, environment=self.environment),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/livez", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False
