"""Refusals that are made before Django sees the request."""

import json
from dataclasses import dataclass, field

from escalations.errors import PROBLEM_TYPES
from reviewapp.request_ids import HEADER


@dataclass(frozen=True)
class Problem:
    """Says why a request was refused: RFC 9457 under /api/, one plain line elsewhere."""

    status: int
    code: str
    title: str
    detail: str
    extra_headers: dict[str, str] = field(default_factory=dict)

    def body(self, path: str, request_id: str) -> bytes:
        if not is_api(path):
            return f"{self.title}. {self.detail}\n".encode()
        return json.dumps(
            {
                "type": PROBLEM_TYPES + self.code,
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                "request_id": request_id,
            }
        ).encode()

    def headers(self, path: str, request_id: str) -> list[tuple[bytes, bytes]]:
        kind = "application/problem+json" if is_api(path) else "text/plain; charset=utf-8"
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(self.body(path, request_id))),
            "Connection": "close",
            "X-Content-Type-Options": "nosniff",
            HEADER: request_id,
            **self.extra_headers,
        }
        return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def is_api(path: str) -> bool:
    """Whether errors under this path are problems, not pages."""
    return path.startswith("/api/")
