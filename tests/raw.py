"""HTTP as bytes: for requests that a well-behaved client refuses to send."""

import json
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers in lower case, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def exchange(url: str, request: bytes | Iterable[bytes], *, seconds: float = 20) -> Answer | None:
    """Send bytes as they are and read one answer; None where the server closes without one."""
    return exchanges(url, request, count=1, seconds=seconds)[0]


def exchanges(url: str, request: bytes | Iterable[bytes], *, count: int, seconds: float = 20) -> list[Answer | None]:
    """Send bytes as they are and read some answers from the same connection."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=seconds) as connection:
        try:
            for part in [request] if isinstance(request, bytes) else request:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was refused while it was sent; the answer is there to be read
        stream = connection.makefile("rb")
        return [_read(stream) for _ in range(count)]


def _read(stream) -> Answer | None:
    first = stream.readline()
    if not first:
        return None
    headers = {}
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join(iter(lambda: _chunk(stream), b""))
    else:
        body = stream.read(int(headers.get("content-length", 0)))
    return Answer(int(first.split()[1]), headers, body)


def _chunk(stream) -> bytes:
    size = int(stream.readline(), 16)
    chunk = stream.read(size)
    stream.readline()
    return chunk


def head(method: str, target: str, headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> bytes:
    """The bytes of a request's head, with nothing checked."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in pairs)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def post(url: str, body: bytes, headers: Mapping[str, str], *, target: str = "/api/v1/escalations") -> Answer | None:
    """POST a body with a true Content-Length, unless `headers` hold another framing."""
    given = {"Host": "localhost", "Connection": "close", **headers}
    if not {"content-length", "transfer-encoding"} & {name.lower() for name in given}:
        given["Content-Length"] = str(len(body))
    return exchange(url, [head("POST", target, given), body])
