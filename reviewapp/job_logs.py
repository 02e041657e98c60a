"""What the log tells of background jobs: one line each, with the id of the request that asked for it."""

import logging.config
from time import perf_counter
from typing import Any

import structlog
from celery.signals import setup_logging, task_failure, task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, clear_contextvars

from reviewapp import settings

ROUTINE = {"escalations.sweep"}  # runs every two seconds; told at DEBUG only

log = structlog.get_logger("reviewapp.jobs")


def use_our_logging(**_kwargs: Any) -> None:
    """Keeps Celery from setting up its own."""
    logging.config.dictConfig(settings.LOGGING)


def bind_ids(task_id: str, task: Any, **_kwargs: Any) -> None:
    clear_contextvars()
    bind_contextvars(job=task.name, job_id=task_id)
    if request_id := (task.request.headers or {}).get("request_id"):
        bind_contextvars(request_id=request_id)
    task.request.began = perf_counter()


def tell_failure(exception: BaseException, **_kwargs: Any) -> None:
    log.error("job failed", exc_info=exception)


def tell_job(task: Any, state: str | None = None, **_kwargs: Any) -> None:
    tell = log.debug if task.name in ROUTINE else log.info
    tell("job", state=state, ms=round((perf_counter() - task.request.began) * 1000, 1))
    clear_contextvars()


def connect() -> None:
    """Have Celery call these."""
    setup_logging.connect(use_our_logging)
    task_prerun.connect(bind_ids)
    task_failure.connect(tell_failure)
    task_postrun.connect(tell_job)
