"""GET /datasets and everything below it."""

import json

import pytest

from escalations.actions.keys import create_key
from escalations.actions.release import build_release
from escalations.models import Dataset, Release
from escalations.rules.identifiers import uuid7
from tests.api import Api, api_of, decided_by_api, is_problem, pointers_of
from tests.cast import NOON

RELEASES = "datasets/all-corrections/releases"


@pytest.fixture
def cleo(world):
    return api_of(world, "cleo")


@pytest.fixture
def built(world, cleo):
    """A release with one example."""
    decided_by_api(world, "correct", output="38 euros", answers={"output": "55 euros \ud83d"})
    asked = cleo.post(RELEASES, {"note": "First"}).json()
    return build_release(asked["id"], now=NOON)


def test_the_datasets_are_listed_with_their_latest_release(cleo, built):
    expected = [{"slug": "all-corrections", "name": "All corrections", "latest": "1.0.0"}]
    assert cleo.get("datasets").json() == {"results": expected, "next": None}


def test_a_release_is_asked_for_and_told_where_it_will_be(cleo):
    answer = cleo.post(RELEASES, {"note": "First"})
    assert (answer.status_code, answer.json()["state"], answer.json()["note"]) == (202, "pending", "First")
    assert cleo.get(answer["Location"]).json() == answer.json()


def test_asking_again_while_it_is_built_finds_the_same_one(cleo):
    first, again = cleo.post(RELEASES), cleo.post(RELEASES, {})
    assert first.json()["id"] == again.json()["id"]
    assert Release.objects.count() == 1


def test_a_release_has_a_manifest(cleo, built):
    manifest = cleo.get(f"{RELEASES}/1.0.0").json()
    assert (manifest["version"], manifest["examples"], manifest["state"]) == ("1.0.0", 1, "built")
    assert manifest["files"][0]["format"] == "native"
    assert [one["version"] for one in cleo.get(RELEASES).json()["results"]] == ["1.0.0"]


def test_the_native_file_has_a_line_per_example(cleo, built):
    answer = cleo.get(f"{RELEASES}/1.0.0/file?format=native")
    lines = answer.getvalue().decode("utf-8").splitlines()
    assert [json.loads(line)["flawed_output"] for line in lines] == ["38 euros"]
    assert 'filename="all-corrections-1.0.0.jsonl"' in answer["Content-Disposition"]


def test_a_release_that_is_not_built_has_no_file(cleo):
    release = cleo.post(RELEASES).json()
    assert is_problem(cleo.get(f"{RELEASES}/{release['id']}/file"), 404)


@pytest.mark.parametrize("asked", ["format=nonsense", "format=%00", "format=a%20b", "kind=native"])
def test_a_format_that_is_none_is_pointed_at(cleo, built, asked):
    assert pointers_of(cleo.get(f"{RELEASES}/1.0.0/file?{asked}")) == ["/" + asked.split("=")[0]]


@pytest.mark.parametrize(
    "version", ["9.9.9", "1", "v1.0.0", "01.0.0", "1.0.0.0", "latest", "%00", "9" * 30 + ".0.0", "0" * 32, "-" * 36]
)
def test_a_version_that_is_none_is_not_found(cleo, built, version):
    assert is_problem(cleo.get(f"{RELEASES}/{version}"), 404)
    assert is_problem(cleo.get(f"{RELEASES}/{version}/file"), 404)


@pytest.mark.parametrize("note", [5, "x" * 4001, None])
def test_a_note_is_text(cleo, note):
    assert pointers_of(cleo.post(RELEASES, {"note": note})) == ["/note"]


@pytest.mark.parametrize(
    ("name", "reads", "builds"),
    [
        ("cleo", 200, 202),
        ("olga", 200, 202),
        ("admin", 200, 202),
        ("mona", 200, 403),
        ("otto", 200, 403),
        ("ada", 403, 403),
        ("mallory", 403, 403),
    ],
)
def test_who_reads_and_who_builds(world, name, reads, builds):
    assert api_of(world, name).get(RELEASES).status_code == reads
    assert api_of(world, name).post(RELEASES).status_code == builds


def test_a_key_needs_the_scopes(world):
    workflows = world.workflows.values()
    none, reader = (
        Api(create_key(world.sender, workflows=workflows, scopes=one, now=NOON)) for one in ([], ["datasets:read"])
    )
    assert is_problem(none.get("datasets"), 403, "missing_scope")
    assert reader.get("datasets").status_code == 200
    assert is_problem(reader.post(RELEASES), 403, "missing_scope")


def test_texts_of_workflows_that_are_not_ones_own_are_not_read(world, built):
    assert is_problem(api_of(world).get(f"{RELEASES}/1.0.0/file"), 403, "not_your_workflows")


def test_a_dataset_of_other_workflows_is_not_found(world):
    clinical = Dataset.objects.create(id=uuid7(NOON), slug="clinical", name="Clinical", salt=b"s" * 32, created_at=NOON)
    clinical.workflows.add(world.workflows["clinical-notes"])
    bot = api_of(world)
    assert [one["slug"] for one in bot.get("datasets").json()["results"]] == ["all-corrections"]
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/1.0.0"), ("GET", "/1.0.0/file")):
        hidden, missing = (bot.send(method, f"datasets/{slug}/releases{path}") for slug in ("clinical", "nowhere"))
        assert is_problem(hidden, 404)
        assert {**hidden.json(), "request_id": ""} == {**missing.json(), "request_id": ""}
