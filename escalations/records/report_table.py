"""Reports as tables for a spreadsheet: plain rows, and cells that no spreadsheet takes for a formula."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from escalations.queries.reports import Attainment, FailuresReport, Rate, SlaReport, VolumeReport

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
RATE_HEADINGS = ["rate", "n", "low", "high"]


class _Echo:
    """A file that hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[list[Any]]) -> Iterator[str]:
    """CSV, a line at a time."""
    writer = csv.writer(_Echo())
    return (writer.writerow([neutral(cell) for cell in row]) for row in rows)


def neutral(cell: Any) -> Any:
    """A text that would start a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _rate(rate: Rate) -> list[Any]:
    low, high = rate.interval
    return ["" if rate.value is None else round(rate.value, 4), rate.n, round(low, 4), round(high, 4)]


def failures_table(report: FailuresReport) -> Iterator[list[Any]]:
    """Every breakdown of the failures report, one row per group."""
    yield ["by", "group", "cases", "failing", *RATE_HEADINGS]
    yield ["all", "", report.decided, report.failing.hits, *_rate(report.failing)]
    for code, n in report.categories:
        yield ["category", code, n, n, *_rate(Rate(n, report.decided))]
    breakdowns = {"workflow": report.by_workflow, "model": report.by_model, "prompt": report.by_prompt}
    for name, rows in breakdowns.items():
        for row in rows:
            yield [name, row.key, row.count, row.failing.hits, *_rate(row.failing)]
    for day, n, hits in report.by_day:
        yield ["day", str(day), n, hits, *_rate(Rate(hits, n))]


def sla_table(report: SlaReport) -> Iterator[list[Any]]:
    """Every breakdown of the deadline report, one row per group."""
    yield ["by", "group", "met", *RATE_HEADINGS]
    for name, one in (("claim", report.claim), ("decide", report.decide)):
        yield from _attainment(name, one)
    breakdowns = {"queue": report.by_queue, "severity": report.by_severity, "workflow": report.by_workflow}
    for name, rows in breakdowns.items():
        for key, rate in rows:
            yield [name, key, rate.hits, *_rate(rate)]
    for day, n, met in report.by_day:
        yield ["day", str(day), met, *_rate(Rate(met, n))]


def _attainment(name: str, one: Attainment) -> Iterator[list[Any]]:
    yield ["clock, by due time", name, one.by_due.hits, *_rate(one.by_due)]
    yield ["clock, by completion", name, one.by_completed.hits, *_rate(one.by_completed)]


def volume_table(report: VolumeReport) -> Iterator[list[Any]]:
    """Every breakdown of the volume report, one row per group."""
    yield ["by", "group", "received", "decided"]
    yield ["all", "", report.received, report.decided]
    breakdowns = {
        "workflow": report.by_workflow,
        "queue": report.by_queue,
        "severity": report.by_severity,
        "flag": report.by_flag,
    }
    for name, rows in breakdowns.items():
        for key, n in rows:
            yield [name, key, n, ""]
    for day, received, decided in report.by_day:
        yield ["day", str(day), received, decided]
