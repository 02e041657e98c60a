"""A dataset's next release: asked for by a person or a key, built by a job that may die and start again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from escalations.actions._later import later
from escalations.actions._ledger import append
from escalations.actions.compile import compile_corrections, missing_corrections
from escalations.models import Dataset, Decision, Release, ReleaseExample
from escalations.queries.releases import chosen_members, latest_release, members_of
from escalations.records.manifest import manifest_of
from escalations.rules.identifiers import uuid7
from escalations.rules.versions import next_version

CHUNK = 1000


def request_release(dataset: Dataset, *, requested_by: str, note: str, now: datetime) -> Release:
    """A pending release whose job is woken; the one already under way if there is one."""
    try:
        with transaction.atomic():
            release = Release.objects.create(
                id=uuid7(now), dataset=dataset, note=note, requested_by=requested_by, requested_at=now
            )
            later("build_release", release.pk)
    except IntegrityError:
        running = Release.objects.filter(dataset=dataset, state__in=["pending", "building"]).first()
        return running or request_release(dataset, requested_by=requested_by, note=note, now=now)
    return release


def build_release(release_id: UUID, *, now: datetime) -> Release:
    """Build a requested release now: compile what is missing, choose the members, freeze them under a version.

    Takes into account every correction committed before it began. Does nothing where it is built, or while another
    process builds it. Killed in the middle it leaves a pending row; run again, it starts where it stopped.
    """
    with _alone(release_id) as alone:
        release = Release.objects.select_related("dataset").get(pk=release_id)
        if not alone or not release.is_running:
            return release
        through = _begin(release)
        for made in compile_corrections(release.dataset, through_sequence=through, now=now):
            Release.objects.filter(pk=release.pk).update(done_count=release.done_count + made)
            release.done_count += made
        return _freeze(release, through_sequence=through, now=now)


def fail_release(release_id: UUID, *, reason: str) -> None:
    """Say in the row that a build failed, so that the page can."""
    running = Release.objects.filter(pk=release_id, state__in=["pending", "building"])
    running.update(state=Release.State.FAILED, failure=reason)


@contextmanager
def _alone(release_id: UUID) -> Iterator[bool]:
    """Whether this process alone builds the release; PostgreSQL forgets the lock when the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 1))", [str(release_id)])
        alone = cursor.fetchone()[0]
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 1))", [str(release_id)])


def _begin(release: Release) -> int:
    """Fix which decisions count and how many there are; the last committed place in the feed."""
    through = Decision.objects.aggregate(last=Max("sequence"))["last"] or 0
    release.state, release.through_sequence, release.done_count = Release.State.BUILDING, through, 0
    release.total_count = missing_corrections(release.dataset, through_sequence=through).count()
    release.save(update_fields=["state", "through_sequence", "done_count", "total_count"])
    return through


@transaction.atomic
def _freeze(release: Release, *, through_sequence: int, now: datetime) -> Release:
    """Choose one example per input, compare with the last release, and either freeze a version or say: unchanged."""
    last = latest_release(release.dataset)
    members = chosen_members(release.dataset, through_sequence=through_sequence)
    before, after = members_of(last) if last else {}, {one.example_id: one for one in members}
    release.parent = last
    if last and before == {name: (one.content_sha256, one.duplicates_of) for name, one in after.items()}:
        release.state = Release.State.UNCHANGED
        release.save(update_fields=["state", "parent"])
        return release
    contents = {name: content for name, (content, _) in before.items()}
    version = next_version(
        (last.major, last.minor, last.patch) if last else None,
        contents,
        {one: m.content_sha256 for one, m in after.items()},
    )
    release.major, release.minor, release.patch = version
    release.state, release.built_at = Release.State.BUILT, now
    rows = (ReleaseExample(release=release, example_id=one.pk, duplicates_of=one.duplicates_of) for one in members)
    ReleaseExample.objects.bulk_create(rows, batch_size=CHUNK)
    release.manifest = manifest_of(release, members=members, before=contents)
    release.release_sha256 = release.manifest["release_sha256"]
    release.save()
    facts = {"version": release.version, "release_sha256": release.release_sha256, "examples": len(members)}
    append(("dataset", str(release.dataset_id)), "release_built", actor=release.requested_by, facts=facts, now=now)
    return release


def standing_version(release: Release) -> str:
    """The version that a finished build stands for: its own, or its parent's where nothing had changed."""
    return release.version or (release.parent.version if release.parent else "")
