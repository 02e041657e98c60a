"""Filling an empty database with the demo world, once."""

from datetime import datetime
from random import Random

from django.db import transaction

from escalations.actions.demo.calendar import Era
from escalations.actions.demo.play import Play
from escalations.actions.demo.story import day_of_work, history
from escalations.actions.demo.world import SENDER, build_world
from escalations.actions.keys import create_key
from escalations.models import ApiKey, Person, Sender, Workflow

SEED = 1912  # the same story every time


@transaction.atomic
def seed_demo(*, standing_key: str, now: datetime) -> str:
    """The key of the demo sender; the world is made, whole or not at all, if the database is empty.

    `standing_key` is the one that was given out before: it stays where it is good. In a database that holds a world
    of its own nothing happens, and there is no key.
    """
    if Person.objects.exists():
        return _key_of_standing_world(standing_key, now=now)
    era, rng = Era(now), Random(SEED)  # noqa: S311 - a story, not a secret
    play = Play(build_world(era.start), era, rng)
    play.plan(history(era, rng) + day_of_work(era, rng))
    play.run()
    return play.world.key


def _key_of_standing_world(standing_key: str, *, now: datetime) -> str:
    prefix = standing_key.split("_")[1] if standing_key.count("_") == 2 else ""
    sender = Sender.objects.filter(name=SENDER).first()
    if sender is None or ApiKey.objects.filter(sender=sender, prefix=prefix, revoked_at__isnull=True).exists():
        return standing_key if sender else ""
    return create_key(sender, workflows=list(Workflow.objects.all()), now=now)
