"""SemVer of releases: major = the schema's meaning, minor = examples added or retired, patch = one was revised."""

import hashlib
from collections.abc import Iterable

FIRST = (1, 0, 0)


def next_version(
    last: tuple[int, int, int] | None, before: dict[str, str], after: dict[str, str]
) -> tuple[int, int, int]:
    """The version after `last` for a set that went from `before` to `after` ({example id: content hash})."""
    if last is None:
        return FIRST
    major, minor, patch = last
    if before.keys() != after.keys():
        return major, minor + 1, 0
    return major, minor, patch + 1


def changes(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """Which ids were added, revised and retired, each sorted."""
    return {
        "added": sorted(after.keys() - before.keys()),
        "revised": sorted(one for one in after.keys() & before.keys() if after[one] != before[one]),
        "retired": sorted(before.keys() - after.keys()),
    }


def release_sha256(members: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over the sorted `id:content_sha256` lines."""
    return hashlib.sha256("".join(f"{one}:{content}\n" for one, content in sorted(members)).encode()).hexdigest()
