"""A workflow: who answers for it, what its policy says, what its rubric names."""

from django.http import HttpRequest, HttpResponse

from escalations.access import workflow_seen_by, workflows_of
from escalations.queries.workflows import policy_in_words, queue_names, with_owners
from escalations.web.door import caller_of, door, page


@door("GET")
def workflows(request: HttpRequest) -> HttpResponse:
    return page(request, "workflows/page.html", {"workflows": with_owners(workflows_of(caller_of(request)))})


@door("GET")
def workflow(request: HttpRequest, *, slug: str) -> HttpResponse:
    found = workflow_seen_by(caller_of(request), slug)
    shown = {"workflow": found, "policy": policy_in_words(found), "queue_names": queue_names(found)}
    return page(request, "workflows/workflow.html", shown)
