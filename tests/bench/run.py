"""`bin/bench`: what each hot path costs, beside a toy and plain SQL on the same servers in the same run.

CPU is user + system time of the web process tree and of PostgreSQL, from the operating system. Figures are medians of
the runs with their range; what counts are the ratios, because machines are noisy.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from reviewapp.state import VAR
from tests.bench.cpu import resident_bytes
from tests.bench.load import run
from tests.bench.measure import Bench, Cost
from tests.bench.servers import servers
from tests.bench.worlds import Client, item

RUNS = 3
FEW, MANY = 1_000, 100_000
MEGABYTE = 1024 * 1024
DECIDE = """
from django.db import transaction
from django.utils import timezone
from escalations.actions.claim import claim_next
from escalations.actions.decide import submit_review
from escalations.models import Person, Queue
from escalations.records.decision import DecisionBody
ada, queue = Person.objects.get(username="ada"), Queue.objects.get(slug="support")
for _ in range({chunks}):
    with transaction.atomic():
        for _ in range(500):
            claim = claim_next([queue], reviewer=ada, now=timezone.now())
            body = DecisionBody(verdict="correct", claim_token=claim.token, output="A certificate for each.",
                                failure_categories=["policy_violation"], reasoning="Not what the policy says.")
            submit_review(claim.escalation_id, body=body, reviewer=ada, now=timezone.now())
"""
EXPORT = """
import time
from escalations.models import Dataset
from escalations.queries.releases import latest_release
from escalations.records.manifest import exported
release = latest_release(Dataset.objects.get(slug="all-corrections"))
best = None
for _ in range(5):
    began = time.process_time()
    rows = sum(line.count(b"\\n") for line in exported(release, "native"))
    spent = (time.process_time() - began) / rows * 1_000_000
    best = spent if best is None else min(best, spent)
print(best)
"""


class Report:
    """Costs by name, and the ratios that are promised."""

    def __init__(self) -> None:
        self.costs: dict[str, Cost] = {}
        self.ratios: list[tuple[str, float, float]] = []
        self.figures: dict[str, float] = {}

    def cost(self, name: str) -> Cost:
        return self.costs.setdefault(name, Cost(name))

    def ratio(self, name: str, one: str, other: str, *, at_most: float) -> None:
        self.ratios.append((name, self.costs[one].median / self.costs[other].median, at_most))

    def figure(self, name: str, value: float, *, at_most: float) -> None:
        self.ratios.append((name, value, at_most))

    def show(self, console: Console) -> None:
        costs = Table("what", "CPU ms, median (range)", "1/s at 1", "at 8", "at 32", title="Costs")
        for one in self.costs.values():
            rates = [f"{one.per_second[n]:.0f}" if n in one.per_second else "" for n in (1, 8, 32)]
            costs.add_row(one.name, str(one), *rates)
        console.print(costs)
        ratios = Table("ratio", "measured", "promised at most", "", title="Ratios and figures")
        for name, value, at_most in self.ratios:
            ratios.add_row(name, f"{value:.2f}", f"{at_most:g}", "" if value <= at_most else "missed")
        console.print(ratios)

    def save(self, path: Path) -> None:
        costs = {name: {"runs": one.runs, "per_second": one.per_second} for name, one in self.costs.items()}
        ratios = [{"name": name, "measured": value, "at_most": most} for name, value, most in self.ratios]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"costs": costs, "ratios": ratios}, indent=1))


def reading(bench: Bench, client: Client, report: Report, waiting: int) -> None:
    """What claiming, deciding and reading cost with so many waiting."""
    session = client.sign_in("cleo")
    newest = client.call(client.get("/api/v1/escalations?limit=1")(0))["results"][0]["id"]
    label = f"{waiting:,} waiting"
    pages: dict[str, Callable] = {
        f"list page, {label}": client.page("/queues/support/", session),
        f"list through the API, {label}": client.get("/api/v1/escalations?limit=50"),
        f"case page, {label}": client.page(f"/escalations/{newest}/", session),
        f"failures report, {label}": client.get("/api/v1/reports/failures", "mona"),
        f"deadlines report, {label}": client.get("/api/v1/reports/sla", "mona"),
    }
    client.claim_and_decide(20)
    for _ in range(RUNS):
        spent = bench.cpu_of(bench.product, lambda: client.claim_and_decide(60))
        report.cost(f"claim + decide, {label}").runs.append(spent / 60 * 1000)
        for name, make in pages.items():
            bench.run(report.cost(name), bench.product, make, count=40)


def intake(bench: Bench, client: Client, report: Report) -> None:
    """Single intake and batch against the floor and plain SQL."""
    pairs = (
        ("intake", bench.product, client.intake, 400, 1),
        ("floor: insert", bench.floor, client.floor_insert, 400, 1),
        ("batch of 1,000, per row", bench.product, client.batch, 3, 1000),
        ("floor: bulk insert of 1,000, per row", bench.floor, client.floor_batch, 3, 1000),
        ("floor: claim", bench.floor, client.floor_claim, 200, 1),
    )
    for _, site, make, _, units in pairs:
        run(site.url, make, count=50 if units == 1 else 1)
    for _ in range(RUNS):
        for name, site, make, count, units in pairs:
            bench.run(report.cost(name), site, make, count=count, units=units)
        report.cost("plain SQL: insert").runs.append(plain_inserts(bench, 400))
    for name, site, make in (
        ("intake", bench.product, client.intake),
        ("floor: insert", bench.floor, client.floor_insert),
    ):
        bench.throughput(report.cost(name), site, make, count=400)


def plain_inserts(bench: Bench, count: int) -> float:
    """CPU milliseconds of PostgreSQL alone for one prepared insert into the toy's table."""
    statement = (
        "INSERT INTO floor_item (workflow, external_id, status, output, body, created_at) "
        "VALUES (%s, %s, 'waiting', %s, %s, now())"
    )
    with psycopg.connect(bench.postgres.url("reviewapp_runtime", "floor"), autocommit=True) as connection:

        def insert() -> None:
            for at in range(count):
                one = item(at)
                row = [one["workflow"], one["external_id"], one["output"], json.dumps(one["body"])]
                connection.execute(statement, row, prepare=True)

        return bench.cpu_of(bench.floor, insert) / count * 1000


def fill(client: Client, bench: Bench, waiting: int) -> None:
    """Hand over by batches until so many wait."""
    for _ in range(waiting // 1000):
        run(bench.product.url, client.batch, count=1)


def release(bench: Bench, report: Report) -> None:
    """Build a release of 10,000 corrections, and export it."""
    bench.product.manage("shell", code=DECIDE.format(chunks=20))
    code = "from django.core.management import call_command\nimport resource, sys\n"
    code += "call_command('build_release', 'all-corrections')\n"
    code += "used = resource.getrusage(resource.RUSAGE_SELF)\nprint(used.ru_utime + used.ru_stime)\n"
    built: list[str] = []
    spent = bench.cpu_of(bench.product, lambda: built.append(bench.product.manage("shell", code=code)))
    seconds = spent + float(built[0].splitlines()[-1])
    report.cost("release of 10,000, per example").runs.append(seconds / 10_000 * 1000)
    export = float(bench.product.manage("shell", code=EXPORT).splitlines()[-1])
    report.figure("CPU ms to export 1,000 examples as native", export, at_most=20)


def steps(bench: Bench, client: Client, report: Report) -> Iterator[str]:
    """The run, in order; yields what comes next."""
    yield f"{FEW:,} waiting"
    fill(client, bench, FEW)
    reading(bench, client, report, FEW)
    yield "intake and batch"
    intake(bench, client, report)
    report.figure("MB of memory, web with 2 workers", resident_bytes(bench.product.process.pid) / MEGABYTE, at_most=220)
    yield f"{MANY:,} waiting"
    fill(client, bench, MANY - FEW)
    reading(bench, client, report, MANY)
    yield "a release of 10,000"
    release(bench, report)


def promise(report: Report) -> None:
    """The ratios that a change must keep."""
    report.ratio("intake : floor's insert", "intake", "floor: insert", at_most=1.0)
    report.ratio(
        "batch : floor's bulk insert, per row",
        "batch of 1,000, per row",
        "floor: bulk insert of 1,000, per row",
        at_most=1.5,
    )
    few, many = f"{FEW:,} waiting", f"{MANY:,} waiting"
    report.ratio("claim + decide : floor's claim", f"claim + decide, {few}", "floor: claim", at_most=4)
    for what in ("claim + decide", "list page", "list through the API"):
        report.ratio(f"{what}: {MANY:,} : {FEW:,}", f"{what}, {many}", f"{what}, {few}", at_most=1.2)


def main() -> None:
    console, report = Console(width=120), Report()
    with servers() as (product, floor, postgres):
        bench, client = Bench(product, floor, postgres), Client(product, floor)
        for step in steps(bench, client, report):
            console.print(f"… {step}", style="dim")
    promise(report)
    report.show(console)
    report.save(VAR / "bench.json")


if __name__ == "__main__":
    sys.exit(main())
