"""What the commands of the shell door share."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from escalations.errors import Refusal


class ShellCommand(BaseCommand):
    """A command whose refusals are one sentence on standard error and exit 1, never a traceback."""

    requires_system_checks: list[str] = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except Refusal as refusal:
            raise CommandError(" ".join([refusal.detail, *(fault.detail for fault in refusal.faults)])) from refusal
        except OperationalError as error:
            raise CommandError("The database does not answer; is `bin/dev` running?") from error
