"""Workflows, and what their policies say in words."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from escalations.models import Queue, Workflow
from escalations.rules.routing import SEVERITIES
from escalations.rules.text import code_words

JOINED = " or "


@dataclass(frozen=True)
class RuleInWords:
    """One rule of a policy: when all of these hold, then this."""

    name: str
    conditions: list[str]
    queue: str
    severity: str


@dataclass(frozen=True)
class PolicyInWords:
    """The standing policy of a workflow."""

    version: int
    text: str
    rules: list[RuleInWords]
    default_queue: str
    default_severity: str
    targets: list[tuple[str, dict[str, int]]]
    document: dict[str, Any]


def with_owners(workflows: QuerySet[Workflow]) -> list[Workflow]:
    """Workflows with what a list shows of each."""
    return list(workflows.select_related("business_owner", "technical_owner", "policy", "rubric"))


def queue_names(workflow: Workflow) -> dict[str, str]:
    """{slug: name} of the queues that the policy routes to."""
    return dict(Queue.objects.filter(policies=workflow.policy_id).values_list("slug", "name"))


def policy_in_words(workflow: Workflow) -> PolicyInWords | None:
    """The standing policy, or None where there is none yet."""
    if workflow.policy is None:
        return None
    document = workflow.policy.document
    default = document["default"]
    rules = [
        RuleInWords(
            rule["name"], conditions(rule["when"]), rule["then"].get("queue", ""), rule["then"].get("severity", "")
        )
        for rule in document["rules"]
    ]
    targets = [(one, document["targets"][one]) for one in reversed(SEVERITIES)]
    return PolicyInWords(
        workflow.policy.version,
        document.get("text", ""),
        rules,
        default["queue"],
        default.get("severity", "normal"),
        targets,
        document,
    )


def conditions(when: dict[str, Any]) -> list[str]:
    """The conditions of a rule, each as a sentence's part; without any, the rule always holds."""
    said = [_condition(name, wanted) for name, wanted in when.items() if name != "metadata"]
    noted = [f"{name} is {JOINED.join(values)}" for name, values in when.get("metadata", {}).items()]
    return said + noted or ["always"]


def _condition(name: str, wanted: Any) -> str:
    if name == "confidence_below":
        return f"the assistant is less than {wanted * 100:g} % sure"
    if name == "validation_failed":
        return "its output failed a validation"
    if name == "flags":
        return f"the flag is {JOINED.join(map(code_words, wanted))}"
    openings = {
        "severity": "the sender says",
        "models": "the model is",
        "prompts": "the prompt is",
        "tools": "it used",
    }
    return f"{openings[name]} {JOINED.join(wanted)}"
