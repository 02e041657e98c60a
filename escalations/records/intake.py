"""The body of `POST /escalations`: one output handed over, as the contract has it."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from escalations.records.strict import Identifier, Incoming
from escalations.rules.routing import Facts
from escalations.rules.text import display_text, shorten

RFC3339 = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\Z")
MOST_MESSAGES = 1000
PLAUSIBLE_YEARS = range(1970, 2200)
Level = Literal["low", "normal", "high", "critical"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Count = Annotated[int, Field(ge=0, le=2**53)]
Amount = Annotated[float, Field(ge=0)]


def read_instant(value: Any) -> datetime:
    """Text in RFC 3339 with an offset, as a datetime."""
    if isinstance(value, str) and RFC3339.match(value):
        try:
            found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.upper()))
        except ValueError:
            found = None
        if found and found.year in PLAUSIBLE_YEARS:
            return found
    raise ValueError("This must be a time as in 2026-11-20T10:15:00Z.")


def _conversation(value: Any) -> Any:
    """A bare string is one user message."""
    return {"messages": [{"role": "user", "content": value}]} if isinstance(value, str) else value


def _content(value: Any) -> Any:
    """A message's content is text, nothing, or a list of parts."""
    if value is None or isinstance(value, str | list):
        return value
    raise ValueError("This must be text, null or a list of parts.")


Instant = Annotated[datetime, BeforeValidator(read_instant)]


class Message(Incoming):
    role: Literal["system", "user", "assistant", "tool", "developer"]
    content: Annotated[Any, BeforeValidator(_content)] = None
    name: Name | None = None
    tool_call_id: Name | None = None
    tool_calls: Any = None


class Input(Incoming):
    messages: list[Message] = Field(min_length=1, max_length=MOST_MESSAGES)


class Source(Incoming):
    text: str
    title: str | None = None
    uri: str | None = None
    score: float | None = None


class ToolCall(Incoming):
    name: Name
    arguments: Any = None
    result: Any = None
    error: str | None = None


class Flag(Incoming):
    code: Identifier
    detector: Name | None = None
    detector_version: Name | None = None
    score: float | None = None
    detail: str | None = None


class Model(Incoming):
    name: Name
    provider: Name | None = None
    version: Name | None = None


class Prompt(Incoming):
    id: Name | None = None
    version: Name | None = None


class Usage(Incoming):
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cost_usd: Amount | None = None
    latency_ms: Amount | None = None


class Trace(Incoming):
    trace_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None
    span_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = None
    url: Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\x00-\x20]+$")] | None = None
    attributes: Any = None


class Hold(Incoming):
    timeout_seconds: int = Field(ge=5, le=604_800)
    default: Literal["approve", "reject"]
    fallback_output: str | None = None


class Submission(Incoming):
    """One flagged output. Text of the model is kept as it is; identifiers are plain."""

    workflow: Identifier
    input: Annotated[Input, BeforeValidator(_conversation, json_schema_input_type=Input | str)]
    output: str
    flags: list[Flag] = Field(min_length=1, max_length=100)
    external_id: Identifier | None = None
    conversation: Identifier | None = None
    occurred_at: Instant | None = None
    tools: Any = None
    context: list[Source] | None = Field(default=None, max_length=1000)
    tool_calls: list[ToolCall] | None = Field(default=None, max_length=1000)
    confidence: float | None = Field(default=None, ge=0, le=1)
    severity: Level | None = None
    model: Model | None = None
    prompt: Prompt | None = None
    usage: Usage | None = None
    validation_failures: list[str] | None = Field(default=None, max_length=1000)
    trace: Trace | None = None
    subject: Identifier | None = None
    hold: Hold | None = None
    metadata: dict[str, str] | None = Field(default=None, max_length=200)

    def facts(self) -> Facts:
        """What the policy's rules look at."""
        return Facts(
            flags=frozenset(flag.code for flag in self.flags),
            severity=self.severity,
            confidence=self.confidence,
            model=self.model.name if self.model else "",
            prompt=(self.prompt.id or "") if self.prompt else "",
            tools=frozenset(call.name for call in self.tool_calls or ()),
            validation_failed=bool(self.validation_failures),
            metadata=self.metadata or {},
        )

    def title(self) -> str:
        """A title a person would give it: a flag's detail, else the first words of the last user turn."""
        detail = next((flag.detail for flag in self.flags if flag.detail), None)
        return shorten(detail or self._last_asked() or self.output, 100) or "Without words"

    def _last_asked(self) -> str:
        asked = (one.content for one in reversed(self.input.messages) if one.role == "user")
        return next((text for text in asked if isinstance(text, str) and text.strip()), "")

    def shown_flags(self) -> list[dict[str, Any]]:
        """The flags for lists and records, with text that can be stored."""
        shown = (flag.model_dump(exclude_none=True) for flag in self.flags)
        return [{k: display_text(v) if isinstance(v, str) else v for k, v in flag.items()} for flag in shown]

    def model_name(self) -> str:
        """`name version` of the model, as reports name it; cut where both are very long."""
        parts = (self.model.name, self.model.version) if self.model else ()
        return shorten(" ".join(part for part in parts if part), 200)

    def prompt_name(self) -> str:
        """`id version` of the prompt, as reports name it; cut where both are very long."""
        parts = (self.prompt.id, self.prompt.version) if self.prompt else ()
        return shorten(" ".join(part for part in parts if part), 200)
