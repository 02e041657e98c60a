"""Numbers, times and codes in words."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django import template
from django.utils import timezone

from escalations.models import Event
from escalations.queries.case import SEE, UNDO
from escalations.queries.desk import MOST_COUNTED
from escalations.rules.text import code_words

register = template.Library()
MINUTE, HOUR, DAY = 60, 3600, 86400
SOON = timedelta(minutes=30)
STATUS_WORDS = {
    "waiting": "Waiting",
    "claimed": "Claimed",
    "paused": "Paused",
    "decided": "Decided",
    "withdrawn": "Withdrawn",
}
VERDICT_WORDS = {"approve": "Approved", "correct": "Corrected", "reject": "Rejected"}
EVENT_WORDS = {
    "submitted": "handed it over",
    "claimed": "claimed it",
    "claim_given_back": "gave it back",
    "claim_skipped": "skipped it",
    "claim_lapsed": "let the claim lapse",
    "assigned": "assigned it",
    "moved": "moved it to another queue",
    "owner_changed": "handed it to the queue's new lead",
    "breached": "passed without a decision",
    "reopened": "opened it again",
    "withdrawn": "withdrew it",
}
DECIDED_WORDS = {"approve": "approved it", "correct": "corrected it", "reject": "rejected it"}


@register.filter
def span(seconds: float | None) -> str:
    """A duration in the two units that matter: `18 min`, `3 h 20 min`, `2 days`."""
    if seconds is None:
        return "–"
    whole = int(abs(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        hours, minutes = whole // HOUR, whole % HOUR // MINUTE
        return f"{hours} h {minutes:02} min" if minutes and hours < 10 else f"{hours} h"
    days = whole // DAY
    return f"{days} day{'s' if days > 1 else ''}"


@register.filter
def due(at: datetime | None, now: datetime) -> str:
    """`Due in 18 min`, `Late by 2 h`."""
    if at is None:
        return "No deadline"
    left = (at - now).total_seconds()
    return f"Due in {span(left)}" if left >= 0 else f"Late by {span(left)}"


@register.filter
def urgency(at: datetime | None, now: datetime) -> str:
    """`late`, `soon` or nothing: how a deadline is marked."""
    if at is None:
        return ""
    return "late" if at < now else "soon" if at - now <= SOON else ""


@register.filter
def ago(at: datetime, now: datetime) -> str:
    """`12 min ago`."""
    return "just now" if (now - at).total_seconds() < MINUTE else f"{span((now - at).total_seconds())} ago"


@register.filter
def clock(at: datetime | None, now: datetime | None = None) -> str:
    """`10:42`, with the day where it is not today."""
    if at is None:
        return "–"
    local, today = timezone.localtime(at), timezone.localdate(now or timezone.now())
    return local.strftime("%H:%M") if local.date() == today else f"{local.day} {local.strftime('%b %Y, %H:%M')}"


@register.filter
def moment(text: str, now: datetime) -> str:
    """A sender's RFC 3339 time like `clock`; what is none, as it was given."""
    try:
        return clock(datetime.fromisoformat(text), now)
    except ValueError:
        return text


@register.filter
def day(at: Any) -> str:
    """`4 Mar 2026`."""
    return f"{at.day} {at.strftime('%b %Y')}"


@register.filter
def count(number: int | None) -> str:
    """A count with thousands apart; the bound of counting as `999+`."""
    if number is None:
        return "–"
    return f"{MOST_COUNTED - 1}+" if number == MOST_COUNTED else f"{number:,}"


@register.filter
def grouped(number: float | None) -> str:
    """A number with thousands apart; a dash where there is none."""
    return "–" if number in (None, "") else f"{number:,}"


@register.filter
def minutes(number: int) -> str:
    """A span given in minutes."""
    return span(number * MINUTE)


@register.filter
def with_page(path: str, number: int) -> str:
    """The same address, at another page."""
    parts = urlsplit(path)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "page"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("page", number)])))


@register.filter
def milliseconds(number: float) -> str:
    """`1.8 s`, `240 ms`."""
    return f"{number / 1000:.1f} s" if number >= 1000 else f"{number:.0f} ms"


@register.filter
def percent(share: float | None) -> str:
    """`34 %`; one decimal below ten."""
    if share is None:
        return "–"
    value = share * 100
    return f"{value:.1f} %" if 0 < value < 10 else f"{value:.0f} %"


@register.filter
def interval(pair: tuple[float, float]) -> str:
    """`31–37 %`."""
    return f"{pair[0] * 100:.0f}–{pair[1] * 100:.0f} %"


@register.filter
def code(text: str) -> str:
    """A code in words: `low_confidence` → `Low confidence`."""
    return code_words(str(text))


@register.filter
def status_word(status: str) -> str:
    return STATUS_WORDS.get(status, status)


@register.filter
def verdict_word(verdict: str) -> str:
    return VERDICT_WORDS.get(verdict, verdict)


@register.filter
def event_words(event: Event) -> str:
    """What happened, to be read behind a name."""
    if event.verb == "decided":
        return DECIDED_WORDS.get(event.facts.get("verdict", ""), "decided it")
    if event.verb == "breached":
        return "passed and nobody had decided" if event.facts.get("clock") != "claim" else "to claim it passed"
    return EVENT_WORDS.get(event.verb, code(event.verb).lower())


@register.filter
def undo_target(tags: str) -> str:
    """The id of the case that a message offers to take again."""
    return _tagged(tags, UNDO)


@register.filter
def see_target(tags: str) -> str:
    """The id of the case that a message offers to look at."""
    return _tagged(tags, SEE)


def _tagged(tags: str, prefix: str) -> str:
    return next((tag.removeprefix(prefix) for tag in (tags or "").split() if tag.startswith(prefix)), "")


@register.filter
def plural(number: int, forms: str) -> str:
    """`{{ n|plural:"case,cases" }}`."""
    one, many = forms.split(",")
    return one if number == 1 else many


@register.filter
def at_key(mapping: dict[str, Any], name: str) -> Any:
    """A dictionary's value by a name that is not known to the template."""
    return (mapping or {}).get(name)
