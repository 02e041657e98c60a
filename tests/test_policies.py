"""Versions of policies and rubrics: validated, numbered, never edited."""

import pytest

from escalations.actions.policies import activate_policy, activate_rubric
from escalations.errors import Invalid
from escalations.models import Workflow
from tests.cases import faults, submitted
from tests.cast import NOON, POLICY
from tests.threads import at_once


def activate(world, document, slug="airline-support"):
    return activate_policy(world.workflows[slug], document=document, by=world.olga, now=NOON)


def rule(name="r", when=None, **then):
    return {"name": name, "when": when or {"flags": ["x"]}, "then": then or {"queue": "clinical"}}


def test_a_new_version_holds_for_what_comes_after_it(world):
    before = submitted(world, flags=[{"code": "x"}])
    activate(world, {**POLICY, "rules": [rule()]})
    after = submitted(world, flags=[{"code": "x"}])
    assert [(one.queue.slug, one.policy.version) for one in (before, after)] == [("support", 1), ("clinical", 2)]
    assert faults() == []


TARGETS = POLICY["targets"]


@pytest.mark.parametrize(
    "change",
    [
        {"rules": [rule(queue="no-such")]},
        {"rules": [rule(), rule(when={"flags": ["y"]})]},
        {"rules": [rule(), rule("second", {"flags": ["x"], "severity": ["low"]})]},
        {"rules": [{"name": "r", "when": {}, "then": {}}]},
        {"rules": [rule(when={"surprise": 1})]},
        {"targets": {"low": TARGETS["low"]}},
        {"targets": {**TARGETS, "low": {"claim_minutes": 9, "decide_minutes": 8}}},
        {"sampling_rate": 1.5},
        {"surprise": 1},
    ],
)
def test_a_policy_that_is_not_whole_changes_nothing(world, change):
    with pytest.raises(Invalid):
        activate(world, {**POLICY, **change})
    assert Workflow.objects.get(slug="airline-support").policy.version == 1


@pytest.mark.django_db(transaction=True)
def test_versions_activated_at_once_are_numbered_one_after_the_other(world):
    workflow, category = world.workflows["airline-support"], [{"code": "tone", "name": "Tone"}]
    found = at_once(
        *[lambda: activate(world, POLICY), lambda: activate_rubric(workflow, categories=category, now=NOON)] * 3
    )
    assert sorted(one.version for one in found) == [2, 2, 3, 3, 4, 4]
    assert faults() == []
