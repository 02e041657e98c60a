"""Which queue and which severity: a policy's ordered rules against the facts of one output. First match wins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SEVERITIES = ("low", "normal", "high", "critical")


@dataclass(frozen=True)
class Facts:
    """What the rules of a policy may look at."""

    flags: frozenset[str]
    severity: str | None = None
    confidence: float | None = None
    model: str = ""
    prompt: str = ""
    tools: frozenset[str] = frozenset()
    validation_failed: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """Where an escalation goes, how severe it is, and the rule that said so (empty: the default)."""

    queue: str
    severity: str
    rule: str


def highest(*severities: str | None) -> str:
    """The most severe of those given; the policy may raise what a sender said, never lower it."""
    return max((severity for severity in severities if severity), key=SEVERITIES.index)


CONDITIONS: dict[str, Callable[[Any, Facts], bool]] = {
    "flags": lambda wanted, facts: not facts.flags.isdisjoint(wanted),
    "severity": lambda wanted, facts: facts.severity in wanted,
    "confidence_below": lambda wanted, facts: facts.confidence is not None and facts.confidence < wanted,
    "models": lambda wanted, facts: facts.model in wanted,
    "prompts": lambda wanted, facts: facts.prompt in wanted,
    "tools": lambda wanted, facts: not facts.tools.isdisjoint(wanted),
    "validation_failed": lambda wanted, facts: facts.validation_failed == wanted,
    "metadata": lambda wanted, facts: all(facts.metadata.get(key) in values for key, values in wanted.items()),
}


def matches(when: Mapping[str, Any], facts: Facts) -> bool:
    """Whether every condition of a rule holds."""
    return all(CONDITIONS[name](wanted, facts) for name, wanted in when.items())


def route(rules: Sequence[Mapping[str, Any]], default: Mapping[str, str], facts: Facts) -> Route:
    """The first rule that matches, else the default; severity is the higher of the rule's and the sender's, if told."""
    for rule in rules:
        if matches(rule["when"], facts):
            then = rule["then"]
            told = [level for level in (facts.severity, then.get("severity")) if level]
            severity = highest(*(told or [default["severity"]]))
            return Route(then.get("queue", default["queue"]), severity, rule["name"])
    return Route(default["queue"], facts.severity or default["severity"], "")
