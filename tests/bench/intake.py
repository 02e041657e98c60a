"""CPU of one intake against the floor's insert: web process tree and PostgreSQL, from the operating system."""

from tests.bench.load import run
from tests.bench.measure import Bench, Cost
from tests.bench.servers import servers
from tests.bench.worlds import Client

COUNT, RUNS, WARM_UP = 600, 5, 200


def intake_against_floor(count: int = COUNT, runs: int = RUNS) -> tuple[Cost, Cost]:
    """(product, floor), runs taken in turns so that noise hits both."""
    with servers() as (product, floor, postgres):
        client, bench = Client(product, floor), Bench(product, floor, postgres)
        ours, theirs = Cost("intake"), Cost("floor's insert")
        for site, make in ((product, client.intake), (floor, client.floor_insert)):
            run(site.url, make, count=WARM_UP)
        for _ in range(runs):
            bench.run(ours, product, client.intake, count=count)
            bench.run(theirs, floor, client.floor_insert, count=count)
    return ours, theirs


if __name__ == "__main__":
    product_cost, floor_cost = intake_against_floor()
    print(f"intake {product_cost}; floor {floor_cost}; ratio {product_cost.median / floor_cost.median:.2f}")  # noqa: T201
