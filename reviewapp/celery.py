"""Background jobs: one worker, one beat, Redis in between. Redis may lose every message and nothing is lost."""

import logging
import os
import sys
import warnings
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import beat_init, celeryd_init
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")
if "reviewapp.settings" not in sys.modules:  # we are Celery's own process, not one that only sends to it
    os.environ.setdefault("REVIEWAPP_PROCESS", "worker")  # settings: no pool (children fork), longer timeouts

from reviewapp import alive, job_logs, settings

SWEEP_SECONDS = 2.0
SOCKET_TIMEOUT_SECONDS = 5  # a Redis that stands still must not hold a process for longer

warnings.filterwarnings("ignore", category=SecurityWarning)  # containers and the demo run as root; only JSON is read
app = Celery("reviewapp", include=["escalations.jobs"])
app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # for ever
    broker_transport_options={
        "socket_timeout": SOCKET_TIMEOUT_SECONDS,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "visibility_timeout": 3600,  # seconds until an unacknowledged job is given to another worker
    },
    task_publish_retry=False,  # a lost message is found by the next sweep
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_soft_time_limit=900,
    task_time_limit=960,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_max_tasks_per_child=5000,
    worker_redirect_stdouts=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    beat_schedule_filename=str(settings.VAR / "beat-schedule"),
    beat_max_loop_interval=5,
    beat_schedule={
        "sweep": {"task": "escalations.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": 10}},
        "forget": {"task": "escalations.forget", "schedule": 3600.0, "options": {"expires": 600}},
    },
    timezone="UTC",
)
job_logs.connect()
alive.watch(app)
app.set_default()  # `current_app` is this one in every thread


class OneLine(logging.Filter):
    """Beat says in one line that Redis does not answer, instead of in a hundred every few seconds."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and str(record.msg).startswith("Message Error"):
            record.msg, record.args, record.exc_info = "%s", (record.exc_info[1],), None
        return True


logging.getLogger("celery.beat").addFilter(OneLine())


@celeryd_init.connect
@beat_init.connect
def refuse_without_secret_key(**_kwargs: Any) -> None:
    """Celery logs and forgets ordinary exceptions of signal handlers; it cannot ignore an exit."""
    try:
        settings.require_secret_key()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
