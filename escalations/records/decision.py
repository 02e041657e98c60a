"""What a reviewer submits and the decision that leaves."""

import json
from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from escalations.errors import Fault, Invalid
from escalations.models import Decision
from escalations.records.intake import Level
from escalations.records.strict import Identifier, Incoming
from escalations.rules.ledger import answers_sha256, instant

Behavior = Literal["answer", "refuse", "clarify", "escalate"]


def at_most(length: int) -> AfterValidator:
    """Not `max_length`: with it pydantic refuses lone surrogates, which a correction may quote from the output."""

    def check(text: str) -> str:
        if len(text) > length:
            raise PydanticCustomError("string_too_long", "This is too long.")
        return text

    return AfterValidator(check)


Text = Annotated[str, at_most(200_000)]


class Span(Incoming):
    """A passage of the original output, in code points, and what is wrong with it."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: str
    category: Identifier
    comment: Annotated[str, at_most(4000)] | None = None


class DecisionBody(Incoming):
    """One person's answers. `output` only with `correct`; categories and reasoning unless `approve`."""

    verdict: Literal["approve", "correct", "reject"]
    claim_token: int = Field(ge=0, le=2**31 - 1)
    output: Text | None = None
    failure_categories: list[Identifier] = Field(default_factory=list, max_length=50)
    reasoning: Text = ""
    expected_behavior: Behavior = "answer"
    severity: Level | None = None
    spans: list[Span] = Field(default_factory=list, max_length=500)

    @model_validator(mode="before")
    @classmethod
    def _null_reasoning_is_none_given(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("reasoning", "") is None:
            return {**value, "reasoning": ""}
        return value

    def needs(self) -> list[Fault]:
        """What the verdict needs and has not, or has and may not."""
        faults = []
        if self.verdict == "correct" and not (self.output and self.output.strip()):
            faults.append(Fault("/output", "missing", "A correction needs the corrected output."))
        if self.verdict != "correct" and self.output is not None:
            faults.append(Fault("/output", "not_allowed", "Only a correction may carry an output."))
        if self.verdict != "approve" and not self.failure_categories:
            faults.append(Fault("/failure_categories", "missing", "Choose at least one failure category."))
        if self.verdict != "approve" and not self.reasoning.strip():
            faults.append(Fault("/reasoning", "missing", "Say why, in a sentence or two."))
        if len(set(self.failure_categories)) != len(self.failure_categories):
            faults.append(Fault("/failure_categories", "duplicate", "A category is named twice."))
        return faults

    def check(self, original: str, codes: Collection[str]) -> None:
        """Raise Invalid unless the answers fit the verdict, the rubric and the original output."""
        faults = self.needs()
        for at, code in enumerate(self.failure_categories):
            if code not in codes:
                faults.append(Fault(f"/failure_categories/{at}", "unknown", "This category is not in the rubric."))
        for at, span in enumerate(self.spans):
            if span.category not in codes:
                faults.append(Fault(f"/spans/{at}/category", "unknown", "This category is not in the rubric."))
            if not span.start < span.end <= len(original):
                faults.append(Fault(f"/spans/{at}", "out_of_range", "The passage lies outside the original output."))
            elif original[span.start : span.end] != span.quote:
                faults.append(Fault(f"/spans/{at}/quote", "mismatch", "The quote is not what stands at that place."))
        if faults:
            raise Invalid("The decision is not complete.", faults=faults)

    def text(self) -> str:
        """The free text as ASCII JSON, for the erasable side table."""
        kept = {
            "output": self.output,
            "reasoning": self.reasoning,
            "spans": [span.model_dump(exclude_none=True) for span in self.spans],
        }
        return json.dumps(kept)

    def content_sha256(self) -> str:
        """What makes a second submission the same one."""
        return answers_sha256(self.model_dump())


def released_output(decision: Decision) -> str | None:
    """The text that may be used: the original, the correction, the sender's fallback, or none."""
    snapshot = decision.escalation.snapshot
    released: str | None = None
    if decision.verdict == "approve":
        released = snapshot.output
    elif decision.review_id is None:
        released = (snapshot.document.get("hold") or {}).get("fallback_output")
    elif decision.verdict == "correct":
        released = decision.review.text.read()["output"]
    return released


def decider_record(decision: Decision) -> dict[str, str]:
    """Who decided: a person, or the deadline."""
    person = decision.decided_by
    return {"id": str(person.pk), "name": person.name} if person else {"name": "deadline"}


def decision_record(decision: Decision) -> dict[str, Any]:
    """A decision as it leaves. Needs escalation.snapshot, review.text, decided_by, rubric, policy."""
    text = decision.review.text.read() if decision.review_id else {}
    return {
        "id": str(decision.pk),
        "escalation_id": str(decision.escalation_id),
        "verdict": decision.verdict,
        "output": released_output(decision),
        "output_sha256": decision.output_sha256 or None,
        "failure_categories": decision.failure_categories,
        "reasoning": text.get("reasoning", ""),
        "expected_behavior": decision.expected_behavior,
        "severity": decision.severity,
        "spans": text.get("spans", []),
        "decided_by": decider_record(decision),
        "decided_at": instant(decision.decided_at),
        "sequence": decision.sequence,
        "rubric_version": decision.rubric.version,
        "policy_version": decision.policy.version,
        "overrides": str(decision.overrides_id) if decision.overrides_id else None,
    }
