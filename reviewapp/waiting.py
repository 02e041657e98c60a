"""Answers that wait (`?wait=S`): given once the case is closed, or when the time is over.

A view answers at once and leaves word in the scope that its answer may wait; here it is kept back. Waiting costs a
coroutine, not a thread, and one small query for everybody who waits in this process.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from django.db import DatabaseError, connections

from escalations.queries.decisions import closed_among

log = logging.getLogger(__name__)
LOOK_EVERY = 0.2  # seconds
MOST_WAITING = 5000  # at once in this process; whoever comes then is answered at once
PATHS = "/api/v1/escalations"


class Wait(Protocol):
    """What a view leaves in the scope: the case, for how many seconds, and its record as it stands then."""

    escalation_id: UUID
    seconds: int
    render: Callable[[], bytes]


def may_wait(scope: Any) -> bool:
    """Whether the answer to a request has to be kept back until it is known if it waits."""
    return b"wait=" in scope["query_string"] and scope["path"].startswith(PATHS)


class Watch:
    """Looks, a few times a second and only while somebody waits, which of the cases are closed."""

    def __init__(self) -> None:
        self.waiting: Counter[UUID] = Counter()
        self.closed: set[UUID] = set()
        self.looked = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def until_closed(self, escalation_id: UUID) -> None:
        """Return once the case is decided or withdrawn."""
        self.waiting[escalation_id] += 1
        self.closed.discard(escalation_id)  # it may have been opened again since the last look
        try:
            if self.task is None or self.task.done():
                self.task = asyncio.create_task(self._look())
            while escalation_id not in self.closed:
                await self.looked.wait()
        finally:
            self.waiting[escalation_id] -= 1
            self.waiting += Counter()  # forgets what nobody waits for

    async def _look(self) -> None:
        while self.waiting:
            await asyncio.sleep(LOOK_EVERY)
            ids = list(self.waiting)
            self.closed = await asyncio.to_thread(in_database, partial(closed_among, ids), set())
            self.looked.set()
            self.looked = asyncio.Event()


def in_database(ask: Callable[[], Any], otherwise: Any) -> Any:
    """Ask in a thread of its own; the connection goes back to the pool. While the database is away, `otherwise`."""
    try:
        return ask()
    except DatabaseError:
        log.warning("the database did not answer a request that waits")
        return otherwise
    finally:
        connections.close_all()


async def finish(kept: list[Any], wait: Wait | None, *, watch: Watch, receive: Any, send: Any) -> None:
    """Send what a view answered: at once, or once its case is closed, or when its time is over."""
    if wait is not None and watch.waiting.total() < MOST_WAITING:
        closed, gone = (asyncio.ensure_future(one) for one in (watch.until_closed(wait.escalation_id), receive()))
        await asyncio.wait({closed, gone}, timeout=wait.seconds, return_when=asyncio.FIRST_COMPLETED)
        closed.cancel()
        if gone.done():
            return  # the client went away
        gone.cancel()
        kept = with_body(kept, await asyncio.to_thread(in_database, wait.render, None))
    for message in kept:
        await send(message)


def with_body(kept: list[Any], body: bytes | None) -> list[Any]:
    """The answer with another body; as it was where there is none."""
    if body is None:
        return kept
    others = [(name, value) for name, value in kept[0]["headers"] if name.lower() != b"content-length"]
    start = {**kept[0], "headers": [*others, (b"content-length", str(len(body)).encode())]}
    return [start, {"type": "http.response.body", "body": body}]
