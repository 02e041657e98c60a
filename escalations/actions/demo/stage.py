"""The stage of the demo world: steps in order of time, and what the players know of each other."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from escalations.actions.demo.calendar import Era
from escalations.actions.demo.story import Arrival
from escalations.actions.demo.world import ORDINARY_QUEUES, World
from escalations.actions.expire import find_breaches, lapse_claims
from escalations.actions.expire_holds import apply_due_holds
from escalations.models import Escalation

SWEPT_AFTER = timedelta(seconds=3)  # what the sweep needs to find something due


class Stage:
    """What happens next, who is busy until when, and which arrival a case came from."""

    def __init__(self, world: World, era: Era, rng: Random) -> None:
        self.world, self.era, self.rng = world, era, rng
        self.ordinary = [world.queues[slug] for slug in ORDINARY_QUEUES]
        self.arrivals: dict[UUID, Arrival] = {}
        self.busy_until: dict[str, datetime] = {}
        self._steps: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = count()

    def at(self, when: datetime, step: Callable[..., None], *arguments: Any) -> None:
        """Let a step happen at an instant; what lies after now does not happen."""
        if when <= self.era.now:
            heapq.heappush(self._steps, (when, next(self._order), step, arguments))

    def run(self) -> None:
        """Take the steps in order of time, and those that they lead to."""
        while self._steps:
            when, _, step, arguments = heapq.heappop(self._steps)
            step(when, *arguments)

    def planned_count(self, step: Callable[..., None]) -> int:
        """How often a step is still to happen."""
        return sum(planned == step for _, _, planned, _ in self._steps)

    def minutes(self, least: float, most: float) -> timedelta:
        """A while."""
        return timedelta(minutes=self.rng.uniform(least, most))

    def watch_clocks(self, escalation: Escalation, now: datetime) -> None:
        """Let the sweep look when the clocks of this round are due, and when a hold has run out."""
        targets = escalation.policy.document["targets"][escalation.severity]
        for name in ("claim_minutes", "decide_minutes"):
            self.at(now + timedelta(minutes=targets[name]) + SWEPT_AFTER, self.sweep_clocks)
        if escalation.hold_until:
            self.at(escalation.hold_until + SWEPT_AFTER, self.sweep_holds)

    def sweep_clocks(self, now: datetime) -> None:
        """What beat does every few seconds; here, when a clock is due."""
        find_breaches(now=now)

    def sweep_holds(self, now: datetime) -> None:
        """The same when a hold has run out."""
        apply_due_holds(now=now)

    def sweep_claims(self, now: datetime) -> None:
        """The same when a claim has lapsed."""
        lapse_claims(now=now)
