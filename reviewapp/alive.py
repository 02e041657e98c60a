"""Signs of life of worker and beat, for health checks: a file that is touched as long as they do their work."""

import contextlib
from typing import Any

from celery import Celery, bootsteps
from celery.signals import after_task_publish

from reviewapp import state

TOUCH_SECONDS = 5


def touch(process: str) -> None:
    """Say that a process is alive; a folder that cannot be written must not stop it."""
    with contextlib.suppress(OSError):
        state.alive_file(process).touch()


class WorkerAlive(bootsteps.StartStopStep):
    """Touches the file from the loop that takes jobs, as long as the broker is connected."""

    requires = {"celery.worker.consumer.tasks:Tasks"}
    timer: Any = None

    def start(self, parent: Any) -> None:
        touch("worker")
        self.timer = parent.timer.call_repeatedly(TOUCH_SECONDS, touch, ("worker",))

    def stop(self, parent: Any) -> None:
        if self.timer:
            self.timer.cancel()


def beat_published(**_kwargs: Any) -> None:
    """The broker took a sweep: only beat sends them."""
    touch("beat")


def watch(app: Celery) -> None:
    """Let the processes of an app give signs of life."""
    app.steps["consumer"].add(WorkerAlive)
    after_task_publish.connect(beat_published, sender="escalations.sweep")
