"""Decisions as they are read: the feed, one case with its answer, and whether a text may be used."""

from uuid import UUID

from django.db.models import QuerySet

from escalations.access import Caller, need_scope, seen_by
from escalations.models import OPEN, Claim, Decision, Escalation, Snapshot, Status
from escalations.rules.text import text_sha256

OF_DECISION = ("escalation__snapshot", "escalation__workflow", "review__text", "decided_by", "rubric", "policy")


def decisions_for(caller: Caller) -> QuerySet[Decision]:
    """Every decision that the caller may read, with what its record needs but the snapshot's bytes."""
    need_scope(caller, "decisions:read")
    found = Decision.objects.select_related(*OF_DECISION).defer("escalation__snapshot__raw")
    if caller.person is None:
        return found.filter(workflow_id__in=caller.workflow_ids())
    return found.filter(escalation__in=seen_by(caller))


def feed(caller: Caller, *, after: int, limit: int) -> list[Decision]:
    """Decisions in commit order after a sequence."""
    return with_bytes(list(decisions_for(caller).filter(sequence__gt=after).in_sequence()[:limit]))


def full_decision(decision_id: UUID) -> Decision:
    """One decision with what its record needs."""
    return Decision.objects.select_related(*OF_DECISION).get(pk=decision_id)


def with_answers(escalations: QuerySet[Escalation]) -> list[Escalation]:
    """Escalations with what their records need."""
    related = ("workflow", "queue", "owner", "policy", "snapshot")
    answer = ("decision__review__text", "decision__decided_by", "decision__rubric", "decision__policy")
    found = list(escalations.select_related(*related, *answer).defer("snapshot__raw"))
    decided = [one for one in found if one.decision_id]
    for one in decided:
        one.decision.escalation = one
    with_bytes([one.decision for one in decided])
    return found


def with_bytes(decisions: list[Decision]) -> list[Decision]:
    """Fetch, in one query, the bytes of those snapshots whose own text a decision releases."""
    needed = {one.escalation_id: one.escalation.snapshot for one in decisions if one.releases_sent_text}
    for pk, raw in Snapshot.objects.filter(pk__in=needed).values_list("pk", "raw") if needed else ():
        needed[pk].raw = raw
    return decisions


def open_claims(escalations: list[Escalation]) -> dict[UUID, Claim]:
    """The claims that have not ended, by escalation."""
    ids = [one.pk for one in escalations if one.status == Status.CLAIMED]
    if not ids:
        return {}
    found = Claim.objects.filter(escalation_id__in=ids, ended_at__isnull=True).select_related("reviewer")
    return {claim.escalation_id: claim for claim in found}


def closed_among(ids: list[UUID]) -> set[UUID]:
    """Which of these cases are decided or withdrawn."""
    return set(Escalation.objects.filter(pk__in=ids).exclude(status__in=OPEN).values_list("pk", flat=True))


def verified(escalation: Escalation, output: str) -> tuple[str, UUID | None]:
    """(status, decision): may exactly this text be used? By the standing decision, or a replaced one."""
    if escalation.status == Status.WITHDRAWN:
        return "withdrawn", None
    if escalation.decision_id is None:
        return "undecided", None
    digest, standing = text_sha256(output), escalation.decision
    if standing.output_sha256 == digest:
        return "valid", standing.pk
    replaced = escalation.decisions.filter(output_sha256=digest).order_by("-sequence").first()
    return ("overridden", replaced.pk) if replaced else ("stale", standing.pk)
