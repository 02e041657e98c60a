"""What people type, read into records; and kept, with each fault beside its field, when it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from escalations.errors import Fault, Invalid, Refusal
from escalations.models import Person, Queue, Skip
from escalations.queries.case import Case
from escalations.records.decision import DecisionBody
from escalations.records.strict import Record, read
from escalations.rules.text import display_text

LONGEST_REASON = 2000
LABELS = {
    "verdict": "Verdict",
    "output": "Corrected output",
    "failure_categories": "Failure category",
    "reasoning": "Reasoning",
    "severity": "Severity",
    "expected_behavior": "What it should have done",
    "username": "User name",
    "requests_per_second": "Requests per second",
    "password_again": "Password, again",
    "expires_on": "Expires on",
    "asked": "What the user asked",
    "said": "What the assistant said",
    "wrong": "What is wrong with it",
    "business_owner": "Business owner",
    "technical_owner": "Technical owner",
    "success": "It succeeds when",
    "is_active": "Disable",
}
LISTS = ("failure_categories", "scopes", "workflows", "queues")
SECRETS = ("password", "password_again")  # never sent back


@dataclass(frozen=True)
class Typed:
    """What stands in a form: typed before, or as it begins; and what was at fault."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, list[str]] = field(default_factory=dict)
    sentence: str = ""
    is_kept: bool = False

    @property
    def named_faults(self) -> list[tuple[str, str, str]]:
        """(field, its label, sentence) of each fault, for the summary above a form."""
        return [(name, LABELS.get(name, code_words(name)), one) for name, found in self.faults.items() for one in found]


def code_words(name: str) -> str:
    """A field's name as a label: `first_name` → `First name`."""
    return name.replace("_", " ").replace("-", " on ", 1).capitalize()


def lines(text: str) -> str:
    """Browsers send every line break as two characters; texts here have one."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decision_of(post: QueryDict) -> DecisionBody:
    """The decision form as a record. A field that the verdict does not ask for is not part of the answer."""
    verdict, token = post.get("verdict", ""), post.get("claim_token", "")
    if not verdict:
        raise Invalid("Nothing is decided yet.", faults=[Fault("/verdict", "missing", "Choose a verdict.")])
    answers: dict[str, Any] = {
        "verdict": verdict,
        "claim_token": int(token) if token.isdecimal() and len(token) < 10 else 0,
        "reasoning": lines(post.get("reasoning", "")),
        "expected_behavior": post.get("expected_behavior") or "answer",
        "severity": post.get("severity") or None,
    }
    if verdict == "correct":
        answers["output"] = lines(post.get("output", ""))
    if verdict != "approve":
        answers["failure_categories"] = post.getlist("failure_categories")
    return read(DecisionBody, answers)


def typed(post: QueryDict, refusal: Refusal) -> Typed:
    """A refused form, as it was sent."""
    answers: dict[str, Any] = {name: lines(value) for name, value in post.items() if name not in SECRETS}
    answers |= {name: post.getlist(name) for name in LISTS}
    faults: dict[str, list[str]] = {}
    for fault in refusal.faults:
        faults.setdefault(fault.pointer.split("/")[1] if fault.pointer else "", []).append(fault.detail)
    return Typed(answers, faults, refusal.detail, is_kept=True)


def form_of(record: type[Record], post: QueryDict) -> Record:
    """A form as the record of the same fields. Raises Invalid with every fault; what is not sent is empty."""
    names = record.model_fields
    return read(record, {name: post.getlist(name) if name in LISTS else lines(post.get(name, "")) for name in names})


def blank(case: Case) -> Typed:
    """The decision form as it begins: the output, ready to be corrected."""
    return Typed({"output": case.document["output"], "failure_categories": []})


def reason_of(post: QueryDict) -> str:
    """Why a case is opened again: a sentence, which PostgreSQL can store."""
    reason = display_text(lines(post.get("reason", ""))).strip()
    if not reason:
        raise Invalid("Say why it is opened again.", faults=[Fault("/reason", "missing", "Say why, in a sentence.")])
    if len(reason) > LONGEST_REASON:
        raise Invalid("The reason is too long.", faults=[Fault("/reason", "too_long", "Use fewer words.")])
    return reason


def skip_reason_of(post: QueryDict) -> str:
    """Why a case is passed over; without a choice, another reason."""
    reason = post.get("reason", "")
    return reason if reason in Skip.Reason.values else str(Skip.Reason.OTHER)


def queue_of(post: QueryDict) -> Queue:
    """The queue that was chosen."""
    found = Queue.objects.filter(slug=display_text(post.get("queue", ""))).select_related("lead").first()
    if found is None:
        raise Invalid("Choose a queue.", faults=[Fault("/queue", "missing", "Choose a queue.")])
    return found


def person_of(post: QueryDict) -> Person:
    """The person who was chosen."""
    found = Person.objects.filter(username=display_text(post.get("person", "")), is_active=True).first()
    if found is None:
        raise Invalid("Choose a person.", faults=[Fault("/person", "missing", "Choose a person.")])
    return found
