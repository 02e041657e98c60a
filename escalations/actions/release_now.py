"""A release at once, in the process that asks for it."""

import time
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from escalations.actions.compile import corrections_of
from escalations.actions.release import build_release, fail_release, request_release
from escalations.errors import Conflict
from escalations.models import Dataset, Decision, Release
from escalations.queries.releases import latest_release

PAUSE = 0.2  # seconds between looks at a build that another process runs


def build_release_now(dataset: Dataset, *, requested_by: str, note: str, now: datetime) -> Release:
    """A finished release that takes every correction into account that was committed before this call.

    A build under way may have begun too early for that: it is waited for, then the next one is built.
    """
    through = Decision.objects.aggregate(last=Max("sequence"))["last"] or 0
    if not latest_release(dataset) and not corrections_of(dataset, through_sequence=through).exists():
        raise Conflict(f"The dataset {dataset.slug} has no corrections yet; there is nothing to release.")
    while True:
        release = request_release(dataset, requested_by=requested_by, note=note, now=now)
        release = _finish(release.pk, now=now)
        if release.through_sequence is not None and release.through_sequence >= through:
            return release


def _finish(release_id: UUID, *, now: datetime) -> Release:
    """Build it, or wait for the process that does; should that one die, go on where it stopped."""
    while (release := _build(release_id, now=now)).is_running:
        time.sleep(PAUSE)
    if release.state == Release.State.FAILED:
        raise Conflict(release.failure or "The build failed.")
    return release


def _build(release_id: UUID, *, now: datetime) -> Release:
    try:
        return build_release(release_id, now=now)
    except Exception:
        fail_release(release_id, reason="The build failed; the operator's log says why. Build it again.")
        raise
