"""Trying a case: what would become of a body if it were handed over now. Nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalations.actions._clocks import new_clocks
from escalations.errors import Fault, Invalid, Refusal, TooLarge
from escalations.models import Clock, Escalation, Queue, Workflow
from escalations.records.intake import Hold, Submission
from escalations.records.strict import read
from escalations.rules.routing import route
from escalations.rules.strict_json import parse
from escalations.rules.text import text_bytes

MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Trial:
    """Where a body would go and by when it must be decided; or why it would be refused, with every fault."""

    refusal: Refusal | None = None
    queue: Queue | None = None
    severity: str = ""
    rule: str = ""
    clocks: Sequence[Clock] = ()
    hold: Hold | None = None


def try_case(text: str, *, workflow: Workflow, now: datetime) -> Trial:
    """Read and route a body as intake would, under the workflow's standing policy."""
    try:
        submission = _read(text_bytes(text), workflow.slug)
    except Refusal as refusal:
        return Trial(refusal)
    policy = workflow.policy
    found = route(policy.document["rules"], policy.document["default"], submission.facts())
    queue = Queue.objects.select_related("calendar").get(slug=found.queue)
    draft = Escalation(severity=found.severity, queue=queue)
    clocks = new_clocks(draft, policy=policy, calendar=queue.calendar, now=now)
    return Trial(None, queue, found.severity, found.rule, clocks, submission.hold)


def _read(body: bytes, slug: str) -> Submission:
    """The body as intake reads it, and of this workflow. Raises Malformed, TooLarge, Invalid with every fault."""
    if len(body) > MOST_BYTES:
        raise TooLarge(f"The body may have at most {MOST_BYTES:,} bytes.")
    document = parse(body)
    faults = _of_another(document, slug)
    try:
        submission = read(Submission, document)
    except Invalid as refusal:
        faults = [*refusal.faults, *faults]
    if faults:
        raise Invalid("Some fields are not as they must be.", faults=faults)
    return submission


def _of_another(document: Any, slug: str) -> list[Fault]:
    named = document.get("workflow", slug) if isinstance(document, dict) else slug
    if not isinstance(named, str) or named == slug:
        return []
    return [Fault("/workflow", "another_workflow", f"This page tries cases of {slug}.")]
