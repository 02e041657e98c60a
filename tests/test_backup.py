"""A backup is worth what its restore is worth: dumped as the owner, restored into a new database, verified."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest

from reviewapp.embedded import OWNER, POSTGRES_BIN, RUNTIME
from tests import databases
from tests.cases import decided, submitted
from tests.up import REPOSITORY

pytestmark = pytest.mark.slow
RESTORED = f"{databases.MINE}_restored"


def address(name, *, database=RESTORED):
    """A role's address (`DATABASE_URL`, `DATABASE_OWNER_URL`) with another database."""
    return urlsplit(os.environ[name])._replace(path=f"/{database}").geturl()


@pytest.fixture
def dump(transactional_db, world, tmp_path):
    """A dump of a world with waiting and decided cases, as docs/operate-docker.md has it made."""
    submitted(world, output="Grace\u0000 \ud800")
    decided(world, "correct", answers={"output": "No."})
    file = tmp_path / "reviewapp.dump"
    source = address("DATABASE_OWNER_URL", database=databases.MINE)
    run(POSTGRES_BIN / "pg_dump", "--format=custom", f"--file={file}", source)
    return file


@pytest.fixture
def restored(dump):
    """Addresses of the new database for the two roles."""
    databases.admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", RESTORED)
    databases.admin("CREATE DATABASE {} OWNER {}", RESTORED, OWNER)
    databases.admin("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", RESTORED)
    databases.admin("GRANT CONNECT ON DATABASE {} TO {}", RESTORED, RUNTIME)
    owner = address("DATABASE_OWNER_URL")
    run(POSTGRES_BIN / "pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={owner}", dump)
    yield {"DATABASE_URL": address("DATABASE_URL"), "DATABASE_OWNER_URL": owner}
    databases.admin("DROP DATABASE {} WITH (FORCE)", RESTORED)


def run(*command, check=True, **environment):
    words = [str(word) for word in command]
    return subprocess.run(
        words, env=os.environ | environment, cwd=REPOSITORY, capture_output=True, text=True, check=check
    )


def manage(*arguments, environment, check=False):
    return run(sys.executable, "manage.py", *arguments, check=check, **environment)


def test_a_restored_ledger_holds_and_is_whole(restored):
    source = {"DATABASE_URL": address("DATABASE_URL", database=databases.MINE)}
    before, after = (manage("verify_ledger", environment=one) for one in (source, restored))
    assert (after.returncode, after.stdout) == (0, before.stdout)
    assert "events in" in after.stdout


def test_a_restored_database_is_complete(restored):
    done = manage("migrate", "--check", "--database", "owner", environment=restored)
    assert done.returncode == 0, done.stdout


def test_a_restored_feed_can_be_moved_past_what_senders_have_read(restored):
    with psycopg.connect(restored["DATABASE_OWNER_URL"]) as connection:
        for sequence in ("decision_sequence", "escalation_number"):
            connection.execute(f"SELECT setval('{sequence}', nextval('{sequence}') + 1000000)")
    with psycopg.connect(restored["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT nextval('decision_sequence')").fetchone()[0] > 1_000_000
    assert manage("verify_ledger", environment=restored).returncode == 0


def test_both_walls_around_the_ledger_are_restored(restored):
    for role in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        with psycopg.connect(restored[role]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE escalations_event SET verb = 'forged'")


def test_a_restored_ledger_that_was_touched_does_not_hold(restored):
    with psycopg.connect(restored["DATABASE_OWNER_URL"]) as connection:
        connection.execute("ALTER TABLE escalations_event DISABLE TRIGGER rows_stay")
        connection.execute("UPDATE escalations_event SET verb = 'forged' WHERE seq = 1 AND verb = 'submitted'")
    done = manage("verify_ledger", environment=restored)
    assert done.returncode == 1
    assert "seq 1" in done.stdout
