"""One `manage.py up` as a process of its own: the whole product, as a person starts it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from reviewapp.embedded import free_port
from reviewapp.leftovers import left_in
from reviewapp.state import read_pairs

REPOSITORY = Path(__file__).parent.parent
GIVEN_BY_THE_RUN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "DEBUG")


class Up:
    """One `up` in a folder of its own; `demo` is what it wrote for guests."""

    def __init__(self, folder, port=None):
        self.folder = folder
        self.port = port or free_port()
        self.log = folder.parent / f"up-{self.port}.log"

    def start(self):
        environment = {name: value for name, value in os.environ.items() if name not in GIVEN_BY_THE_RUN}
        environment |= {"REVIEWAPP_VAR": str(self.folder), "PORT": str(self.port), "LOG_LEVEL": "DEBUG"}
        with self.log.open("ab") as log:
            command = [sys.executable, "manage.py", "up"]
            self.process = subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=log, stderr=log)
        return self

    def until_ready(self):
        eventually((self.folder / "demo.env").exists, seconds=120, alive=self.process, log=self.log)
        self.demo = read_pairs(self.folder / "demo.env")
        return self

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(15)

    def leftovers(self):
        return [process.cmdline() for process in left_in(self.folder)]

    def sweeps(self):
        return self.log.read_text().count("escalations.sweep")


def eventually(condition, *, seconds, alive=None, log=None):
    """Wait for a condition to hold."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert alive is None or alive.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.1)
