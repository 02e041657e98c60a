"""The numbers behind the report pages, from live rows. Every rate has its n; every number has its cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet
from django.db.models.functions import TruncDate

from escalations.models import Clock, Decision, Escalation, Status
from escalations.rules.statistics import quantile, wilson

SHARES = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95}
FAILING = ("correct", "reject")


@dataclass(frozen=True)
class ReportFilters:
    """What a report is about: from (included) to (not included), and the slugs that narrow it; empty means all."""

    since: datetime
    until: datetime
    workflow: str = ""
    queue: str = ""
    severity: str = ""


@dataclass(frozen=True)
class Rate:
    """`hits` of `n` with its 95 % Wilson interval."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        """The share, or None where there is nothing to divide by."""
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval."""
        return wilson(self.hits, self.n)


@dataclass(frozen=True)
class Row:
    """One group of a breakdown: its key, how many cases, and of these how many failed."""

    key: str
    count: int
    failing: Rate


@dataclass(frozen=True)
class FailuresReport:
    """What people found wrong, by standing decisions made in the period."""

    decided: int
    approved: int
    corrected: int
    rejected: int
    failing: Rate
    categories: list[tuple[str, int]]
    by_workflow: list[Row]
    by_model: list[Row]
    by_prompt: list[Row]
    by_day: list[tuple[date, int, int]]


@dataclass(frozen=True)
class Durations:
    """Wall-clock seconds from the start of a clock to its completion."""

    n: int
    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    p95: float | None = None
    max: float | None = None


@dataclass(frozen=True)
class Attainment:
    """One kind of clock: by due (the headline), by completed, and open now."""

    met: int
    missed: int
    running_late: int
    completed_met: int
    completed: int
    open_running: int
    open_late: int
    durations: Durations

    @property
    def by_due(self) -> Rate:
        """Of the clocks due in the period: those met. Leaving late cases open does not improve it."""
        return Rate(self.met, self.met + self.missed + self.running_late)

    @property
    def by_completed(self) -> Rate:
        """Of the clocks completed in the period: those met."""
        return Rate(self.completed_met, self.completed)


@dataclass(frozen=True)
class SlaReport:
    """How deadlines were kept, per kind of clock and, for the decide clock, per queue, severity and workflow."""

    claim: Attainment
    decide: Attainment
    by_queue: list[tuple[str, Rate]]
    by_severity: list[tuple[str, Rate]]
    by_workflow: list[tuple[str, Rate]]
    by_day: list[tuple[date, int, int]]


@dataclass(frozen=True)
class VolumeReport:
    """How much came in and went out."""

    received: int
    decided: int
    withdrawn: int
    open_now: int
    by_deadline: int
    by_day: list[tuple[date, int, int]]
    by_workflow: list[tuple[str, int]]
    by_queue: list[tuple[str, int]]
    by_severity: list[tuple[str, int]]
    by_flag: list[tuple[str, int]]


def narrowed(cases: QuerySet[Escalation], filters: ReportFilters) -> QuerySet[Escalation]:
    """The cases that the slugs leave; time is not looked at."""
    for path, value in (("workflow__slug", filters.workflow), ("queue__slug", filters.queue)):
        cases = cases.filter(**{path: value}) if value else cases
    return cases.filter(severity=filters.severity) if filters.severity else cases


def decisions_in(cases: QuerySet[Escalation], filters: ReportFilters) -> QuerySet[Decision]:
    """Standing decisions made in the period."""
    period = Q(decided_at__gte=filters.since, decided_at__lt=filters.until)
    return Decision.objects.filter(period, standing_for__in=narrowed(cases, filters))


def failures_report(cases: QuerySet[Escalation], filters: ReportFilters) -> FailuresReport:
    """What failed: one count per standing decision and category."""
    decisions = decisions_in(cases, filters)
    verdicts = dict(decisions.order_by().values_list("verdict").annotate(n=Count("pk")))
    decided = sum(verdicts.values())
    failing = sum(verdicts.get(verdict, 0) for verdict in FAILING)
    category = Func(F("failure_categories"), function="unnest")
    categories = decisions.annotate(category=category).order_by().values_list("category").annotate(n=Count("pk"))
    return FailuresReport(
        decided=decided,
        approved=verdicts.get("approve", 0),
        corrected=verdicts.get("correct", 0),
        rejected=verdicts.get("reject", 0),
        failing=Rate(failing, decided),
        categories=_largest_first(categories),
        by_workflow=_rows(decisions, "workflow__slug"),
        by_model=_rows(decisions, "escalation__snapshot__model"),
        by_prompt=_rows(decisions, "escalation__snapshot__prompt"),
        by_day=_by_day(decisions, "decided_at", Q(verdict__in=FAILING)),
    )


def sla_report(cases: QuerySet[Escalation], filters: ReportFilters, *, now: datetime) -> SlaReport:
    """How deadlines were kept, judged from stored instants."""
    clocks = Clock.objects.filter(escalation__in=narrowed(cases, filters)).exclude(state=Clock.State.CANCELLED)
    decide = clocks.filter(kind=Clock.Kind.DECIDE)
    due = _judged(decide, filters, now)
    return SlaReport(
        claim=_attainment(clocks.filter(kind=Clock.Kind.CLAIM), filters, now),
        decide=_attainment(decide, filters, now),
        by_queue=_rates(due, "escalation__queue__slug"),
        by_severity=_rates(due, "escalation__severity"),
        by_workflow=_rates(due, "escalation__workflow__slug"),
        by_day=_by_day(due, "due_at", Q(outcome="met")),
    )


def volume_report(cases: QuerySet[Escalation], filters: ReportFilters) -> VolumeReport:
    """What came in and went out in the period."""
    mine = narrowed(cases, filters)
    received = mine.filter(received_at__gte=filters.since, received_at__lt=filters.until)
    decisions = decisions_in(cases, filters)
    decided_days = dict(_days(decisions, "decided_at"))
    received_days = dict(_days(received, "received_at"))
    days = sorted(decided_days.keys() | received_days.keys())
    flag = Func(F("snapshot__flag_codes"), function="unnest")
    return VolumeReport(
        received=received.count(),
        decided=decisions.count(),
        withdrawn=received.filter(status=Status.WITHDRAWN).count(),
        open_now=mine.open().count(),
        by_deadline=decisions.filter(decided_by__isnull=True).count(),
        by_day=[(day, received_days.get(day, 0), decided_days.get(day, 0)) for day in days],
        by_workflow=_largest_first(received.order_by().values_list("workflow__slug").annotate(n=Count("pk"))),
        by_queue=_largest_first(received.order_by().values_list("queue__slug").annotate(n=Count("pk"))),
        by_severity=_largest_first(received.order_by().values_list("severity").annotate(n=Count("pk"))),
        by_flag=_largest_first(received.annotate(flag=flag).order_by().values_list("flag").annotate(n=Count("pk"))),
    )


def cases_behind(
    cases: QuerySet[Escalation], filters: ReportFilters, *, now: datetime, **number: str
) -> QuerySet[Escalation]:
    """The cases behind one number of a report.

    `number` holds the number's own conditions: verdict, category, model, prompt (failures); clock and outcome
    (`met`, `missed`, `late`) by due instant (sla); moment=received (volume); flag.
    """
    found = narrowed(cases, filters)
    if kind := number.get("clock"):
        clocks = _judged(Clock.objects.filter(kind=kind).exclude(state=Clock.State.CANCELLED), filters, now)
        outcomes = {"met": Q(outcome="met"), "missed": Q(outcome="missed"), "late": Q(outcome="")}
        return found.filter(clocks__in=clocks.filter(outcomes.get(number.get("outcome", ""), Q()))).distinct()
    if number.get("moment") == "received":
        found = found.filter(received_at__gte=filters.since, received_at__lt=filters.until)
        return found.filter(snapshot__flag_codes__contains=[number["flag"]]) if number.get("flag") else found
    decisions = decisions_in(cases, filters)
    if verdict := number.get("verdict"):
        decisions = decisions.filter(verdict__in=FAILING if verdict == "failing" else [verdict])
    if category := number.get("category"):
        decisions = decisions.filter(failure_categories__contains=[category])
    for name in ("model", "prompt"):
        if name in number:
            decisions = decisions.filter(**{f"escalation__snapshot__{name}": number[name]})
    return found.filter(decision__in=decisions)


def _judged(clocks: QuerySet[Clock], filters: ReportFilters, now: datetime) -> QuerySet[Clock]:
    """Clocks due in the period of which the outcome is known: completed, or running past their due instant."""
    due = clocks.filter(due_at__gte=filters.since, due_at__lt=filters.until)
    return due.filter(Q(state=Clock.State.COMPLETED) | Q(state=Clock.State.RUNNING, due_at__lt=now))


def _attainment(clocks: QuerySet[Clock], filters: ReportFilters, now: datetime) -> Attainment:
    due = _judged(clocks, filters, now).aggregate(
        met=Count("pk", filter=Q(outcome="met")),
        missed=Count("pk", filter=Q(outcome="missed")),
        running_late=Count("pk", filter=Q(outcome="")),
    )
    done = clocks.filter(completed_at__gte=filters.since, completed_at__lt=filters.until)
    completed = done.aggregate(completed=Count("pk"), completed_met=Count("pk", filter=Q(outcome="met")))
    still = clocks.filter(state=Clock.State.RUNNING).aggregate(
        open_running=Count("pk"), open_late=Count("pk", filter=Q(due_at__lt=now))
    )
    return Attainment(**due, **completed, **still, durations=_durations(done))


def _durations(done: QuerySet[Clock]) -> Durations:
    taken = sorted(
        (completed - started).total_seconds() for started, completed in done.values_list("started_at", "completed_at")
    )
    if not taken:
        return Durations(0)
    return Durations(len(taken), max=taken[-1], **{name: quantile(taken, share) for name, share in SHARES.items()})


def _largest_first(pairs: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(((key, n) for key, n in pairs), key=lambda pair: (-pair[1], pair[0]))


def _rows(decisions: QuerySet[Decision], path: str) -> list[Row]:
    failing = Count("pk", filter=Q(verdict__in=FAILING))
    found = decisions.order_by().values_list(path).annotate(n=Count("pk"), failing=failing)
    rows = [Row(key, n, Rate(hits, n)) for key, n, hits in found]
    return sorted(rows, key=lambda row: (-row.count, row.key))


def _rates(clocks: QuerySet[Clock], path: str) -> list[tuple[str, Rate]]:
    met = Count("pk", filter=Q(outcome="met"))
    found = clocks.order_by().values_list(path).annotate(n=Count("pk"), met=met)
    return sorted((key, Rate(hits, n)) for key, n, hits in found)


def _days(rows: QuerySet[Any], field: str) -> list[tuple[date, int]]:
    return list(rows.order_by().annotate(day=TruncDate(field)).values_list("day").annotate(n=Count("pk")))


def _by_day(rows: QuerySet[Any], field: str, hit: Q) -> list[tuple[date, int, int]]:
    """(day, how many, of these how many hit) for each day that has any."""
    found = rows.order_by().annotate(day=TruncDate(field)).values_list("day")
    return sorted(found.annotate(n=Count("pk"), hits=Count("pk", filter=hit)))
