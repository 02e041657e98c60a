"""A report's filters as they come in, and the reports as they leave."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from escalations.errors import Fault, Invalid
from escalations.queries.reports import (
    Attainment,
    FailuresReport,
    Rate,
    ReportFilters,
    Row,
    SlaReport,
    VolumeReport,
)
from escalations.records.intake import Level, read_instant
from escalations.records.strict import Identifier, read
from escalations.rules.ledger import instant

DAY = re.compile(r"^\d{4}-\d\d-\d\d\Z")
DEFAULT_PERIOD = timedelta(days=30)


def _moment(value: Any) -> datetime:
    """A day (its first instant in UTC) or an instant with an offset; a space stands for a plus lost in a URL."""
    if isinstance(value, str) and DAY.match(value):
        value += "T00:00:00Z"
    return read_instant(value.replace(" ", "+") if isinstance(value, str) else value)


Moment = Annotated[datetime, BeforeValidator(_moment)]


class ReportQuery(BaseModel):
    """`from` and `to` (a day counts whole), and the slugs that narrow a report."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
    workflow: Identifier | None = None
    queue: Identifier | None = None
    severity: Level | None = None


def report_filters(query: dict[str, str], *, now: datetime) -> ReportFilters:
    """The filters that a query string asks for; without `from` and `to`, the last 30 days. Raises Invalid."""
    given = {name: value for name, value in query.items() if value != ""}
    asked = read(ReportQuery, given)
    until = asked.until or now
    if asked.until and DAY.match(given["to"]):
        until += timedelta(days=1)
    since = asked.since or until - DEFAULT_PERIOD
    if since >= until:
        raise Invalid(
            "The period ends before it begins.", faults=[Fault("/from", "after_to", "Choose an earlier day.")]
        )
    return ReportFilters(since, until, asked.workflow or "", asked.queue or "", asked.severity or "")


def _rate(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    return {"rate": rate.value, "hits": rate.hits, "n": rate.n, "low": low, "high": high}


def _about(filters: ReportFilters) -> dict[str, Any]:
    narrowed = {"workflow": filters.workflow, "queue": filters.queue, "severity": filters.severity}
    period = {"from": instant(filters.since), "to": instant(filters.until), "time_zone": str(UTC)}
    return period | {name: value or None for name, value in narrowed.items()}


def _rows(name: str, rows: list[Row]) -> list[dict[str, Any]]:
    return [{name: row.key, "count": row.count, "failing": _rate(row.failing)} for row in rows]


def failures_record(report: FailuresReport, filters: ReportFilters) -> dict[str, Any]:
    """The failures report as it leaves."""
    return {
        **_about(filters),
        "decided": report.decided,
        "approved": report.approved,
        "corrected": report.corrected,
        "rejected": report.rejected,
        "failing": _rate(report.failing),
        "categories": [
            {"category": code, "count": n, "share": n / report.failing.hits if report.failing.hits else None}
            for code, n in report.categories
        ],
        "by_workflow": _rows("workflow", report.by_workflow),
        "by_model": _rows("model", report.by_model),
        "by_prompt": _rows("prompt", report.by_prompt),
        "by_day": [{"day": str(day), "decided": n, "failing": hits} for day, n, hits in report.by_day],
    }


def _attainment(one: Attainment) -> dict[str, Any]:
    return {
        "by_due": _rate(one.by_due) | {"met": one.met, "missed": one.missed, "running_late": one.running_late},
        "by_completed": _rate(one.by_completed),
        "open_now": {"running": one.open_running, "late": one.open_late},
        "seconds": vars(one.durations),
    }


def _rates(name: str, rates: list[tuple[str, Rate]]) -> list[dict[str, Any]]:
    return [{name: key, "by_due": _rate(rate)} for key, rate in rates]


def sla_record(report: SlaReport, filters: ReportFilters) -> dict[str, Any]:
    """The SLA report as it leaves."""
    return {
        **_about(filters),
        "claim": _attainment(report.claim),
        "decide": _attainment(report.decide),
        "by_queue": _rates("queue", report.by_queue),
        "by_severity": _rates("severity", report.by_severity),
        "by_workflow": _rates("workflow", report.by_workflow),
        "by_day": [{"day": str(day), "due": n, "met": met} for day, n, met in report.by_day],
    }


def volume_record(report: VolumeReport, filters: ReportFilters) -> dict[str, Any]:
    """The volume report as it leaves."""

    def counts(name: str, pairs: list[tuple[str, int]]) -> list[dict[str, Any]]:
        return [{name: key, "count": n} for key, n in pairs]

    return {
        **_about(filters),
        "received": report.received,
        "decided": report.decided,
        "decided_by_deadline": report.by_deadline,
        "withdrawn": report.withdrawn,
        "open_now": report.open_now,
        "by_day": [{"day": str(day), "received": got, "decided": done} for day, got, done in report.by_day],
        "by_workflow": counts("workflow", report.by_workflow),
        "by_queue": counts("queue", report.by_queue),
        "by_severity": counts("severity", report.by_severity),
        "by_flag": counts("flag", report.by_flag),
    }
