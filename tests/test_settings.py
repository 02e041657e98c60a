"""Settings: what is read from the environment, what refuses to start without it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reviewapp.databases import database
from reviewapp.processes import beat_command, worker_command
from reviewapp.state import read_pairs, write_pairs

REPOSITORY = Path(__file__).parent.parent
SERVE = {
    "web": [sys.executable, "-c", "import reviewapp.asgi"],
    "worker": worker_command(),
    "beat": beat_command(),
}


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command without SECRET_KEY and DEBUG, plus what is given."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DEBUG")}
    return subprocess.run(
        command, env=inherited | environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("process", SERVE)
def test_nothing_serves_without_a_secret_key(process, tmp_path):
    (tmp_path / "secret.key").write_text("a key that only bin/dev may use")
    done = run(SERVE[process], REVIEWAPP_VAR=str(tmp_path))
    assert done.returncode == 1
    assert "SECRET_KEY is not set" in done.stderr


def test_commands_need_neither_secret_key_nor_server():
    done = run([sys.executable, "manage.py", "up", "--help"], DATABASE_URL="postgresql://nobody@nowhere.invalid/none")
    assert done.returncode == 0, done.stderr


def test_an_address_may_name_a_socket_folder():
    settings = database("postgresql://ada:s%40fe@/reviews?host=/run/with%20space&port=6432", process="web", pool_size=3)
    assert (settings["NAME"], settings["USER"], settings["PASSWORD"]) == ("reviews", "ada", "s@fe")
    assert (settings["HOST"], settings["PORT"]) == ("/run/with space", "6432")
    assert settings["OPTIONS"]["pool"]["max_size"] == 3


def test_an_address_keeps_its_own_options():
    settings = database("postgresql://db.example/r?sslmode=require&options=-c%20work_mem%3D8MB", process="web")
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert settings["OPTIONS"]["options"].endswith("-c work_mem=8MB")
    assert "statement_timeout=30s" in settings["OPTIONS"]["options"]


def test_commands_find_the_servers_of_a_running_up(tmp_path):
    addresses = {"DATABASE_URL": "postgresql://r@/x?host=/s", "DATABASE_OWNER_URL": "postgresql://o@/x?host=/s"}
    write_pairs(tmp_path / "servers.env", addresses)
    script = "from reviewapp import settings as s; print(*(s.DATABASES[d]['USER'] for d in ('default', 'owner')))"
    done = run([sys.executable, "-c", script], REVIEWAPP_VAR=str(tmp_path), DATABASE_URL="", DATABASE_OWNER_URL="")
    assert done.stdout.split() == ["r", "o"], done.stderr


def test_one_address_serves_both_roles(tmp_path):
    script = "from reviewapp import settings as s; print(*(s.DATABASES[d]['USER'] for d in ('default', 'owner')))"
    address = "postgresql://solo@/x"
    done = run([sys.executable, "-c", script], REVIEWAPP_VAR=str(tmp_path), DATABASE_URL=address, DATABASE_OWNER_URL="")
    assert done.stdout.split() == ["solo", "solo"], done.stderr


def test_files_with_secrets_are_private(tmp_path):
    write_pairs(tmp_path / "demo.env", {"NAME": "value=with=signs"})
    assert (tmp_path / "demo.env").stat().st_mode & 0o777 == 0o600
    assert read_pairs(tmp_path / "demo.env") == {"NAME": "value=with=signs"}
