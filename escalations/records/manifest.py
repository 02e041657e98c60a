"""What a release says of itself: counts, hashes, what changed. No wall-clock in the data files, only here."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from escalations.models import Release
from escalations.queries.releases import Member, lines_of
from escalations.records.formats import FORMATS
from escalations.records.formats.native import native_line
from escalations.records.formats.shape import Examples
from escalations.rules.ledger import instant
from escalations.rules.versions import changes, release_sha256

SCHEMA = "reviewapp-native-1"


def examples_of(release: Release) -> Examples:
    """A release's examples for the formats, read from the database as they are written."""

    def lines() -> Iterator[str]:
        for document, content, duplicates in lines_of(release):
            yield native_line(document, content=content, version=release.version, duplicates=duplicates)

    return Examples(release.dataset.slug, release.version, lines)


def exported(release: Release, name: str) -> Iterator[bytes]:
    """A release in one of the formats, in chunks; the same bytes every time."""
    return FORMATS[name].write(examples_of(release))


def native_file(release: Release) -> Iterator[bytes]:
    """The `native` file of a release, a line at a time."""
    return (line.encode() + b"\n" for line in examples_of(release).lines())


def _counts(members: Sequence[Member], name: str) -> dict[str, int]:
    return dict(sorted(Counter(getattr(member, name) for member in members).items()))


def _files(release: Release) -> list[dict[str, Any]]:
    examples = examples_of(release)
    return [{"format": name, **one.described(examples)} for name, one in FORMATS.items()]


def manifest_of(release: Release, *, members: Sequence[Member], before: dict[str, str]) -> dict[str, Any]:
    """The manifest of a release whose members are stored."""
    after = {member.example_id: member.content_sha256 for member in members}
    dropped = sum(len(member.duplicates_of) for member in members)
    return {
        "name": release.dataset.slug,
        "version": release.version,
        "parent": release.parent.version if release.parent else None,
        "created_at": instant(release.built_at),
        "note": release.note,
        "schema": SCHEMA,
        "release_sha256": release_sha256(list(after.items())),
        "examples": len(members),
        "corrections": len(members) + dropped,
        "counts": {
            "split": {"test": len(members)},
            "workflow": _counts(members, "workflow"),
            "failure_category": _counts(members, "category"),
            "severity": _counts(members, "severity"),
            "expected_behavior": _counts(members, "behavior"),
        },
        "dedup": {"method": "equal input", "dropped": dropped},
        "changes": changes(before, after),
        "files": _files(release),
    }


def release_record(release: Release) -> dict[str, Any]:
    """A release as the API shows it; the manifest once it is built."""
    shown = {
        "id": str(release.pk),
        "dataset": release.dataset.slug,
        "version": release.version or None,
        "state": release.state,
        "note": release.note,
        "requested_at": instant(release.requested_at),
        "built_at": instant(release.built_at) if release.built_at else None,
        "done": release.done_count,
        "total": release.total_count,
        "failure": release.failure or None,
    }
    return {**(release.manifest or {}), **shown}
