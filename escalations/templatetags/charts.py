"""Charts as SVG from the server, and the links from a number to its cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone

from escalations.models import FAILURE_CATEGORIES
from escalations.queries.reports import ReportFilters
from escalations.rules.routing import SEVERITIES
from escalations.templatetags.words import code, day

register = template.Library()
LEFT, RIGHT, TOP, BOTTOM = 36, 612, 16, 196  # of the drawing area, in a view box of 620 by 220
MOST_DAYS = 400
NICE = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """One day: a column for the whole and one for its part, in the view box."""

    x: float
    width: float
    y: float
    height: float
    part_x: float
    part_y: float
    part_height: float
    on: date
    counts: tuple[int, int]


@dataclass(frozen=True)
class DaysChart:
    """Columns per day with a scale and the first, middle and last day below."""

    bars: list[Bar]
    ticks: list[tuple[float, int]]
    days: list[tuple[float, str, str]]


@register.simple_tag
def days_chart(rows: Iterable[tuple[date, int, int]], filters: ReportFilters, *, pair: Any = None) -> DaysChart:
    """`rows` of (day, whole, part) as columns, days without any included; a pair stands side by side."""
    known = {one: (n, hits) for one, n, hits in rows}
    span = _days_of(filters)
    top, step = scale(max((max(values) for values in known.values()), default=0))
    width = (RIGHT - LEFT) / len(span)
    bars = [
        _bar(LEFT + at * width, width, counts=known.get(one, (0, 0)), top=top, pair=bool(pair), on=one)
        for at, one in enumerate(span)
    ]
    ticks = [(round(BOTTOM - (BOTTOM - TOP) * value / top, 1), value) for value in range(0, top + 1, step)]
    return DaysChart(bars, ticks, _marks(span, width))


def _days_of(filters: ReportFilters) -> list[date]:
    first, last = timezone.localdate(filters.since), timezone.localdate(filters.until - timedelta(microseconds=1))
    count = min(max((last - first).days + 1, 1), MOST_DAYS)
    return [last - timedelta(days=back) for back in reversed(range(count))]


def _marks(span: list[date], width: float) -> list[tuple[float, str, str]]:
    """The first, the middle and the last day, each at its place."""
    last, middle = len(span) - 1, len(span) // 2
    wanted = [(0, "start", 0.0), (middle, "middle", 0.5), (last, "end", 1.0)] if last > 1 else [(0, "start", 0.0)]
    return [(round(LEFT + (at + inset) * width, 1), anchor, day(span[at])) for at, anchor, inset in wanted]


def scale(most: int) -> tuple[int, int]:
    """(top of the axis, step between its marks) for a largest value: at most five steps of 1, 2 or 5 times ten."""
    power = 1
    while True:
        for nice in NICE:
            step = nice * power
            if most <= 5 * step:
                return max(-(-most // step), 1) * step, step
        power *= 10


def _bar(x: float, width: float, *, counts: tuple[int, int], top: int, pair: bool, on: date) -> Bar:
    whole, part = ((BOTTOM - TOP) * value / top for value in counts)
    gap = min(width * 0.2, 3)
    column = (width - gap) / (2 if pair else 1)
    left = x + gap / 2
    return Bar(
        x=round(left, 2),
        width=round(column, 2),
        y=round(BOTTOM - whole, 1),
        height=round(whole, 1),
        part_x=round(left + (column if pair else 0), 2),
        part_y=round(BOTTOM - part, 1),
        part_height=round(part, 1),
        on=on,
        counts=counts,
    )


@register.simple_tag(takes_context=True)
def behind(context: Context, **number: Any) -> str:
    """The address of the cases behind a number: the report's filters, changed and completed by the number's own."""
    filters = context["filters"]
    asked = {
        "from": filters.since.isoformat(),
        "to": filters.until.isoformat(),
        "workflow": filters.workflow,
        "queue": filters.queue,
        "severity": filters.severity,
    }
    asked |= number
    always = ("model", "prompt")
    return (
        reverse("report_cases")
        + "?"
        + urlencode({k: v for k, v in asked.items() if v or (k in always and k in number)})
    )


@register.simple_tag(takes_context=True)
def same_filters(context: Context) -> str:
    """The query string of the page, for another view of the same numbers."""
    query = context["request"].GET.urlencode()
    return f"?{query}" if query else ""


@register.filter
def category(name: str) -> str:
    """A failure category in words."""
    return FAILURE_CATEGORIES.get(name) or code(name)


@register.filter
def severest_first(rows: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Rows by severity, the most severe in front."""
    return sorted(rows, key=lambda row: -SEVERITIES.index(row[0]))


@register.filter
def share_of(n: int, most: int) -> float:
    """`n` as a part of 100 of the largest, for the width of a bar."""
    return round(100 * n / most, 1) if most else 0


@register.filter
def shown_day(at: Any) -> str:
    """The day of an instant, as a date field holds it."""
    return timezone.localtime(at).strftime("%Y-%m-%d")


@register.filter
def last_day(until: Any) -> str:
    """The last day before an instant that is not included."""
    return shown_day(until - timedelta(microseconds=1))


NUMBER_WORDS = {
    "verdict": {
        "failing": "corrected or rejected",
        "approve": "approved",
        "correct": "corrected",
        "reject": "rejected",
    },
    "clock": {"claim": "deadline to claim", "decide": "deadline to decide"},
    "outcome": {"met": "in time", "missed": "too late", "late": "late and still open"},
    "moment": {"received": "received"},
}


@register.filter
def number_words(number: dict[str, str]) -> str:
    """What a number counts, in words."""
    words = {"category": category, "flag": code, "model": lambda one: f"model {one or 'not given'}"}
    words["prompt"] = lambda one: f"prompt {one or 'not given'}"
    said = [
        NUMBER_WORDS[name].get(value, value) if name in NUMBER_WORDS else words[name](value)
        for name, value in number.items()
    ]
    return ", ".join(said) or "decided"


@register.simple_tag
def most_of(rows: Iterable[tuple[str, int]]) -> int:
    """The largest count of a breakdown."""
    return max((n for _, n in rows), default=0)
