"""The floor on the same web server: behind the same front, in as many threads."""

from django.core.wsgi import get_wsgi_application

from reviewapp.front import Front

application = Front(get_wsgi_application(), threads=8)
