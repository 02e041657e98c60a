"""What a case's rows say, to be held against its ledger: bytes, decisions, answers, reasons; read for many at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F, Func

from escalations.models import Decision, Escalation, Event, EventText, Review, Snapshot
from escalations.rules.identifiers import is_id
from escalations.rules.ledger import answers_sha256, commitment
from escalations.rules.text import text_sha256

Found = Iterator[tuple[int, str]]


@dataclass
class Evidence:
    """One case's rows beside its events."""

    escalation: Escalation
    snapshot: Any = None  # a Snapshot with the hash that PostgreSQL found over its bytes
    decisions: dict[str, Decision] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)

    def faults(self, events: Sequence[Event]) -> Found:
        """(seq, what is wrong) wherever a row is not what an event committed to."""
        if self.snapshot is None:
            yield events[0].seq, "the snapshot is gone"
            return
        yield from self._faults_of_snapshot(events[0])
        yield from self._faults_of_texts(events)
        decided = {str(event.facts.get("decision")): event for event in events if event.verb == "decided"}
        for name, event in decided.items():
            if name in self.decisions:
                yield from self._faults_of_decision(self.decisions[name], event)
            else:
                yield event.seq, "the decision is gone"
        for name in self.decisions.keys() - decided.keys():
            yield events[-1].seq, f"no event tells of decision {name}"

    def _commit(self, digest: str) -> str | None:
        return commitment(bytes(self.snapshot.salt), digest) if digest else None

    def _faults_of_snapshot(self, first: Event) -> Found:
        if bytes(self.snapshot.found_sha256).hex() != self.snapshot.payload_sha256:
            yield first.seq, "the snapshot's bytes are not those of its hash"
        if self._commit(self.snapshot.payload_sha256) != first.facts.get("payload"):
            yield first.seq, "the snapshot's hash is not the one that was submitted"

    def _faults_of_texts(self, events: Sequence[Event]) -> Found:
        for event in events:
            text = self.texts.get(event.seq)
            if event.facts.get("text") != (None if text is None else self._commit(text_sha256(text))):
                yield event.seq, "the text beside it is not what was written with it"

    def _faults_of_decision(self, decision: Decision, event: Event) -> Found:
        review = decision.review
        stored = {
            "verdict": decision.verdict,
            "round": decision.round,
            "payload": self._commit(decision.payload_sha256),
            "output": self._commit(decision.output_sha256),
            "review": self._commit(review.content_sha256) if review else None,
            "rubric_version": decision.rubric.version,
            "policy_version": decision.policy.version,
            "overrides": str(decision.overrides_id) if decision.overrides_id else None,
        }
        for fact, value in stored.items():
            if event.facts.get(fact) != value:
                yield event.seq, f"the decision's {fact} is not what was decided"
        if decision.decided_at != event.at:
            yield event.seq, "the decision's instant is not the one of its event"
        if review:
            yield from ((event.seq, what) for what in _faults_of_review(decision, review))


def _faults_of_review(decision: Decision, review: Review) -> Iterator[str]:
    """What differs between a decision, the answers that it was made of, and their hash."""
    same = ("verdict", "failure_categories", "expected_behavior")
    if any(getattr(decision, name) != getattr(review, name) for name in same):
        yield "the decision is not what its review answered"
    if decision.decided_by_id != review.reviewer_id:
        yield "the decision names another person than its review"
    try:
        found_sha256 = answers_sha256(_answers(review))
    except (ObjectDoesNotExist, ValueError, TypeError, LookupError):
        found_sha256 = ""
    if found_sha256 != review.content_sha256:
        yield "the review is not what was submitted"


def _answers(review: Review) -> dict[str, Any]:
    """What the reviewer submitted, put together again from its rows. Raises where they are not whole."""
    text = review.text.read()
    return {
        "verdict": review.verdict,
        "claim_token": review.claim.token,
        "output": text["output"],
        "failure_categories": review.failure_categories,
        "reasoning": text["reasoning"],
        "expected_behavior": review.expected_behavior,
        "severity": review.severity or None,
        "spans": [{"comment": None, **span} for span in text["spans"]],
    }


def evidence_of(escalation_ids: Sequence[str]) -> dict[str, Evidence]:
    """The rows of some cases by id; a handful of queries however many there are."""
    rows = Escalation.objects.filter(pk__in=filter(is_id, escalation_ids)).select_related("queue")
    found = {str(row.pk): Evidence(row) for row in rows}
    hashed = Snapshot.objects.annotate(found_sha256=Func(F("raw"), function="sha256"))
    for snapshot in hashed.filter(pk__in=found).only("salt", "payload_sha256"):
        found[str(snapshot.pk)].snapshot = snapshot
    related = ("rubric", "policy", "review__text", "review__claim")
    for decision in Decision.objects.filter(escalation__in=found).select_related(*related):
        found[str(decision.escalation_id)].decisions[str(decision.pk)] = decision
    written = EventText.objects.filter(event__stream_kind="escalation", event__stream_id__in=found)
    for stream_id, seq, text in written.values_list("event__stream_id", "event__seq", "text"):
        found[stream_id].texts[seq] = text
    return found
