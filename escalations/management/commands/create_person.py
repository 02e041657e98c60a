"""`manage.py create_person`: a role, rights and a personal API key for somebody."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from escalations.actions.people import admit_person
from escalations.management.shell import ShellCommand
from escalations.models import ROLES
from escalations.queries.by_slug import queues_by_slug, workflows_by_slug


class Command(ShellCommand):
    help = "Make a person, or give a standing one more rights; prints a personal API key alone on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=ROLES)
        parser.add_argument("--queue", nargs="+", action="extend", default=[], metavar="SLUG")
        parser.add_argument("--workflow", nargs="+", action="extend", default=[], metavar="SLUG")

    def handle(self, *args: Any, **options: Any) -> None:
        queues, workflows = queues_by_slug(options["queue"]), workflows_by_slug(options["workflow"])
        rights = {"role": options["role"], "queues": queues, "workflows": workflows}
        self.stdout.write(admit_person(options["username"], **rights, now=timezone.now()))
