"""Routing: the first rule that matches wins, and a policy never lowers what the sender said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalations.rules.routing import SEVERITIES, Facts, Route, highest, matches, route

DEFAULT = {"queue": "general", "severity": "normal"}
SEEN = Facts(
    flags=frozenset({"unsafe", "low_confidence"}),
    severity="high",
    confidence=0.4,
    model="m1",
    prompt="support-reply",
    tools=frozenset({"refund"}),
    validation_failed=True,
    metadata={"region": "eu", "tier": "gold"},
)
CONDITIONS = [
    ({}, True),
    ({"flags": ["unsafe"]}, True),
    ({"flags": ["tone", "unsafe"]}, True),
    ({"flags": ["tone"]}, False),
    ({"severity": ["high", "critical"]}, True),
    ({"severity": ["low"]}, False),
    ({"confidence_below": 0.41}, True),
    ({"confidence_below": 0.4}, False),
    ({"models": ["m1", "m2"]}, True),
    ({"models": ["m2"]}, False),
    ({"prompts": ["support-reply"]}, True),
    ({"prompts": ["other"]}, False),
    ({"tools": ["refund", "wire"]}, True),
    ({"tools": ["wire"]}, False),
    ({"validation_failed": True}, True),
    ({"metadata": {"region": ["eu", "us"]}}, True),
    ({"metadata": {"region": ["eu"], "tier": ["silver"]}}, False),
    ({"metadata": {"nothing": ["eu"]}}, False),
    ({"flags": ["unsafe"], "tools": ["refund"]}, True),
    ({"flags": ["unsafe"], "tools": ["wire"]}, False),
]

flag = st.sampled_from("abcd")
severity = st.sampled_from(SEVERITIES)
facts = st.builds(Facts, flags=st.frozensets(flag, min_size=1), severity=st.none() | severity)
a_rule = st.builds(
    lambda flags, queue, level: {"when": {"flags": flags}, "then": {"queue": queue, "severity": level}},
    st.lists(flag, min_size=1),
    st.sampled_from(["x", "y"]),
    severity,
)
rule_lists = st.lists(a_rule, max_size=6).map(lambda rules: [{**r, "name": str(i)} for i, r in enumerate(rules)])


def rule(name, when, **then):
    return {"name": name, "when": when, "then": then}


@pytest.mark.parametrize(("when", "expected"), CONDITIONS)
def test_a_rule_matches_when_every_condition_holds(when, expected):
    assert matches(when, SEEN) is expected


@pytest.mark.parametrize("when", [{"confidence_below": 1}, {"severity": list(SEVERITIES)}, {"validation_failed": True}])
def test_what_was_not_said_matches_nothing(when):
    assert not matches(when, Facts(flags=frozenset({"unsafe"})))


def test_the_first_rule_that_matches_wins():
    rules = [rule("no", {"flags": ["tone"]}, queue="a"), rule("yes", {}, queue="b"), rule("late", {}, queue="c")]
    assert route(rules, DEFAULT, SEEN) == Route("b", "high", "yes")


def test_without_a_matching_rule_the_default_holds():
    assert route([], DEFAULT, Facts(flags=frozenset({"x"}))) == Route("general", "normal", "")


def test_a_rule_without_a_queue_leaves_the_default_queue():
    assert route([rule("raise", {}, severity="critical")], DEFAULT, SEEN) == Route("general", "critical", "raise")


@pytest.mark.parametrize("level", SEVERITIES)
def test_the_highest_of_one_is_itself_and_nothing_counts_as_nothing(level):
    assert highest(level, None) == highest(None, level, "low") == level


@given(rule_lists, facts)
def test_severity_is_never_below_what_the_sender_said(rules, seen):
    found = route(rules, DEFAULT, seen)
    assert SEVERITIES.index(found.severity) >= SEVERITIES.index(seen.severity or DEFAULT["severity"])


@given(rule_lists, facts)
def test_the_rule_named_is_the_first_that_matches(rules, seen):
    hits = [one["name"] for one in rules if not seen.flags.isdisjoint(one["when"]["flags"])]
    assert route(rules, DEFAULT, seen).rule == (hits[0] if hits else "")


@given(rule_lists, rule_lists, facts)
def test_rules_after_a_match_change_nothing(rules, more, seen):
    found = route(rules, DEFAULT, seen)
    assert not found.rule or route(rules + more, DEFAULT, seen) == found
