"""Django as a WSGI application; `reviewapp.asgi` serves it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")
os.environ["REVIEWAPP_PROCESS"] = "web"  # settings: a connection pool and short timeouts

from django.core.wsgi import get_wsgi_application

from reviewapp.settings import require_secret_key

require_secret_key()
application = get_wsgi_application()
