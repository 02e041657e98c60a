"""The demo cases are data that people read: every one must be whole, legal and different."""

import json
from pathlib import Path

import pytest

from escalations.actions.demo.cases import cases
from escalations.actions.demo.variations import repeat

DEMO = Path(__file__).parent.parent / "escalations" / "demo"
FILES = sorted((DEMO / "cases").glob("*.json"))
CASES = [case for path in FILES for case in json.loads(path.read_text(encoding="utf-8"))]
POLICIES = json.loads((DEMO / "policies.json").read_text(encoding="utf-8"))
CATEGORIES = {
    "hallucination",
    "overconfidence",
    "incomplete_reasoning",
    "missed_escalation",
    "policy_violation",
    "missing_context",
    "stale_or_wrong_source",
    "out_of_scope",
    "format_violation",
    "privacy_leak",
    "unsafe_action",
    "tone",
}

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["key"])
each_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy["slug"])


def categories_named_by(case):
    spans = case["decision"].get("spans", [])
    return {*case["decision"]["failure_categories"], *(span["category"] for span in spans)}


def test_every_workflow_has_at_least_eighteen_cases():
    assert {path.stem for path in FILES} == {policy["slug"] for policy in POLICIES}
    assert all(len(json.loads(path.read_text(encoding="utf-8"))) >= 18 for path in FILES)


def test_there_are_enough_cases_with_unique_keys():
    assert len({case["key"] for case in CASES}) == len(CASES) >= 108


def test_no_two_outputs_are_equal():
    assert len({case["escalation"]["output"] for case in CASES}) == len(CASES)


def test_every_category_is_used_at_least_five_times():
    used = [category for case in CASES for category in case["decision"]["failure_categories"]]
    assert all(used.count(category) >= 5 for category in CATEGORIES)


@each_case
def test_a_case_says_why_it_was_flagged(case):
    assert any(flag.get("detail") for flag in case["escalation"]["flags"])


@each_case
def test_a_case_leaves_workflow_identity_and_time_to_its_player(case):
    assert not case["escalation"].keys() & {"workflow", "external_id", "occurred_at"}


@each_case
def test_only_a_correction_has_an_output(case):
    decision = case["decision"]
    assert decision["verdict"] in {"approve", "correct", "reject"}
    assert ("output" in decision) == (decision["verdict"] == "correct")
    assert decision.get("output") != case["escalation"]["output"]


@each_case
def test_a_failed_output_names_category_and_reasoning(case):
    decision = case["decision"]
    failed = decision["verdict"] != "approve"
    assert bool(decision["failure_categories"]) == failed
    assert decision.get("reasoning") or not failed
    assert failed or not decision.get("spans")


@each_case
def test_categories_are_from_the_default_rubric(case):
    assert categories_named_by(case) <= CATEGORIES


@each_case
def test_spans_quote_the_output_exactly(case):
    output = case["escalation"]["output"]
    for span in case["decision"].get("spans", []):
        assert span["quote"] == output[span["start"] : span["end"]] != ""


@each_policy
def test_intake_never_routes_to_the_specialists(policy):
    targets = [rule["then"] for rule in policy["rules"]] + [policy["default"]]
    assert {target["queue"] for target in targets} <= {"support", "clinical", "editorial", "general"}
    assert {target["severity"] for target in targets} <= {"low", "normal", "high", "critical"}


@each_policy
def test_rules_ask_only_what_a_policy_can_see(policy):
    seen = {"flags", "severity", "confidence_below", "models", "prompts", "tools", "validation_failed", "metadata"}
    assert all(rule["when"] and rule["when"].keys() <= seen for rule in policy["rules"])


@each_case
def test_a_case_can_be_brought_by_others_in_other_words(case):
    written = next(one for one in cases() if one.key == case["key"])
    told = [written, *(repeat(written, nth) for nth in range(6))]
    inputs = [json.dumps(one.escalation["input"], ensure_ascii=False) for one in told]
    assert len(set(inputs)) >= 5
    for one in told:
        for span in one.answers.get("spans", []):
            assert span["quote"] == one.escalation["output"][span["start"] : span["end"]] != ""


@each_case
def test_every_word_that_may_change_stands_in_the_case(case):
    text = json.dumps([case["escalation"], case["decision"]], ensure_ascii=False)
    for group in case["vary"]:
        assert all(json.dumps(word, ensure_ascii=False)[1:-1] in text for word in group)
        assert len({len(others) for others in group.values()}) == 1
