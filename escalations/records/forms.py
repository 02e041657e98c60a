"""What people type on the settings and report pages: each field with a sentence of its own where it is at fault."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from escalations.models import ROLES, SCOPES, Severity
from escalations.records.strict import Incoming, read_id
from escalations.rules.text import display_text, text_bytes

MOST_PER_SECOND, MOST_CAPACITY = 100_000, 100
LONGEST_TEXT, LONGEST_COMPLAINT = 100_000, 4_000
OVERLAPS = {"0": "at once", "1": "for one hour", "24": "for one day", "168": "for one week", "720": "for 30 days"}
USERNAME = re.compile(r"[\w.@+-]{1,150}\Z")


def _text(missing: str, longest: int) -> BeforeValidator:
    """Text that can be stored, needed where `missing` says so."""

    def check(value: Any) -> str:
        text = display_text(str(value)).strip()
        if missing and not text:
            raise ValueError(missing)
        if len(text) > longest:
            raise ValueError(f"Use at most {longest:,} characters.")
        return text

    return BeforeValidator(check)


def _spoken(missing: str, longest: int) -> BeforeValidator:
    """Text of a conversation: kept as it is, but not empty."""

    def check(value: Any) -> str:
        if not str(value).strip():
            raise ValueError(missing)
        if len(str(value)) > longest:
            raise ValueError(f"Use at most {longest:,} characters.")
        return str(value)

    return BeforeValidator(check)


def _number(most: int) -> BeforeValidator:
    def check(value: Any) -> int:
        if str(value).isascii() and str(value).isdigit() and len(str(value)) < 10 and 1 <= int(value) <= most:
            return int(value)
        raise ValueError(f"This must be a whole number from 1 to {most:,}.")

    return BeforeValidator(check)


def _one_of(values: Any, sentence: str) -> BeforeValidator:
    def check(value: Any) -> str:
        if value not in values:
            raise ValueError(sentence)
        return str(value)

    return BeforeValidator(check)


def _some(sentence: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not value:
            raise ValueError(sentence)
        return value

    return check


def _day(value: Any) -> date | None:
    """A date as a browser sends it, or none."""
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        raise ValueError("This must be a date as in 2026-11-20.") from None


def _username(value: Any) -> str:
    if not USERNAME.match(str(value)):
        raise ValueError("Use 1 to 150 letters, digits and . @ + - _, without spaces.")
    return str(value)


Once = Annotated[UUID, BeforeValidator(read_id)]  # chosen when the form is shown: sent twice, it counts once
Day = Annotated[date | None, BeforeValidator(_day)]
Slugs = Annotated[list[str], Field(max_length=1000)]


class KeyForm(Incoming):
    """A new key of a sender."""

    workflows: Annotated[Slugs, BeforeValidator(_some("Choose at least one workflow."))]
    scopes: Annotated[list[str], BeforeValidator(_some("Choose at least one scope."))]
    requests_per_second: Annotated[int, _number(MOST_PER_SECOND)]
    expires_on: Day
    once: Once

    @field_validator("scopes")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        if set(value) - set(SCOPES):
            raise ValueError("A scope is not known.")
        return value


class SenderForm(KeyForm):
    """A new sender with its first key."""

    name: Annotated[str, _text("Give the sender a name.", 100)]


class RotationForm(Incoming):
    """A key that replaces another."""

    overlap: Annotated[str, _one_of(OVERLAPS, "Choose for how long the old key goes on.")]
    once: Once


class OnceForm(Incoming):
    """Something that is made once, however often it is asked for."""

    once: Once


class LimitForm(Incoming):
    limit: Annotated[int, _number(MOST_PER_SECOND)]


class CapacityForm(Incoming):
    capacity: Annotated[int, _number(MOST_CAPACITY)]


class PasswordForm(Incoming):
    """A password typed twice; without one, one is made."""

    password: Annotated[str, Field(max_length=1000)]
    password_again: str

    @field_validator("password_again")
    @classmethod
    def _same(cls, value: str, known: ValidationInfo) -> str:
        if value != known.data.get("password", value):
            raise ValueError("This is not the same as above.")
        return value


class RoleForm(Incoming):
    """A role, on some queues or workflows."""

    role: Annotated[str, _one_of(ROLES, "Choose a role.")]
    queues: Slugs
    workflows: Slugs

    @field_validator("queues")
    @classmethod
    def _has_queue(cls, value: list[str], known: ValidationInfo) -> list[str]:
        if not value and known.data.get("role") in ("reviewer", "lead"):
            raise ValueError("Choose at least one queue: this role works in queues.")
        return value

    @field_validator("workflows")
    @classmethod
    def _has_workflow(cls, value: list[str], known: ValidationInfo) -> list[str]:
        if not value and known.data.get("role") == "workflow_owner":
            raise ValueError("Choose at least one workflow to own.")
        return value


class PersonForm(RoleForm, PasswordForm, CapacityForm):
    """A new person."""

    username: Annotated[str, BeforeValidator(_username)]
    first_name: Annotated[str, _text("", 150)]
    last_name: Annotated[str, _text("", 150)]


class DescriptionForm(Incoming):
    """What a workflow is for, what success means, and who answers for it."""

    purpose: Annotated[str, _text("Say what the workflow is for.", 1_000)]
    success: Annotated[str, _text("Say what success means.", 4_000)]
    business_owner: Annotated[str, _text("Choose a person.", 150)]
    technical_owner: Annotated[str, _text("Choose a person.", 150)]


class ReportForm(Incoming):
    """A bad output that nobody flagged, as the person who met it tells of it."""

    workflow: Annotated[str, _text("Choose a workflow.", 50)]
    asked: Annotated[str, _spoken("Say what the user asked.", LONGEST_TEXT)]
    said: Annotated[str, _spoken("Paste what the assistant said.", LONGEST_TEXT)]
    wrong: Annotated[str, _spoken("Say what is wrong with it.", LONGEST_COMPLAINT)]
    severity: Annotated[str, _one_of(("", *Severity.values), "Choose one of these.")]
    once: Once

    def body(self) -> bytes:
        """The same as intake takes from a sender: one escalation with the flag `user_report`."""
        document = {
            "workflow": self.workflow,
            "external_id": f"report-{self.once}",
            "input": self.asked,
            "output": self.said,
            "flags": [{"code": "user_report", "detail": self.wrong}],
        }
        graded = {"severity": self.severity} if self.severity else {}
        return text_bytes(json.dumps({**document, **graded}, ensure_ascii=False))
