"""Versions of a release: what was added or retired is a minor step, what was corrected anew a patch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalations.rules.versions import changes, next_version

sets = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("12"))


@pytest.mark.parametrize(
    ("last", "before", "after", "expected"),
    [
        (None, {}, {}, (1, 0, 0)),
        (None, {}, {"a": "1"}, (1, 0, 0)),
        ((1, 0, 0), {"a": "1"}, {"a": "1", "b": "1"}, (1, 1, 0)),
        ((1, 2, 3), {"a": "1", "b": "1"}, {"a": "1"}, (1, 3, 0)),
        ((1, 2, 3), {"a": "1"}, {"b": "1"}, (1, 3, 0)),
        ((1, 2, 3), {"a": "1"}, {"a": "2"}, (1, 2, 4)),
        ((1, 2, 3), {"a": "1"}, {"a": "2", "b": "1"}, (1, 3, 0)),
        ((2, 0, 0), {"a": "1"}, {"a": "1"}, (2, 0, 1)),
    ],
)
def test_the_next_version_follows_from_what_changed(last, before, after, expected):
    assert next_version(last, before, after) == expected


@given(st.tuples(*[st.integers(1, 9)] * 3), sets, sets)
def test_a_version_is_always_later_than_the_last(last, before, after):
    assert next_version(last, before, after) > last


@given(sets, sets)
def test_changes_name_each_difference_once(before, after):
    found = changes(before, after)
    named = [one for ids in found.values() for one in ids]
    assert sorted(named) == sorted(one for one in before.keys() | after.keys() if before.get(one) != after.get(one))


def test_changes_tell_added_revised_and_retired_apart():
    told = changes({"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"})
    assert told == {"added": ["d"], "revised": ["b"], "retired": ["a"]}
