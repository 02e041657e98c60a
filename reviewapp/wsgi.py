"""Django as a WSGI application; `reviewapp.asgi` serves it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")
os.environ["REVIEWAPP_PROCESS"] = "web"  # settings: a connection pool and short timeouts

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from reviewapp.settings import require_secret_key

API, API_PAGE = "/api/", "/api/v1/docs"


class ApiHandler(WSGIHandler):
    """Django for the API, without the middleware that only pages need: a tenth of the CPU of an intake."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's own
        for_pages = settings.MIDDLEWARE
        settings.MIDDLEWARE = settings.API_MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = for_pages


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django: one handler for the API, one for the pages."""
    path = environ.get("PATH_INFO", "")
    handler = api if path.startswith(API) and path != API_PAGE else pages
    return handler(environ, start_response)


require_secret_key()
pages = get_wsgi_application()
api = ApiHandler()
