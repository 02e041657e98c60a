"""What a load balancer asks: is the process up, can it serve."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

REDIS_TIMEOUT_SECONDS = 0.4


@require_safe
@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and is migrated: 200, else 503. Redis is reported only: nothing is lost without it."""
    database = database_state()
    ready = database == "ok"
    answer = {"status": "ok" if ready else "unavailable", "database": database, "redis": redis_state()}
    return JsonResponse(answer, status=200 if ready else 503)


def database_state() -> str:
    """One of `ok`, `migrations pending`, `unreachable`."""
    try:
        connection.ensure_connection()
        pending = is_behind()
    except DatabaseError:
        return "unreachable"
    return "migrations pending" if pending else "ok"


def is_behind() -> bool:
    """Whether a migration of this code is not applied yet."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def redis_state() -> str:
    """One of `ok`, `unreachable`."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    except redis.RedisError:
        return "unreachable"
    finally:
        client.close()
    return "ok"
