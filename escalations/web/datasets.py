"""Datasets and their releases."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from escalations.access import dataset_seen_by, dataset_to_build, dataset_to_read, datasets_seen_by
from escalations.actions.release import request_release
from escalations.errors import NotFound, Refusal
from escalations.queries.datasets import built_release, dataset_shelf, dataset_view
from escalations.records.formats import FORMATS
from escalations.records.manifest import exported
from escalations.rules.text import display_text
from escalations.web.door import caller_of, door, fragment, page

LONGEST_NOTE = 500


@door("GET")
def datasets(request: HttpRequest) -> HttpResponse:
    return page(request, "datasets/page.html", {"datasets": dataset_shelf(datasets_seen_by(caller_of(request)))})


def show_dataset(request: HttpRequest, refusal: Refusal | None = None, *, slug: str) -> HttpResponse:
    """The dataset with its releases and, while one is built, its progress."""
    caller = caller_of(request)
    shown = {"view": dataset_view(caller, dataset_seen_by(caller, slug)), "refusal": refusal, "formats": list(FORMATS)}
    if request.headers.get("HX-Request"):
        return fragment(request, "datasets/live.html", shown)
    return page(request, "datasets/dataset.html", shown, status=refusal.status if refusal else 200)


@door("GET")
def dataset(request: HttpRequest, *, slug: str) -> HttpResponse:
    return show_dataset(request, slug=slug)


@door("POST", again=show_dataset)
def releases(request: HttpRequest, *, slug: str) -> HttpResponse:
    """Ask for the next release."""
    caller = caller_of(request)
    found = dataset_to_build(caller, slug)
    note = display_text(request.POST.get("note", ""))[:LONGEST_NOTE].strip()
    request_release(found, requested_by=caller.actor, note=note, now=timezone.now())
    messages.success(request, "You asked for a release. It is in the list below as soon as it is built.")
    return redirect("dataset", slug=slug)


@door("GET")
def release_file(request: HttpRequest, *, slug: str, version: str, name: str) -> HttpResponse:
    """A release as a file in one of the formats."""
    release = built_release(dataset_to_read(caller_of(request), slug), version)
    if name not in FORMATS:
        raise NotFound("There is no such format.")
    answer = StreamingHttpResponse(exported(release, name), content_type=FORMATS[name].media_type)
    answer["Content-Disposition"] = f'attachment; filename="{slug}-{release.version}.{FORMATS[name].suffix}"'
    return answer
