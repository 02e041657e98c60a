"""The floor on the same kind of web server: a WSGI application in threads behind uvicorn, nothing else."""

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

application = WSGIMiddleware(get_wsgi_application(), workers=8)
