"""A small ASGI application around a WSGI one, which bounds what reaches it.

A request takes a thread only once its body is complete, so slow senders cannot occupy the threads.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from a2wsgi import WSGIMiddleware

from reviewapp.problems import Problem
from reviewapp.request_ids import request_id_from

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Rest = Callable[[Receive], Awaitable[None]]

log = structlog.get_logger("reviewapp.requests")
LONGEST_BODY_BYTES = 16 * 1024 * 1024  # any endpoint's; the API has its own limits
BODY_SECONDS = 120  # for a body to arrive
MOST_REQUESTS = 512  # at once in this process, waiting for a thread included
DRAIN_BYTES = 64 * 1024 * 1024  # of a refused body that are read and dropped, so that its sender reads the answer

CHARSET = re.compile(rb'\s*;?\s*charset\s*=\s*"?utf-?8"?\s*(?=;|\Z)', re.IGNORECASE)

TOO_LONG = Problem(413, "too_large", "The body is too large", f"The body is longer than {LONGEST_BODY_BYTES} bytes.")
NOT_UTF8 = Problem(415, "unsupported_media_type", "The body must be in UTF-8", "Name no other charset than UTF-8.")
TOO_SLOW = Problem(
    408, "too_slow", "The body did not arrive in time", f"The body did not arrive within {BODY_SECONDS} seconds."
)
TOO_BUSY = Problem(
    429,
    "too_many_at_once",
    "Too many requests at once",
    "Wait a second, then try again.",
    {"Retry-After": "1", "RateLimit-Policy": f'"at-once";q={MOST_REQUESTS}', "RateLimit": '"at-once";r=0;t=1'},
)


class TooLongError(Exception):
    """The body is longer than any endpoint takes."""


class SenderGoneError(Exception):
    """The sender went away before the body was complete."""


class Front:
    """Bounds what reaches Django: how many requests, how long a body, how long it may take."""

    def __init__(self, wsgi_application: Callable[..., Any], *, threads: int) -> None:
        self.django = WSGIMiddleware(wsgi_application, workers=threads)
        self.request_count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.django(scope, receive, send)  # type: ignore[arg-type]  # lifespan; closes websockets
            return
        if self.request_count >= MOST_REQUESTS:
            await refuse(TOO_BUSY, scope, receive=receive, send=send)
            return
        if names_other_charset(scope):
            await refuse(NOT_UTF8, scope, receive=receive, send=send)
            return
        self.request_count += 1
        rest = None
        try:
            body = await self.body_of(scope, receive, send)
            if body is not None:
                rest = await self.answer(plain_scope(scope, body), replay(body), send)
        finally:
            self.request_count -= 1
        if rest is not None:
            await rest(receive)

    async def body_of(self, scope: Scope, receive: Receive, send: Send) -> bytes | None:
        """The whole body; None where the request was refused instead, or its sender is gone."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await read_body(scope, receive)
        except TooLongError:
            await refuse(TOO_LONG, scope, receive=receive, send=send)
        except TimeoutError:
            await refuse(TOO_SLOW, scope, receive=receive, send=send)
        except SenderGoneError:
            pass
        return None

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> Rest | None:
        """Let the application answer; what is left to do when its thread is free again."""
        await self.django(scope, receive, send)  # type: ignore[arg-type]
        return None


def names_other_charset(scope: Scope) -> bool:
    """Whether the client names another charset than UTF-8, with which Django would decode queries and forms."""
    named = [value for name, value in scope["headers"] if name == b"content-type"]
    return any(b"charset" in CHARSET.sub(b"", value).lower() for value in named)


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """The whole body, however it was framed. Raises TooLongError as soon as that is known, SenderGoneError."""
    declared = [int(value) for name, value in scope["headers"] if name == b"content-length" and value.isdigit()]
    if any(length > LONGEST_BODY_BYTES for length in declared):
        raise TooLongError
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise SenderGoneError
        body += message.get("body", b"")
        if len(body) > LONGEST_BODY_BYTES:
            raise TooLongError
        if not message.get("more_body", False):
            return bytes(body)


def replay(body: bytes) -> Receive:
    """A `receive` that hands out a body that was read before."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def plain_scope(scope: Scope, body: bytes) -> Scope:
    """The scope as WSGI understands it.

    WSGI reads no body without a Content-Length, so chunked bodies get one. Header names with an underscore are dropped:
    WSGI cannot tell them from the same names with a hyphen. Raw bytes in the query string are percent-encoded. A named
    charset is dropped: it is UTF-8, and Django would parse the query too early, where nothing answers for its faults.
    """
    dropped = (b"content-length", b"transfer-encoding")
    kept = [(name, value) for name, value in scope["headers"] if name not in dropped and b"_" not in name]
    headers = [(name, CHARSET.sub(b"", value) if name == b"content-type" else value) for name, value in kept]
    had_body_headers = any(name in dropped for name, _value in scope["headers"])
    if body or had_body_headers:
        headers.append((b"content-length", str(len(body)).encode()))
    query = re.sub(rb"[^\x21-\x7e]", lambda byte: b"%%%02X" % ord(byte[0]), scope["query_string"])
    return {**scope, "headers": headers, "query_string": query}


async def refuse(problem: Problem, scope: Scope, *, receive: Receive, send: Send) -> None:
    """Answer at once, then let the sender finish for a while: one that is still sending would never read the answer."""
    given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"]
    request_id = request_id_from(given[-1] if given else None)
    log.info("request refused", request_id=request_id, method=scope["method"], status=problem.status, why=problem.code)
    headers, body = problem.headers(scope["path"], request_id), problem.body(scope["path"], request_id)
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    drained = 0
    try:
        async with asyncio.timeout(10):
            while drained < DRAIN_BYTES:
                message = await receive()
                drained += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    break
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b""})
