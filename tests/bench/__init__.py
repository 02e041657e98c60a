"""Benchmarks: ratios against a throw-away toy on the same servers in the same run, because machines are noisy."""
