"""What was published, policies, rubrics and releases, to be held against the stream that tells of it."""

import json
from collections.abc import Iterator, Sequence

from escalations.models import Event, Example, Policy, Release, ReleaseExample, Rubric
from escalations.rules.text import canonical_sha256
from escalations.rules.versions import release_sha256

Found = Iterator[tuple[int, str]]


def faults_of_workflow(stream: Sequence[Event]) -> Found:
    """Policies and rubrics that are not what was activated."""
    workflow_id = stream[0].stream_id
    policies = Policy.objects.filter(workflow=workflow_id).values_list("version", "document")
    rubrics = Rubric.objects.filter(workflow=workflow_id).values_list("version", "categories")
    for verb, rows in (("policy_activated", policies), ("rubric_activated", rubrics)):
        yield from _differences(stream, verb, fact="sha256", found={str(v): canonical_sha256(one) for v, one in rows})


def faults_of_dataset(stream: Sequence[Event]) -> Found:
    """Releases that are not what was built, and examples that are not what was compiled."""
    dataset_id, last = stream[0].stream_id, stream[-1].seq
    built = Release.objects.filter(dataset=dataset_id, state=Release.State.BUILT)
    found = {release.version: _found_sha256(release) for release in built}
    yield from _differences(stream, "release_built", fact="release_sha256", found=found)
    examples = Example.objects.filter(dataset=dataset_id).values_list("example_id", "content_sha256", "document")
    for name, content, document in examples.iterator(chunk_size=200):
        if not _is_content(document, content):
            yield last, f"example {name} is not what was compiled"


def _differences(stream: Sequence[Event], verb: str, *, fact: str, found: dict[str, str]) -> Found:
    """Versions that are stored and not told, told and not stored, or stored otherwise than told."""
    told = {str(event.facts.get("version")): event for event in stream if event.verb == verb}
    for version in told.keys() | found.keys():
        event = told.get(version)
        if event is None or event.facts.get(fact) != found.get(version):
            seq, noun = event.seq if event else stream[-1].seq, verb.partition("_")[0]
            yield seq, f"{noun} {version} is not what the ledger tells"


def _found_sha256(release: Release) -> str:
    members = ReleaseExample.objects.filter(release=release)
    return release_sha256(members.values_list("example__example_id", "example__content_sha256"))


def _is_content(document: str, content_sha256: str) -> bool:
    try:
        return canonical_sha256(json.loads(document)) == content_sha256
    except ValueError:
        return False
