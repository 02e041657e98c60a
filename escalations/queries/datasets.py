"""Datasets on a page: their releases, what changed, what is being built."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from escalations.access import Caller, dataset_to_build, dataset_to_read
from escalations.errors import Forbidden, NotFound
from escalations.models import Dataset, Decision, Example, Release
from escalations.queries.releases import built_releases


@dataclass(frozen=True)
class DatasetView:
    """One dataset as a person sees it."""

    dataset: Dataset
    workflows: list[str]
    releases: list[Release]
    running: Release | None
    last: Release | None
    example_count: int
    waiting_count: int
    can_build: bool
    can_read: bool


def dataset_shelf(datasets: QuerySet[Dataset]) -> list[Dataset]:
    """Datasets with `release_count` and `newest`, the version of the newest release."""
    built = Release.objects.filter(dataset=OuterRef("pk"), state=Release.State.BUILT)
    counted = built.order_by().values("dataset").annotate(n=Count("pk")).values("n")
    newest = built.order_by("-major", "-minor", "-patch")
    rows = datasets.annotate(
        release_count=Subquery(counted),
        newest_id=Subquery(newest.values("pk")[:1]),
    )
    shelf = list(rows)
    releases = Release.objects.in_bulk([one.newest_id for one in shelf if one.newest_id])
    for one in shelf:
        one.newest = releases.get(one.newest_id)
    return shelf


def dataset_view(caller: Caller, dataset: Dataset) -> DatasetView:
    """The dataset's page."""
    last = dataset.releases.exclude(state__in=["pending", "building"]).order_by("-requested_at").first()
    return DatasetView(
        dataset=dataset,
        workflows=list(dataset.workflows.values_list("name", flat=True)),
        releases=list(built_releases(dataset).select_related("parent")),
        running=dataset.releases.filter(state__in=["pending", "building"]).first(),
        last=last,
        example_count=Example.objects.filter(dataset=dataset).count(),
        waiting_count=_corrections_not_released(dataset),
        can_build=_may(dataset_to_build, caller, dataset),
        can_read=_may(dataset_to_read, caller, dataset),
    )


def built_release(dataset: Dataset, version: str) -> Release:
    """A built release by its version, or NotFound."""
    numbers = version.split(".")
    if len(numbers) == 3 and all(one.isdecimal() and len(one) < 10 for one in numbers):
        major, minor, patch = map(int, numbers)
        found = dataset.releases.filter(state=Release.State.BUILT, major=major, minor=minor, patch=patch).first()
        if found is not None:
            return found
    raise NotFound("There is no such release.")


def _may(look_up: object, caller: Caller, dataset: Dataset) -> bool:
    """Whether a look-up of the permission room lets the caller through."""
    try:
        return bool(look_up(caller, dataset.slug))  # type: ignore[operator]
    except Forbidden:
        return False


def _corrections_not_released(dataset: Dataset) -> int:
    """Standing corrections since the newest release was begun."""
    newest = built_releases(dataset).values_list("through_sequence", flat=True).first()
    since = Decision.objects.standing().filter(verdict="correct", sequence__gt=newest or 0)
    wanted = Q(workflow__in=dataset.workflows.all()) if dataset.workflows.exists() else Q()
    return since.filter(wanted).count()
