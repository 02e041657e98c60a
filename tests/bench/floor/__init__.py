"""The floor: one table, one DRF endpoint, token authentication, plain ORM. Throw-away; only the benchmarks run it."""
