"""GET /decisions."""

import pytest

from escalations.actions.keys import create_key
from tests.api import Api, all_of, api_of, decided_by_api, is_problem, pointers_of
from tests.cast import NOON


@pytest.fixture
def bot(world):
    return api_of(world)


def test_the_feed_is_in_the_order_of_deciding(world, bot):
    made = [decided_by_api(world) for _ in range(3)]
    page = bot.get("decisions").json()
    assert page["results"] == made
    assert page.keys() == {"results", "next"}


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_paging_brings_each_decision_once(world, bot, limit):
    made = [decided_by_api(world)["id"] for _ in range(4)]
    assert [one["id"] for one in all_of(bot, f"decisions?limit={limit}")] == made


def test_next_is_always_there_to_poll_on(world, bot):
    empty = bot.get("decisions").json()
    assert (empty["results"], empty["next"]) == ([], "http://testserver/api/v1/decisions?cursor=0")
    decision = decided_by_api(world)
    page = bot.get(empty["next"]).json()
    assert [one["id"] for one in page["results"]] == [decision["id"]]
    assert bot.get(page["next"]).json() == {"results": [], "next": page["next"]}


def test_next_keeps_the_limit(world, bot):
    [decided_by_api(world) for _ in range(3)]
    page = bot.get("decisions?limit=1").json()
    assert len(bot.get(page["next"]).json()["results"]) == 1


def test_an_overridden_decision_stays_in_its_place(world, bot):
    first = decided_by_api(world)
    api_of(world, "cleo").post(f"escalations/{first['escalation_id']}/reopenings", {"reason": "Look again."})
    assert bot.get("decisions").json()["results"] == [first]


def test_a_key_reads_its_own_workflows(world):
    decided_by_api(world)
    other = create_key(world.sender, workflows=[world.workflows["clinical-notes"]], now=NOON)
    assert Api(other).get("decisions").json()["results"] == []


@pytest.mark.parametrize(("name", "count"), [("ada", 1), ("otto", 1), ("olga", 1), ("mallory", 0)])
def test_people_read_what_they_may_see(world, name, count):
    decided_by_api(world)
    assert len(api_of(world, name).get("decisions").json()["results"]) == count


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ("cursor=x", "/cursor"),
        ("cursor=-1", "/cursor"),
        (f"cursor={2**63}", "/cursor"),
        ("limit=0", "/limit"),
        ("after=3", "/after"),
    ],
)
def test_a_cursor_that_is_none_is_pointed_at(bot, asked, pointer):
    assert pointers_of(bot.get(f"decisions?{asked}")) == [pointer]


def test_a_cursor_past_the_end_is_an_empty_page(bot):
    assert bot.get(f"decisions?cursor={2**63 - 1}").json()["results"] == []


def test_the_feed_needs_the_scope(world):
    key = create_key(world.sender, workflows=world.workflows.values(), scopes=["escalations:read"], now=NOON)
    assert is_problem(Api(key).get("decisions"), 403, "missing_scope")
