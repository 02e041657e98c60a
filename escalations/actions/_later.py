"""Waking a job by name after commit, without the request waiting for Redis.

A bounded background thread hands the name to the broker; when the broker is away or the line is full the message is
dropped, because the pending row is the queue of record and the sweep finds it. The message carries the id of the
request that asked for the job, so that one id leads through the log.
"""

import atexit
import logging
import queue
import threading
from uuid import UUID

from celery import current_app
from django.db import transaction
from structlog.contextvars import get_contextvars

log = logging.getLogger(__name__)
MOST_WAITING = 1000
_line: queue.Queue[tuple[str, str, dict[str, str]] | None] = queue.Queue(MOST_WAITING)
_start = threading.Lock()
_thread: threading.Thread | None = None


def later(name: str, row_id: UUID) -> None:
    """Start the job `name` for a row once the transaction has committed."""
    transaction.on_commit(lambda: _enqueue(name, str(row_id)))


def _enqueue(name: str, row_id: str) -> None:
    global _thread
    with _start:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_hand_over, name="later", daemon=True)
            _thread.start()
            atexit.register(_drain, _thread)
    headers = {"request_id": bound} if (bound := get_contextvars().get("request_id")) else {}
    try:
        _line.put_nowait((name, row_id, headers))
    except queue.Full:
        log.warning("the line to the broker is full; the sweep will start %s", name)


def _hand_over() -> None:
    while (message := _line.get()) is not None:
        name, row_id, headers = message
        try:
            current_app.send_task(f"escalations.{name}", args=[row_id], headers=headers, retry=False)
        except Exception:  # noqa: BLE001 - whatever the broker does, the sweep finds the row
            log.warning("the broker did not take %s; the sweep will start it", name)


def _drain(thread: threading.Thread) -> None:
    """Give a short command the chance to hand over its message before the process ends."""
    try:
        _line.put_nowait(None)
    except queue.Full:
        return
    thread.join(timeout=2)
