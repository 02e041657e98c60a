"""The API has one answer to every Accept header."""

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation


class OneAnswer(BaseContentNegotiation):
    """Always the first renderer: a client that asks for something else still gets an answer that it can read."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
