"""What every test can ask for: a database, a running server, a browser."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import TransactionTestCase

from tests import databases
from tests.browser import launch_arguments
from tests.cast import World, make_world
from tests.web_server import WebServer


class QuickHasher(PBKDF2PasswordHasher):
    """Django's default, made quick; the server under test can check what it made."""

    iterations = 1


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> None:
    """Replaces pytest-django's: schema by the owner role, tests by the runtime role.

    Tests that commit cannot be undone with TRUNCATE, which the ledger refuses: the database is cloned again instead.
    """
    settings.PASSWORD_HASHERS = ["tests.conftest.QuickHasher"]
    with django_db_blocker.unblock():
        databases.prepare()
    TransactionTestCase._fixture_teardown = lambda _self: databases.clone()


@pytest.fixture
def world(db) -> World:
    """Everybody, their queues and workflows; committed where the test asks for `transactional_db`."""
    return make_world()


@pytest.fixture
def owner_connection(db) -> Iterator[psycopg.Connection]:
    """A connection as the owner role; sees committed rows only."""
    parts = urlsplit(os.environ["DATABASE_OWNER_URL"])
    with psycopg.connect(parts._replace(path=f"/{databases.MINE}").geturl(), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def server(django_db_setup) -> Iterator[WebServer]:
    """The real web server on a free port, against this worker's database; use it with `transactional_db`."""
    with WebServer(databases.MINE) as running:
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """The system's Chromium when there is one, else the one that Playwright installed."""
    return {**browser_type_launch_args, **launch_arguments()}
