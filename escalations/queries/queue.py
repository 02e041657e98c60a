"""The cases of one queue, in the order in which people get them."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from escalations.models import OPEN, Claim, Escalation, Queue, Severity, Status, Workflow

PAGE_SIZE = 50


@dataclass(frozen=True)
class QueueFilters:
    """What the list is narrowed to; empty means all. Without a status: what is open."""

    status: str = ""
    severity: str = ""
    workflow: str = ""


@dataclass(frozen=True)
class QueuePage:
    """One page of a queue's cases."""

    cases: list[Escalation]
    number: int
    has_next: bool
    workflows: list[Workflow]

    @property
    def next_number(self) -> int:
        return self.number + 1

    @property
    def previous_number(self) -> int:
        return self.number - 1


def queue_page(queue: Queue, filters: QueueFilters, *, number: int) -> QueuePage:
    """A page of the queue: by rank while open, the newest first once decided."""
    cases = _filtered(queue, filters)
    order = ("-updated_at", "-id") if filters.status in (Status.DECIDED, Status.WITHDRAWN) else ("rank_at", "id")
    first = (number - 1) * PAGE_SIZE
    rows = with_list_parts(cases).order_by(*order)[first : first + PAGE_SIZE + 1]
    shown = list(rows)
    workflows = Workflow.objects.filter(policies__queues=queue).distinct()
    return QueuePage(shown[:PAGE_SIZE], number, len(shown) > PAGE_SIZE, list(workflows))


def with_list_parts(cases: QuerySet[Escalation]) -> QuerySet[Escalation]:
    """What a list shows of each case, in a constant number of queries."""
    claims = Claim.objects.filter(ended_at__isnull=True).select_related("reviewer")
    related = ("snapshot", "workflow", "queue", "owner", "decision")
    rows = cases.select_related(*related).defer("snapshot__raw", "snapshot__salt")
    return rows.prefetch_related(Prefetch("claims", claims, to_attr="open_claims"))


def _filtered(queue: Queue, filters: QueueFilters) -> QuerySet[Escalation]:
    cases = Escalation.objects.filter(queue=queue)
    cases = cases.filter(status=filters.status) if filters.status in Status.values else cases.filter(status__in=OPEN)
    if filters.severity in Severity.values:
        cases = cases.filter(severity=filters.severity)
    return cases.filter(workflow__slug=filters.workflow) if filters.workflow else cases
