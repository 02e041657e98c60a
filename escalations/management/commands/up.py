"""`manage.py up`: everything with one command."""

import os

from django.core.management.base import BaseCommand, CommandError

from reviewapp import up


class Command(BaseCommand):
    help = "Runs Reviewapp in the foreground: database, Redis, web, worker and beat. PORT chooses the port (8000)."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        port = os.environ.get("PORT") or "8000"
        if not port.isdecimal():
            raise CommandError(f"PORT must be a number, not {port!r}.")
        try:
            up.run(int(port))
        except up.UpError as error:
            raise CommandError(str(error)) from error
