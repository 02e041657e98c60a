"""CPU of one intake against the floor's insert: web process tree and PostgreSQL, from the operating system."""

import json
from dataclasses import dataclass
from statistics import median

from reviewapp.embedded import Postgres
from tests.bench.cpu import cpu_seconds
from tests.bench.load import run
from tests.bench.servers import Site, servers
from tests.bench.worlds import case, floor_body, key_of_product, token_of_floor

COUNT, RUNS, WARM_UP = 600, 5, 200


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds per request in each run."""

    runs: list[float]

    @property
    def median(self) -> float:
        return median(self.runs)

    def __str__(self) -> str:
        return f"{self.median:.2f} ms ({min(self.runs):.2f}–{max(self.runs):.2f})"


def measure(site: Site, postgres: Postgres, make, *, count: int = COUNT) -> float:
    """CPU milliseconds per request of one run."""
    roots = [site.process.pid, postgres.process.pid]
    before = cpu_seconds(roots)
    run(site.url, make, count=count)
    return (cpu_seconds(roots) - before) / count * 1000


def intake_against_floor(count: int = COUNT, runs: int = RUNS) -> tuple[Cost, Cost]:
    """(product, floor), runs taken in turns so that noise hits both."""
    with servers() as (product, floor, postgres):
        headers = {"Authorization": f"Bearer {key_of_product(product)}", "Content-Type": "application/json"}
        token = {"Authorization": f"Token {token_of_floor(floor)}", "Content-Type": "application/json"}
        number = iter(range(10_000_000))
        ours = lambda _: ("POST", "/api/v1/escalations", json.dumps(case(next(number))).encode(), headers)  # noqa: E731
        theirs = lambda _: ("POST", "/items", floor_body(next(number)), token)  # noqa: E731
        for site, make in ((product, ours), (floor, theirs)):
            run(site.url, make, count=WARM_UP)
        pairs = [
            (measure(product, postgres, ours, count=count), measure(floor, postgres, theirs, count=count))
            for _ in range(runs)
        ]
    return Cost([one for one, _ in pairs]), Cost([other for _, other in pairs])


if __name__ == "__main__":
    product_cost, floor_cost = intake_against_floor()
    print(f"intake {product_cost}; floor {floor_cost}; ratio {product_cost.median / floor_cost.median:.2f}")  # noqa: T201
