"""GET /escalations and GET /escalations/{id}."""

from urllib.parse import quote

import pytest

from escalations.actions.keys import create_key
from tests.api import Api, all_of, api_of, decided_by_api, handed_over, held, is_problem, pointers_of
from tests.cast import NOON


@pytest.fixture
def bot(world):
    return api_of(world)


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [record["id"] for record in answer.json()["results"]]


def test_one_is_read_by_its_id(world, bot):
    record = handed_over(world)
    assert bot.get(f"escalations/{record['id']}").json() == record


@pytest.mark.parametrize("wait", ["0", "1", ""])
def test_a_read_may_wait(world, bot, wait):
    decision = decided_by_api(world)
    answer = bot.get(f"escalations/{decision['escalation_id']}?wait={wait or 0}")
    assert answer.json()["decision"]["id"] == decision["id"]


@pytest.mark.parametrize("wait", ["abc", "61", "-1"])
def test_a_wait_that_is_none_is_refused(world, bot, wait):
    assert pointers_of(bot.get(f"escalations/{handed_over(world)['id']}?wait={wait}")) == ["/wait"]


def test_a_decided_one_carries_its_decision(world, bot):
    decision = decided_by_api(world, "correct")
    record = bot.get(f"escalations/{decision['escalation_id']}").json()
    assert (record["status"], record["decision"]) == ("decided", decision)


def test_the_newest_comes_first(world, bot):
    made = [handed_over(world)["id"] for _ in range(3)]
    assert sorted(ids(bot.get("escalations"))) == sorted(made)
    assert bot.get("escalations").json()["next"] is None


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_paging_brings_everything_once(world, bot, limit):
    made = {handed_over(world)["id"] for _ in range(7)}
    found = [record["id"] for record in all_of(bot, f"escalations?limit={limit}")]
    assert len(found) == 7
    assert set(found) == made


def test_the_next_page_keeps_the_filters(world, bot):
    [handed_over(world, severity=one) for one in ("high", "low", "high")]
    first = bot.get("escalations?severity=high&limit=1&workflow=airline-support").json()
    assert first["next"].startswith("http://testserver/api/v1/escalations?")
    assert [record["severity"] for record in all_of(bot, first["next"])] == ["high"]


def test_what_comes_in_while_paging_does_not_shift_the_pages(world, bot):
    made = {handed_over(world)["id"] for _ in range(4)}
    page = bot.get("escalations?limit=2").json()
    handed_over(world)
    rest = all_of(bot, page["next"])
    assert {record["id"] for record in page["results"] + rest} == made


def test_more_than_a_page_holds_gives_a_full_page(world, bot):
    handed_over(world)
    assert len(ids(bot.get("escalations?limit=100000"))) == 1


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("status=waiting", 1),
        ("status=claimed", 1),
        ("status=decided", 0),
        ("workflow=airline-support", 2),
        ("workflow=nowhere", 0),
        ("queue=support", 2),
        ("queue=clinical", 0),
        ("severity=high", 1),
        ("external_id=m1", 1),
        ("external_id=m3", 0),
        ("status=&queue=&severity=&workflow=&external_id=&updated_after=&cursor=&limit=", 2),
        ("status=claimed&status=waiting", 1),
    ],
)
def test_filters_narrow_the_list(world, bot, asked, count):
    handed_over(world, external_id="m1", severity="high")
    held(world, external_id="m2")
    assert len(ids(bot.get(f"escalations?{asked}"))) == count


def test_what_was_updated_after_an_instant_is_found(world, bot):
    before, after = handed_over(world), handed_over(world)
    assert ids(bot.get(f"escalations?updated_after={before['updated_at']}")) == [after["id"]]
    api_of(world, "ada").put(f"escalations/{before['id']}/claim")
    assert ids(bot.get(f"escalations?updated_after={after['updated_at']}")) == [before["id"]]


@pytest.mark.parametrize("plus", ["+", "%2B"])
def test_an_offset_may_have_lost_its_plus_in_the_url(world, bot, plus):
    handed_over(world)
    assert len(ids(bot.get(f"escalations?updated_after=2020-01-01T00:00:00{plus}02:00"))) == 1


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=-1", "/limit"),
        ("limit=1e3", "/limit"),
        (f"limit={10**30}", "/limit"),
        ("limit=%D9%A1", "/limit"),
        ("cursor=garbage", "/cursor"),
        ("cursor=%00", "/cursor"),
        ("status=open", "/status"),
        ("severity=urgent", "/severity"),
        ("workflow=%00", "/workflow"),
        ("queue=a%20b", "/queue"),
        ("external_id=%ff%fe", "/external_id"),
        ("updated_after=yesterday", "/updated_after"),
        ("updated_after=2026-13-01T00:00:00Z", "/updated_after"),
        ("updated_after=0001-01-01T00:00:00Z", "/updated_after"),
        ("serverity=high", "/serverity"),
    ],
)
def test_a_filter_that_is_none_is_pointed_at(bot, asked, pointer):
    assert pointers_of(bot.get(f"escalations?{asked}")) == [pointer]


def test_a_key_sees_its_own_workflows_only(world):
    record = handed_over(world)
    other = Api(create_key(world.sender, workflows=[world.workflows["clinical-notes"]], now=NOON))
    assert ids(other.get("escalations")) == []
    assert is_problem(other.get(f"escalations/{record['id']}"), 404)


@pytest.mark.parametrize(("name", "count"), [("ada", 1), ("cleo", 1), ("mona", 1), ("otto", 1), ("mallory", 0)])
def test_people_see_what_they_may(world, name, count):
    record = handed_over(world)
    assert len(ids(api_of(world, name).get("escalations"))) == count
    assert api_of(world, name).get(f"escalations/{record['id']}").status_code == (200 if count else 404)


def test_hidden_and_missing_are_the_same(world):
    record = handed_over(world)
    missing = f"{record['id'][:-1]}{'0' if record['id'][-1] != '0' else '1'}"
    answers = [api_of(world, "mallory").get(f"escalations/{one}") for one in (record["id"], missing)]
    shown = [{**answer.json(), "request_id": ""} for answer in answers]
    assert shown[0] == shown[1]
    own = {name: answers[0][name] for name in ("Content-Length", "X-Request-ID")}
    assert dict(answers[0].headers) == dict(answers[1].headers) | own


@pytest.mark.parametrize("path", ["1", "garbage", quote("../etc/passwd"), "%00", "%ff", "x" * 3000])
def test_an_id_that_is_none_is_not_found(bot, path):
    assert is_problem(bot.get(f"escalations/{path}"), 404)


def test_the_token_of_a_claim_is_its_holders(world):
    record = held(world)
    shown = {
        name: api_of(world, name).get(f"escalations/{record['id']}").json()["claim"] for name in ("ada", "ben", "bot")
    }
    assert shown["ada"]["token"] == record["claim"]["token"]
    assert "token" not in shown["ben"] | shown["bot"]
    assert shown["bot"]["holder"] == {"id": str(world.ada.pk), "name": "Ada"}


def test_reading_needs_the_scope(world):
    key = create_key(world.sender, workflows=world.workflows.values(), scopes=["escalations:write"], now=NOON)
    assert is_problem(Api(key).get("escalations"), 403, "missing_scope")
