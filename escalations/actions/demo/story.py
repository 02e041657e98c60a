"""What arrives in the demo world, and what becomes of it: the history, and the day of open work."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from escalations.actions.demo.calendar import Era
from escalations.actions.demo.cases import Case, body_of, can_improve, cases, hostile_case, improved
from escalations.actions.demo.variations import repeat

REVIEW, WITHDRAW, SENIOR, DOUBT = "review", "withdraw", "senior", "doubt"  # of the history
NOW, OPEN, HELD = "now", "open", "held"  # of the last day
FATES = ((WITHDRAW, 0.022), (SENIOR, 0.07), (DOUBT, 0.05))  # the rest is reviewed as it comes
OLD_VERSION = "2026-03-02"  # of the model, in cases written for the time before the upgrade
NOT_AGAIN_FOR = timedelta(days=2.5)
OPEN_COUNTS = {
    "airline-support": 7,
    "clinical-notes": 5,
    "clinical-qa": 4,
    "news-summaries": 6,
    "general-assistant": 4,
}
OPEN_HOLDS = (4, 3, 2)  # hours, of refund actions that wait
OPEN_AGES = {"critical": (2, 20), "high": (5, 90), "normal": (20, 360), "low": (30, 700)}  # minutes
LATE = (("clinical-qa", "high", 330), ("general-assistant", "normal", 1490))  # minutes, past their deadline
CLAIMED_AGE = 25  # minutes, of the one that ben holds
SETTLED_AGES = (25.5, 24.5, 22, 19, 16.5, 14, 9, 7, 6)  # hours, of what was decided in the last day


@dataclass(frozen=True)
class Arrival:
    """One output handed over: the bytes, what a good reviewer answers, what happens to it."""

    at: datetime
    case: Case
    body: bytes
    fate: str

    @property
    def answers(self) -> Mapping[str, Any]:
        """A good reviewer's answers."""
        return self.case.answers


def history(era: Era, rng: Random) -> list[Arrival]:
    """Three months of arrivals that people have dealt with."""
    told: list[Arrival] = []
    last_seen: dict[str, datetime] = {}
    seen_counts: Counter[str] = Counter()
    for at in era.arrivals(rng):
        fresh = [case for case in cases() if at - last_seen.get(case.key, era.start - NOT_AGAIN_FOR) >= NOT_AGAIN_FOR]
        case = rng.choices(fresh, [_weight(case, at, era) for case in fresh])[0]
        last_seen[case.key] = at
        seen_counts[case.key] += 1
        fate = _fate(case, at, era=era, rng=rng)
        version = _version_of(repeat(case, seen_counts[case.key]), at, era=era, rng=rng)
        told.append(_arrival(version, at, era=era, rng=rng, fate=fate))
    return told


def _weight(case: Case, at: datetime, era: Era) -> float:
    """How likely a case is at an instant: a better model fails less, a hasty prompt leaves steps out."""
    weight, skips_steps = 1.0, "incomplete_reasoning" in case.categories
    if era.is_upgraded(at):
        weight *= 0.6 if case.has_failed else 1.1
        weight *= 0.5 if skips_steps else 1.0
        weight *= 0.4 if case.escalation["model"]["version"] == OLD_VERSION else 1.0
    elif not case.has_failed:
        weight *= 0.5
    if era.is_hasty(at) and case.workflow == "airline-support":
        weight *= 36.0 if skips_steps else 1.3
    return weight


def _version_of(case: Case, at: datetime, *, era: Era, rng: Random) -> Case:
    """The case; after the upgrade sometimes with the output that it should have had."""
    is_better = era.is_upgraded(at) and not (era.is_hasty(at) and case.workflow == "airline-support")
    return improved(case) if is_better and can_improve(case) and rng.random() < 0.3 else case


def _fate(case: Case, at: datetime, *, era: Era, rng: Random) -> str:
    """What happens to it. Doubt needs a failure that can be overlooked, and days in which it is found."""
    roll = rng.random()
    for fate, share in FATES:
        if roll < share:
            return REVIEW if fate == DOUBT and not (case.has_failed and era.days_ago(at) > 7) else fate
        roll -= share
    return REVIEW


def _arrival(case: Case, at: datetime, *, era: Era, rng: Random, fate: str) -> Arrival:
    lift = 0.04 if era.is_upgraded(at) else 0.0
    return Arrival(at, case, body_of(case, at=at, versions=era.versions_at(at), lift=lift, rng=rng), fate)


def day_of_work(era: Era, rng: Random) -> list[Arrival]:
    """The last day: a little that was decided, and what waits now."""
    pool = sorted(cases(), key=lambda _: rng.random())
    told: list[tuple[float, Case, str]] = [
        (12, hostile_case(), OPEN),
        (CLAIMED_AGE, _take(pool, "airline-support", "high"), HELD),
    ]
    told += [(age, _take(pool, workflow, severity), OPEN) for workflow, severity, age in LATE]
    told += [(rng.uniform(10, 40), _on_hold(_take(pool, "refund-actions"), hours), OPEN) for hours in OPEN_HOLDS]
    for workflow, count in OPEN_COUNTS.items():
        waiting = [_take(pool, workflow) for _ in range(count)]
        told += [(rng.uniform(*OPEN_AGES[case.severity()]), case, OPEN) for case in waiting]
    ordinary = [case for case in pool if case.workflow in OPEN_COUNTS]
    told += [(hours * 60, repeat(case, 0), NOW) for hours, case in zip(SETTLED_AGES, ordinary, strict=False)]
    arrivals = ((era.now - timedelta(minutes=age), case, fate) for age, case, fate in told)
    return [_arrival(case, at, era=era, rng=rng, fate=fate) for at, case, fate in arrivals]


def _take(pool: list[Case], workflow: str, severity: str | None = None) -> Case:
    """The first case of a workflow (and a severity) that nobody has taken yet."""
    found = next(one for one in pool if one.workflow == workflow and severity in (None, one.severity()))
    pool.remove(found)
    return found


def _on_hold(case: Case, hours: int) -> Case:
    """The case with a hold that runs on for hours."""
    hold = {**case.escalation["hold"], "timeout_seconds": hours * 3600}
    return replace(case, escalation={**case.escalation, "hold": hold})
