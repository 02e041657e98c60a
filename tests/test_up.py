"""`manage.py up`: from an empty folder to a running Reviewapp and back to nothing."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
import redis

from reviewapp.embedded import free_port
from reviewapp.leftovers import left_in
from reviewapp.state import read_pairs

pytestmark = pytest.mark.slow
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
        environment |= {"REVIEWAPP_VAR": str(self.folder), "PORT": str(self.port), "LOG_LEVEL": "INFO"}
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
        return self.log.read_text().count("Task escalations.sweep")


def eventually(condition, *, seconds, alive=None, log=None):
    """Wait for a condition to hold."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert alive is None or alive.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.1)


@pytest.fixture
def up(tmp_path):
    running = Up(tmp_path / "var")
    yield running
    if running.process.poll() is None:
        running.stop()
    for process in left_in(running.folder):
        process.kill()


def test_it_starts_from_nothing_stops_without_a_trace_and_keeps_its_data(up):
    up.start().until_ready()
    assert httpx.get(f"{up.demo['REVIEWAPP_URL']}/livez").status_code == 200
    with psycopg.connect(up.demo["DATABASE_OWNER_URL"]) as owner:
        owner.execute("CREATE TABLE kept (word text)")
    assert up.stop() == 0
    assert not up.leftovers()
    assert not (up.folder / "demo.env").exists()

    up.start().until_ready()
    with psycopg.connect(up.demo["DATABASE_OWNER_URL"]) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert up.stop(signal.SIGINT) == 0
    assert not up.leftovers()


def test_the_runtime_role_cannot_change_the_schema(up):
    up.start().until_ready()
    with psycopg.connect(up.demo["DATABASE_URL"]) as runtime, pytest.raises(psycopg.errors.InsufficientPrivilege):
        runtime.execute("CREATE TABLE mine (word text)")


def test_a_killed_one_does_not_stop_the_next(up):
    up.start().until_ready()
    up.process.kill()
    up.process.wait()
    assert up.leftovers()
    up.start()
    eventually(lambda: up.log.read_text().count("Reviewapp is at") == 2, seconds=60, alive=up.process, log=up.log)
    assert up.stop() == 0
    assert not up.leftovers()


def test_two_in_one_folder_are_one_too_many(up):
    up.start().until_ready()
    second = Up(up.folder).start()
    assert second.process.wait(30) == 1
    assert "already runs from" in second.log.read_text()
    assert httpx.get(f"{up.demo['REVIEWAPP_URL']}/livez").status_code == 200


def test_a_busy_port_is_said_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        up = Up(tmp_path / "var", port=busy.getsockname()[1]).start()
        assert up.process.wait(30) == 1
    assert up.log.read_text().startswith(f"CommandError: Port {up.port} cannot be used")
    assert up.log.read_text().count("\n") == 1


def test_a_deep_folder_is_no_obstacle(tmp_path):
    up = Up(tmp_path / "a-folder-with-a-long-name" / ("deep" * 25) / "var")
    up.folder.parent.mkdir(parents=True)
    try:
        up.start().until_ready()
    finally:
        assert up.stop() == 0


def test_everything_stops_when_one_process_dies(up):
    up.start().until_ready()
    beat = next(process for process in left_in(up.folder) if "beat" in process.cmdline())
    beat.kill()
    assert up.process.wait(20) == 1
    assert "ended on its own" in up.log.read_text()
    assert not up.leftovers()


def test_jobs_run_again_after_redis_stood_still_lost_everything_or_died(up):
    up.start().until_ready()
    eventually(up.sweeps, seconds=20)
    client = redis.Redis.from_url(up.demo["REDIS_URL"])
    server = psutil.Process(client.info()["process_id"])

    server.suspend()
    time.sleep(12)
    assert httpx.get(f"{up.demo['REVIEWAPP_URL']}/readyz").json()["redis"] == "unreachable"
    for trouble in (server.resume, client.flushall, server.kill):
        trouble()
        time.sleep(1)
        before = up.sweeps()
        eventually(lambda before=before: up.sweeps() > before + 1, seconds=30)
