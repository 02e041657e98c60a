"""The floor behind the same web front as the product."""

from django.core.wsgi import get_wsgi_application

from reviewapp.asgi import Front

application = Front(get_wsgi_application(), threads=8)
