"""Uvicorn's HTTP protocol with Nagle's algorithm off.

asyncio switches it off only on sockets that name their protocol, and the one that uvicorn shares among several workers
does not: without this every answer waits 40 ms for the client's delayed acknowledgement.
"""

import asyncio
import socket

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class PromptProtocol(HttpToolsProtocol):
    """Sends what it writes at once."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if connection := transport.get_extra_info("socket"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
