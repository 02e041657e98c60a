"""A queue: what waits in it, who holds what, what is late."""

from django.http import HttpRequest, HttpResponse

from escalations.access import may_lead, may_review, need_person, queue_seen_by
from escalations.models import Severity, Status
from escalations.queries.queue import QueueFilters, queue_page
from escalations.web.door import caller_of, door, page, rail

MOST_PAGES = 10_000


@door("GET")
def queue(request: HttpRequest, *, slug: str) -> HttpResponse:
    found = queue_seen_by(need_person(caller_of(request)), slug)
    filters = QueueFilters(**{name: request.GET.get(name, "") for name in ("status", "severity", "workflow")})
    shown = {
        "queue": found,
        "filters": filters,
        "listing": queue_page(found, filters, number=page_number(request)),
        "counts": next(one for one in rail(request).queues if one.queue.pk == found.pk),
        "rights": {"reviews": may_review(request.user, found), "leads": may_lead(request.user, found)},
        "choices": {"status": Status.values, "severity": Severity.values},
    }
    return page(request, "queue/page.html", shown)


def page_number(request: HttpRequest) -> int:
    """The page asked for, from 1."""
    given = request.GET.get("page", "1")
    return min(max(int(given), 1), MOST_PAGES) if given.isdecimal() and len(given) < 6 else 1
