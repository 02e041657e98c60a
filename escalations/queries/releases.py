"""Datasets, releases and their members."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from escalations.errors import NotFound
from escalations.models import Dataset, Example, Release, ReleaseExample

SEMVER = re.compile(r"(?P<major>0|[1-9]\d{0,8})\.(?P<minor>0|[1-9]\d{0,8})\.(?P<patch>0|[1-9]\d{0,8})\Z")
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")

# One example per input: the latest decision of the highest severity; the other cases are listed with it. A decision
# counts as it stood when the build began: what overrides it afterwards is for the next release.
CHOSEN = """
SELECT DISTINCT ON (x.example_id) x.id, x.example_id, x.content_sha256, x.workflow, x.category, x.severity,
  x.behavior, array_remove(x.cases, x.escalation_id)
FROM (
  SELECT x.id, x.example_id, x.content_sha256, w.slug AS workflow, d.failure_categories[1] AS category, d.severity,
    d.expected_behavior AS behavior, d.sequence, d.escalation_id::text,
    array_agg(d.escalation_id::text) OVER (
      PARTITION BY x.example_id ORDER BY d.escalation_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS cases
  FROM escalations_example x
  JOIN escalations_decision d ON d.id = x.decision_id
  JOIN escalations_workflow w ON w.id = d.workflow_id
  LEFT JOIN escalations_decision later ON later.overrides_id = d.id AND later.sequence <= %(through)s
  WHERE x.dataset_id = %(dataset)s AND d.sequence <= %(through)s AND later.id IS NULL
) x
ORDER BY x.example_id, array_position(ARRAY['critical', 'high', 'normal', 'low'], x.severity::text), x.sequence DESC
"""


@dataclass(frozen=True)
class Member:
    """An example that a release will hold, with the cases that share its input."""

    pk: UUID
    example_id: str
    content_sha256: str
    workflow: str
    category: str
    severity: str
    behavior: str
    duplicates_of: list[str]


def chosen_members(dataset: Dataset, *, through_sequence: int) -> list[Member]:
    """The members of the next release, in order of example id."""
    with connection.cursor() as cursor:
        cursor.execute(CHOSEN, {"dataset": dataset.pk, "through": through_sequence})
        return [Member(*row) for row in cursor.fetchall()]


def latest_release(dataset: Dataset) -> Release | None:
    """The newest built release."""
    built = dataset.releases.filter(state=Release.State.BUILT)
    return built.order_by("-major", "-minor", "-patch").first()


def members_of(release: Release) -> dict[str, tuple[str, list[str]]]:
    """{example id: (content hash, duplicates)} of a release."""
    rows = release.members.values_list("example__example_id", "example__content_sha256", "duplicates_of")
    return {name: (content, duplicates) for name, content, duplicates in rows}


def lines_of(release: Release) -> Iterator[tuple[str, str, list[str]]]:
    """(document, content hash, duplicates) of each member in order of example id, streamed."""
    rows = ReleaseExample.objects.filter(release=release).order_by("example__example_id")
    fields = ("example__document", "example__content_sha256", "duplicates_of")
    return rows.values_list(*fields).iterator(chunk_size=500)


def built_releases(dataset: Dataset) -> QuerySet[Release]:
    """Built releases, newest first."""
    return dataset.releases.filter(state=Release.State.BUILT).order_by("-major", "-minor", "-patch")


def example_count(dataset: Dataset) -> int:
    """How many corrections the dataset holds."""
    return Example.objects.filter(dataset=dataset).count()


def releases_to_build() -> list[UUID]:
    """Requested releases whose job has still to run, oldest first."""
    running = Release.objects.filter(state__in=[Release.State.PENDING, Release.State.BUILDING])
    return list(running.order_by("requested_at").values_list("pk", flat=True))


def latest_versions(datasets: Iterable[Dataset]) -> dict[UUID, str]:
    """{dataset: version of its newest release}, one query for all."""
    built = Release.objects.filter(dataset__in=list(datasets), state=Release.State.BUILT)
    newest = built.order_by("dataset_id", "-major", "-minor", "-patch").distinct("dataset_id")
    return {release.dataset_id: release.version for release in newest}


def built_release(dataset: Dataset, version: str) -> Release:
    """A release by its version, or a build by its id; NotFound where there is none."""
    wanted = _wanted(version)
    found = dataset.releases.select_related("dataset", "parent").filter(**wanted).first() if wanted else None
    if found is None:
        raise NotFound("There is no such release.")
    return found


def _wanted(version: str) -> dict[str, Any]:
    if found := SEMVER.match(version):
        return {"state": Release.State.BUILT, **{name: int(part) for name, part in found.groupdict().items()}}
    return {"pk": version} if UUID_TEXT.match(version) else {}
