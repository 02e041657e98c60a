"""One measurement: CPU milliseconds per request from the operating system, throughput from the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from reviewapp.embedded import Postgres
from tests.bench.cpu import cpu_seconds
from tests.bench.load import Request, run
from tests.bench.servers import Site

Make = Callable[[int], Request]


@dataclass
class Cost:
    """CPU milliseconds per unit in each run, and requests per second by connections."""

    name: str
    runs: list[float] = field(default_factory=list)
    per_second: dict[int, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return median(self.runs)

    def __str__(self) -> str:
        return f"{self.median:.2f} ms ({min(self.runs):.2f}–{max(self.runs):.2f})"


class Bench:
    """The product, the floor and PostgreSQL, and how to ask what a load costs."""

    def __init__(self, product: Site, floor: Site, postgres: Postgres) -> None:
        self.product, self.floor, self.postgres = product, floor, postgres

    def cpu_of(self, site: Site, action: Callable[[], object]) -> float:
        """CPU seconds that the site's processes and PostgreSQL spend while `action` runs."""
        roots = [site.process.pid, self.postgres.process.pid]
        before = cpu_seconds(roots)
        action()
        return cpu_seconds(roots) - before

    def run(self, cost: Cost, site: Site, make: Make, *, count: int, units: int = 1) -> None:
        """One run over one connection: adds CPU milliseconds per unit."""
        spent = self.cpu_of(site, lambda: run(site.url, make, count=count))
        cost.runs.append(spent / count / units * 1000)

    def throughput(self, cost: Cost, site: Site, make: Make, *, count: int) -> None:
        """Requests per second at 1, 8 and 32 connections."""
        for connections in (1, 8, 32):
            cost.per_second[connections] = run(site.url, make, count=count, connections=connections).per_second
