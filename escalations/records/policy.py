"""A policy's document: ordered rules, a default, targets, hold, sampling. What is saved is validated here."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from escalations.records.intake import Hold, Level
from escalations.records.strict import Identifier, Incoming, Slug
from escalations.rules.routing import SEVERITIES

MOST_RULES = 100
DAY_MINUTES = 1440
Minutes = Annotated[int, Field(ge=1, le=365 * DAY_MINUTES)]
Texts = Annotated[list[str], Field(min_length=1, max_length=100)]


class When(Incoming):
    """Conditions that must all hold; a list means any of these."""

    flags: Annotated[list[Identifier], Field(min_length=1, max_length=100)] | None = None
    severity: Annotated[list[Level], Field(min_length=1)] | None = None
    confidence_below: float | None = Field(default=None, gt=0, le=1)
    models: Texts | None = None
    prompts: Texts | None = None
    tools: Texts | None = None
    validation_failed: Literal[True] | None = None
    metadata: dict[str, Texts] | None = None


class Then(Incoming):
    queue: Slug | None = None
    severity: Level | None = None

    @model_validator(mode="after")
    def _does_something(self) -> "Then":
        if self.queue is None and self.severity is None:
            raise ValueError("A rule must name a queue, a severity or both.")
        return self


class Rule(Incoming):
    name: str = Field(min_length=1, max_length=100)
    when: When
    then: Then


class Default(Incoming):
    queue: Slug
    severity: Level = "normal"


class Targets(Incoming):
    """Minutes until somebody must have claimed, and decided; `boost` moves the severity ahead in its queue."""

    claim_minutes: Minutes
    decide_minutes: Minutes
    boost_minutes: int = Field(default=0, ge=0, le=7 * DAY_MINUTES)

    @model_validator(mode="after")
    def _in_order(self) -> "Targets":
        if self.claim_minutes > self.decide_minutes:
            raise ValueError("The claim must be due before the decision.")
        return self


class PolicyDocument(Incoming):
    """What is escalated and held, where it goes, how fast it must be decided."""

    text: str = Field(default="", max_length=4000)
    rules: list[Rule] = Field(default_factory=list, max_length=MOST_RULES)
    default: Default
    targets: dict[Level, Targets]
    escalate_flags: list[Identifier] = Field(default_factory=list, max_length=100)
    confidence_threshold: float | None = Field(default=None, ge=0, le=1)
    sampling_rate: float = Field(default=0.0, ge=0, le=1)
    hold: Hold | None = None

    @model_validator(mode="after")
    def _whole(self) -> "PolicyDocument":
        if set(self.targets) != set(SEVERITIES):
            raise ValueError("Targets must be given for low, normal, high and critical.")
        names = [rule.name for rule in self.rules]
        if len(set(names)) != len(names):
            raise ValueError("Two rules have the same name.")
        self._refuse_rules_never_reached()
        return self

    def _refuse_rules_never_reached(self) -> None:
        seen: list[dict[str, object]] = []
        for rule in self.rules:
            when = rule.when.model_dump(exclude_none=True)
            if any(all(when.get(key) == value for key, value in earlier.items()) for earlier in seen):
                raise ValueError("A rule can never match, because an earlier one catches all that it would.")
            seen.append(when)

    def queue_slugs(self) -> set[str]:
        """Every queue that the policy can route to."""
        return {self.default.queue} | {rule.then.queue for rule in self.rules if rule.then.queue}
