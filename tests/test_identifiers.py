"""Identifiers: UUIDv7 as RFC 9562 has them."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from escalations.rules.identifiers import uuid7

instants = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(instants)
def test_version_and_variant_are_those_of_uuid7(now):
    made = uuid7(now)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


@given(instants)
def test_the_first_48_bits_are_the_milliseconds_of_the_instant(now):
    whole = now.replace(microsecond=now.microsecond // 1000 * 1000)
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=uuid7(now).int >> 80) == whole


@given(instants, st.integers(1, 10**9))
def test_ids_sort_by_the_instant_they_were_made(now, milliseconds):
    assert uuid7(now) < uuid7(now + timedelta(milliseconds=milliseconds))


def test_ids_of_one_instant_differ():
    now = datetime(2026, 3, 4, tzinfo=UTC)
    assert len({uuid7(now) for _ in range(1000)}) == 1000
