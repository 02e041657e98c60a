"""The API's document, and the pages that show it."""

import json

import pytest
from django.urls import URLPattern, get_resolver

from escalations.records import shapes
from escalations.records.decision import DecisionBody
from escalations.records.intake import Submission
from tests.api import V1, Api, api_of, decided_by_api, handed_over, held

HIDDEN = {"openapi.json", "docs", ""}


@pytest.fixture
def document(db):
    answer = Api(None).get("openapi.json")
    assert answer.status_code == 200
    return json.loads(answer.content)


def operations(document):
    return [(path, method, one) for path, methods in document["paths"].items() for method, one in methods.items()]


def test_it_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_every_route_and_method_is_named(document):
    routes = next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/").url_patterns
    told = {(path, method) for path, method, _ in operations(document)}
    for route in routes:
        assert isinstance(route, URLPattern)
        if str(route.pattern) not in HIDDEN:
            path = f"{V1}/{route.pattern}".replace("<uuid:", "{").replace("<slug:", "{").replace("<str:", "{")
            methods = {name for name in ("get", "post", "put", "patch", "delete") if hasattr(route.callback.cls, name)}
            assert {(path.replace(">", "}"), method) for method in methods} <= told


def test_every_operation_has_an_id_of_its_own_a_summary_and_a_key(document):
    ids = [one["operationId"] for _, _, one in operations(document)]
    assert len(set(ids)) == len(ids)
    assert not [one for one in ids if one.endswith(("_retrieve", "_create", "_2"))]
    assert all(one["summary"] and one["security"] == [{"key": []}] for _, _, one in operations(document))


def test_every_operation_names_its_problems(document):
    for path, _, one in operations(document):
        codes = {"401", "403", "404", "422", "429"} | ({"400", "409", "413", "415"} if "requestBody" in one else set())
        assert codes <= one["responses"].keys(), path
        content = one["responses"]["422"]["content"]
        assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_every_reference_leads_somewhere(document):
    text = json.dumps(document)
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= document["components"]["schemas"].keys()


@pytest.mark.parametrize(("name", "record"), [("Submission", Submission), ("DecisionBody", DecisionBody)])
def test_bodies_are_told_as_they_are_validated(document, name, record):
    told = document["components"]["schemas"][name]
    assert told["properties"].keys() == record.model_fields.keys()
    assert set(told["required"]) == {name for name, field in record.model_fields.items() if field.is_required()}
    assert told["additionalProperties"] is False


def test_a_bare_string_is_an_input_too(document):
    options = document["components"]["schemas"]["Submission"]["properties"]["input"]["anyOf"]
    assert {"type": "string"} in options


def test_filters_are_told(document):
    named = {one["name"] for one in document["paths"][f"{V1}/escalations"]["get"]["parameters"]}
    expected = {"workflow", "queue", "status", "severity", "external_id", "updated_after", "cursor", "limit"}
    assert named == expected
    assert {"from", "to"} <= {one["name"] for one in document["paths"][f"{V1}/reports/sla"]["get"]["parameters"]}


def fits(shape, answer):
    """Whether an answer has its shape, no more and no less."""
    read = shape.model_validate_json(answer.content)
    return read.model_dump(mode="json", exclude_unset=True).keys() == answer.json().keys()


def test_answers_have_the_shapes_that_are_told(world):
    bot, cleo = api_of(world), api_of(world, "cleo")
    span = {"start": 0, "end": 3, "quote": "Yes", "category": "tone"}
    case = decided_by_api(world, "correct", answers={"spans": [span]})["escalation_id"]
    held(world, hold={"timeout_seconds": 600, "default": "reject"}, external_id="x")
    expected = {
        f"escalations/{case}": shapes.EscalationRecord,
        f"escalations/{handed_over(world)['id']}": shapes.EscalationRecord,
        f"escalations/{case}/events": shapes.EventPage,
        "escalations": shapes.EscalationPage,
        "decisions": shapes.DecisionPage,
        "datasets": shapes.DatasetPage,
        "datasets/all-corrections/releases": shapes.ReleasePage,
        "workflows/airline-support/policy": shapes.PolicyRecord,
        "nothing": shapes.Problem,
        "escalations?limit=0": shapes.Problem,
    }
    for path, shape in expected.items():
        assert fits(shape, (cleo if path.startswith(("datasets", "workflows")) else bot).get(path)), path


def test_answers_to_writes_have_them_too(world):
    bot, record = api_of(world), handed_over(world)
    lines = b'{}\n{"workflow":"airline-support","input":"a","output":"b","flags":[{"code":"c"}]}'
    assert fits(shapes.BatchAnswer, bot.post("escalations/batch", lines, kind="application/x-ndjson"))
    asked = {"escalation_id": record["id"], "output": "x"}
    assert fits(shapes.VerifyAnswer, bot.post("decisions/verify", asked))
    assert fits(shapes.EscalationRecord, api_of(world, "ada").put(f"escalations/{record['id']}/claim"))
    assert fits(shapes.ReleaseRecord, api_of(world, "cleo").post("datasets/all-corrections/releases"))


def test_the_pages_need_no_inline_script_or_style(db):
    page = Api(None).get("docs").content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert page.count("<script") == page.count("<script src=")


@pytest.mark.browser
def test_the_pages_list_the_operations_under_the_strict_policy(transactional_db, server, page):
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{server.url}{V1}/docs")
    page.locator(".opblock-summary-path").first.wait_for()
    assert page.locator(".opblock").count() >= 25
    assert page.get_by_text("Hand an output over", exact=True).is_visible()
    page.get_by_text("Hand an output over", exact=True).click()
    page.locator(".opblock-body").first.wait_for()
    assert [line for line in said if "Content Security Policy" in line or "Error" in line] == []
