"""One intake, with every row it makes, must not cost much more than a toy that stores one row."""

import pytest

from tests.bench.intake import intake_against_floor

pytestmark = pytest.mark.slow


def test_an_intake_costs_at_most_one_and_a_half_times_a_toy_endpoint():
    product, floor = intake_against_floor(count=300, runs=3)
    assert product.median <= 1.5 * floor.median, f"intake {product}; floor {floor}"
