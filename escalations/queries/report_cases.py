"""What a report page offers beside its numbers: the choices of its filters, and the cases behind a number."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from escalations.access import Caller, need_person, queues_seen_by, workflows_of
from escalations.models import Escalation, Queue, Severity
from escalations.queries.queue import PAGE_SIZE, with_list_parts
from escalations.queries.reports import ReportFilters, cases_behind

NUMBERS = ("verdict", "category", "model", "prompt", "clock", "outcome", "moment", "flag")


@dataclass(frozen=True)
class Options:
    """What the filters can be set to, as {slug: name}."""

    workflows: dict[str, str]
    queues: dict[str, str]
    severities: list[str]


@dataclass(frozen=True)
class CasePage:
    """One page of the cases behind a number."""

    cases: list[Escalation]
    total: int
    number: int

    @property
    def has_next(self) -> bool:
        return self.number * PAGE_SIZE < self.total

    @property
    def next_number(self) -> int:
        return self.number + 1

    @property
    def previous_number(self) -> int:
        return self.number - 1


def options_of(caller: Caller) -> Options:
    """The workflows that the caller may see, and the queues fed by them, with their cases, or seen."""
    workflows = workflows_of(caller)
    seen = queues_seen_by(need_person(caller)).values("pk")
    held = Exists(Escalation.objects.filter(queue=OuterRef("pk"), workflow__in=workflows.values("pk")))
    fed = Q(policies__workflow__in=workflows.values("pk"))
    queues = Queue.objects.filter(fed | Q(pk__in=seen) | Q(held)).distinct()
    return Options(
        dict(workflows.values_list("slug", "name")), dict(queues.values_list("slug", "name")), Severity.values
    )


def case_page(
    cases: QuerySet[Escalation], filters: ReportFilters, *, number: dict[str, str], page: int, now: datetime
) -> CasePage:
    """The cases behind one number, the newest first."""
    behind = cases_behind(cases, filters, now=now, **number)
    first = (page - 1) * PAGE_SIZE
    rows = with_list_parts(behind).order_by("-received_at", "-id")[first : first + PAGE_SIZE]
    return CasePage(list(rows), behind.count(), page)
