"""`manage.py up`: from an empty folder to a running Reviewapp and back to nothing."""

import signal
import socket
import time

import httpx
import psutil
import psycopg
import pytest
import redis

from reviewapp.leftovers import left_in
from tests.up import Up, eventually

pytestmark = pytest.mark.slow


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
