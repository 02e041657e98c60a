"""GET /workflows/{slug}/policy."""

import pytest

from escalations.actions.policies import activate_policy
from tests.api import api_of, is_problem
from tests.cast import NOON, POLICY

PATH = "workflows/airline-support/policy"


@pytest.fixture
def bot(world):
    return api_of(world)


def test_the_standing_policy_comes_with_its_version(bot):
    answer = bot.get(PATH)
    shown = answer.json()
    assert (answer.status_code, answer["ETag"], shown["version"]) == (200, '"v1"', 1)
    assert {"workflow", "rules", "default", "targets", "escalate_flags", "sampling_rate"} <= shown.keys()


@pytest.mark.parametrize("known", ['"v1"', 'W/"v1"', '"v0", "v1"', "*"])
def test_who_has_it_already_gets_304(bot, known):
    answer = bot.get(PATH, If_None_Match=known)
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", '"v1"')


@pytest.mark.parametrize("known", ['"v11"', "v1", '"v2"', "", "garbage"])
def test_who_has_another_version_gets_it(bot, known):
    assert bot.get(PATH, If_None_Match=known).status_code == 200


def test_a_new_version_changes_the_etag(world, bot):
    activate_policy(world.workflows["airline-support"], document={**POLICY, "sampling_rate": 0.05}, by=None, now=NOON)
    answer = bot.get(PATH, If_None_Match='"v1"')
    assert (answer.status_code, answer["ETag"], answer.json()["sampling_rate"]) == (200, '"v2"', 0.05)


def test_a_workflow_without_a_policy_has_none_to_show(world, bot):
    workflow = world.workflows["airline-support"]
    workflow.policy = None
    workflow.save()
    assert is_problem(bot.get(PATH), 404)


@pytest.mark.parametrize("slug", ["clinical-notes", "nowhere", "a b", "%00"])
def test_anothers_workflow_is_as_one_that_does_not_exist(bot, slug):
    assert is_problem(bot.get(f"workflows/{slug}/policy"), 404)


@pytest.mark.parametrize(
    ("name", "status"), [("olga", 200), ("mona", 200), ("cleo", 200), ("ada", 404), ("mallory", 404)]
)
def test_people_see_the_policies_of_their_workflows(world, name, status):
    assert api_of(world, name).get(PATH).status_code == status
