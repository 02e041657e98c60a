"""A workflow: what it is for and who answers for it, what its policy says and does, what its rubric names."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from escalations.access import workflow_seen_by, workflows_of
from escalations.access.settings import may_describe, workflow_to_describe
from escalations.actions.describe import OWNERS, describe_workflow
from escalations.actions.trial import Trial, try_case
from escalations.errors import NotFound, Refusal
from escalations.models import Workflow
from escalations.queries.settings import people_to_choose
from escalations.queries.workflows import policy_in_words, queue_names, with_owners
from escalations.records.forms import DescriptionForm
from escalations.web.door import caller_of, door, page
from escalations.web.forms import Typed, form_of, typed


@door("GET")
def workflows(request: HttpRequest) -> HttpResponse:
    return page(request, "workflows/page.html", {"workflows": with_owners(workflows_of(caller_of(request)))})


@door("GET")
def workflow(request: HttpRequest, *, slug: str) -> HttpResponse:
    found = workflow_seen_by(caller_of(request), slug)
    return show_workflow(request, found, text=example_of(found))


def show_workflow(request: HttpRequest, found: Workflow, *, text: str, trial: Trial | None = None) -> HttpResponse:
    """The workflow, with the case that was tried."""
    shown = {
        "workflow": found,
        "policy": policy_in_words(found),
        "queue_names": queue_names(found),
        "may_describe": may_describe(request.user, found),
        "text": text,
        "trial": trial,
    }
    return page(request, "workflows/workflow.html", shown)


def example_of(found: Workflow) -> str:
    """A body to begin with."""
    body = {
        "workflow": found.slug,
        "input": "What the user asked",
        "output": "What the assistant wants to say",
        "flags": [{"code": "low_confidence"}],
        "confidence": 0.4,
    }
    return json.dumps(body, indent=2)


@door("GET", "POST")
def trial(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Say where a body would go, or why it would be refused. Nothing is stored."""
    found = workflow_seen_by(caller_of(request), slug)
    if request.method != "POST":
        return redirect("workflow", slug=slug)
    if found.policy is None:
        raise NotFound("This workflow has no policy yet.")
    text = request.POST.get("body", "")
    return show_workflow(request, found, text=text, trial=try_case(text, workflow=found, now=timezone.now()))


def show_description(request: HttpRequest, refusal: Refusal | None = None, *, slug: str) -> HttpResponse:
    """The form in which owners say what the workflow is for."""
    found = workflow_to_describe(caller_of(request), slug)
    owners = {name: one.username for name in OWNERS if (one := getattr(found, name))}
    form = Typed({"purpose": found.purpose, "success": found.success, **owners})
    shown = {
        "workflow": found,
        "people": people_to_choose(),
        "form": typed(request.POST, refusal) if refusal else form,
        "refusal": refusal,
    }
    return page(request, "workflows/description.html", shown, status=refusal.status if refusal else 200)


@door("GET", "POST", again=show_description)
def description(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Say what the workflow is for, what success means, and who answers for it."""
    found = workflow_to_describe(caller_of(request), slug)
    if request.method != "POST":
        return show_description(request, slug=slug)
    asked = form_of(DescriptionForm, request.POST)
    describe_workflow(found, asked, by=request.user, now=timezone.now())
    messages.success(request, f"{found.name} is described anew.")
    return redirect("workflow", slug=slug)
