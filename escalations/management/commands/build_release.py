"""`manage.py build_release`: the next release of a dataset, now."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from escalations.actions.release import standing_version
from escalations.actions.release_now import build_release_now
from escalations.management.shell import ShellCommand
from escalations.queries.by_slug import dataset_by_slug


class Command(ShellCommand):
    help = "Build the next release of a dataset and print its version; nothing changed: the standing version."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dataset", help="its slug, e.g. all-corrections")
        parser.add_argument("--note", default="", help="what is said about the release on its page")

    def handle(self, *args: Any, **options: Any) -> None:
        dataset = dataset_by_slug(options["dataset"])
        release = build_release_now(dataset, requested_by="system", note=options["note"], now=timezone.now())
        self.stdout.write(standing_version(release))
