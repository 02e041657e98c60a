"""When things happen in the demo world: its turning points, and the rhythm of its days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random

HISTORY_DAYS = 91
LAST_ARRIVAL = timedelta(hours=42)  # before now; what is left is decided until CLEARED
CLEARED = timedelta(hours=27)  # before now; whatever waits after this belongs to the day of open work
BAD_DAY, POLICY_CHANGED, UPGRADED = 19, 41, 45  # days ago
HASTY_PROMPT = (30, 16)  # from, until: days ago
RELEASED = (58, 20)
SMALL_MODEL_RENEWED = 70
PROMPTS = {  # the version that stands now, and how many days ago it replaced the one before
    "support-reply": (17, 60),
    "visit-note": (9, 50),
    "patient-answer": (12, 55),
    "article-brief": (23, 40),
    "general-help": (6, 47),
    "refund-proposal": (4, 52),
}
HASTY_VERSION = "18"  # of support-reply; taken back since
OFFICE = {"ada": (7, 15), "ben": (10, 18)}  # hours of the day, Monday to Friday
DUTY = (10, 16)  # of one of them at the weekend


@dataclass(frozen=True)
class Era:
    """The three months before `now`."""

    now: datetime

    @property
    def start(self) -> datetime:
        """The instant at which the world is made."""
        return self.ago(HISTORY_DAYS)

    def ago(self, days: float) -> datetime:
        """An instant so many days before now."""
        return self.now - timedelta(days=days)

    def days_ago(self, at: datetime) -> float:
        """How many days before now an instant lies."""
        return (self.now - at) / timedelta(days=1)

    @cached_property
    def bad_day(self) -> date:
        """A working day on which nobody could work until the afternoon."""
        day = self.ago(BAD_DAY).date()
        return day - timedelta(days=max(0, day.weekday() - 4))

    def versions_at(self, at: datetime) -> dict[str, str]:
        """The version of each model and each prompt that was live at an instant."""
        age = self.days_ago(at)
        released = self.ago(UPGRADED + 12 if age < UPGRADED else UPGRADED + 150).date()
        small = "1.4" if age < SMALL_MODEL_RENEWED else "1.3"
        prompts = {name: str(version if age < since else version - 1) for name, (version, since) in PROMPTS.items()}
        if self.is_hasty(at):
            prompts["support-reply"] = HASTY_VERSION
        return {"aster-large": released.isoformat(), "fjord-mini": small, **prompts}

    def is_hasty(self, at: datetime) -> bool:
        """Whether the prompt that asked for short answers was live."""
        since, until = HASTY_PROMPT
        return until < self.days_ago(at) <= since

    def is_upgraded(self, at: datetime) -> bool:
        """Whether the better model was live."""
        return self.days_ago(at) < UPGRADED

    def arrivals(self, rng: Random) -> list[datetime]:
        """When outputs are handed over: more on working days, most before noon and in the afternoon."""
        found, last = [], self.now - LAST_ARRIVAL
        day = self.start.date() + timedelta(days=1)
        while day <= last.date():
            found += [_within(day, rng) for _ in range(self._count_on(day, rng))]
            day += timedelta(days=1)
        return sorted(at for at in found if at < last)

    def _count_on(self, day: date, rng: Random) -> int:
        if day == self.bad_day:
            return 14
        return rng.choice((0, 1, 1, 2, 2)) if day.weekday() >= 5 else rng.choice((2, 3, 4, 4, 5, 6))


def _within(day: date, rng: Random) -> datetime:
    """An instant of a day: sometimes at any hour, mostly around one of two peaks."""
    if rng.random() < 0.07:
        hour = rng.uniform(0, 24)
    else:
        hour = min(23.9, max(0.1, rng.gauss(rng.choice((10.3, 10.3, 14.5)), 1.5)))
    return _at(day, hour)


def _at(day: date, hour: float) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC) + timedelta(hours=hour)


def next_hour_of(username: str, at: datetime) -> datetime:
    """The first instant from `at` on at which this person works; ada has the even weekends, ben the odd ones."""
    while True:
        opens, closes = _hours_on(username, at.date())
        if at < closes:
            return max(at, opens)
        at = _at(at.date() + timedelta(days=1), 0)


def _hours_on(username: str, day: date) -> tuple[datetime, datetime]:
    if day.weekday() < 5:
        opens, closes = OFFICE[username]
    else:
        opens, closes = DUTY if username == on_duty(day) else (0, 0)
    return _at(day, opens), _at(day, closes)


def on_duty(day: date) -> str:
    """Who looks after what can not wait, outside office hours."""
    return ("ada", "ben")[day.isocalendar().week % 2]
