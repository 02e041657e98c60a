"""A corrected escalation as an eval case: its id from the input alone, its content.

The flawed output never stands in the input. Lone surrogates are kept as JSON escapes, so that every line is UTF-8.
"""

import hashlib
import hmac
from typing import Any

from escalations.models import Decision
from escalations.records.formats.shape import encoded
from escalations.rules.text import canonical_sha256


def messages_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The input's messages; a bare string is one user message."""
    given = document["input"]
    return [{"role": "user", "content": given}] if isinstance(given, str) else given["messages"]


def example_id(document: dict[str, Any]) -> str:
    """`ex_` + 16 hex digits of the input: messages, context and tools; never the output or the correction."""
    parts = [messages_of(document), document.get("context") or [], document.get("tools") or []]
    return "ex_" + canonical_sha256(parts)[:16]


def content_sha256(example: dict[str, Any]) -> str:
    """What makes two revisions of an example equal."""
    return canonical_sha256(example)


def pseudonym(salt: bytes, person_id: Any) -> str:
    """A reviewer's name within one dataset."""
    return "rv_" + hmac.new(salt, str(person_id).encode(), hashlib.sha256).hexdigest()[:16]


def example_of(decision: Decision, *, salt: bytes) -> dict[str, Any]:
    """The example that a correction makes. Needs escalation.snapshot, escalation.workflow and review.text."""
    document, text = decision.escalation.snapshot.document, decision.review.text.read()
    model, prompt, trace = (document.get(name) or {} for name in ("model", "prompt", "trace"))
    return {
        "example_id": example_id(document),
        "messages": messages_of(document),
        "context": document.get("context") or [],
        "tools": document.get("tools") or [],
        "tool_calls": document.get("tool_calls") or [],
        "flawed_output": document["output"],
        "corrected_output": text["output"],
        "expected_behavior": decision.expected_behavior,
        "failure_category": decision.failure_categories[0],
        "failure_categories": decision.failure_categories,
        "severity": decision.severity,
        "reasoning": text["reasoning"],
        "spans": text["spans"],
        "workflow": decision.escalation.workflow.slug,
        "external_id": document.get("external_id"),
        "model": model.get("name"),
        "model_version": model.get("version"),
        "prompt_id": prompt.get("id"),
        "prompt_version": prompt.get("version"),
        "source_trace_id": trace.get("trace_id"),
        "escalation_id": str(decision.escalation_id),
        "decision_id": str(decision.pk),
        "reviewer": pseudonym(salt, decision.decided_by_id),
    }


def stored(example: dict[str, Any]) -> str:
    """An example as it is kept: the JSON that its line in `native` begins with, so that an export need not parse it."""
    return encoded(example).decode()
