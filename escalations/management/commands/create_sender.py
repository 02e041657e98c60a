"""`manage.py create_sender`: a key for an assistant service."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from escalations.actions.keys import admit_sender
from escalations.management.shell import ShellCommand
from escalations.models import SCOPES
from escalations.queries.by_slug import workflows_by_slug


class Command(ShellCommand):
    help = "Make a sender, or give a standing one another key; prints the new key alone on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the sender is called, e.g. support-bot")
        parser.add_argument("--workflow", nargs="+", action="extend", required=True, metavar="SLUG")
        parser.add_argument("--scope", nargs="+", action="extend", metavar="SCOPE", help=f"of {', '.join(SCOPES)}")

    def handle(self, *args: Any, **options: Any) -> None:
        workflows = workflows_by_slug(options["workflow"])
        scopes = options["scope"] or SCOPES
        self.stdout.write(admit_sender(options["name"], workflows=workflows, scopes=scopes, now=timezone.now()))
