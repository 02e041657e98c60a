"""The project as an app: makes the Celery app known to every Django process, commands included."""

from importlib import import_module

from django.apps import AppConfig


class ReviewappConfig(AppConfig):
    name = "reviewapp"

    def ready(self) -> None:
        import_module("reviewapp.celery")
