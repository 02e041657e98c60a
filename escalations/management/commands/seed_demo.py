"""`manage.py seed_demo`: the demo world, once."""

from typing import Any

from django.utils import timezone

from escalations.actions.demo.seed import seed_demo
from escalations.management.shell import ShellCommand
from reviewapp import state


class Command(ShellCommand):
    help = "Fill an empty database with the demo world, and keep the demo sender's key in the state folder."

    def handle(self, *args: Any, **options: Any) -> None:
        standing = state.read_text(state.DEMO_KEY_FILE)
        key = seed_demo(standing_key=standing, now=timezone.now())
        if key != standing:
            state.write_private(state.DEMO_KEY_FILE, f"{key}\n")
