"""POST /escalations/{id}/decision."""

import hashlib

import pytest

from escalations.models import Decision, Review
from tests.api import all_of, api_of, decided_by_api, filled, handed_over, held, is_problem, pointers_of

RECORD = {
    *("id", "escalation_id", "verdict", "output", "output_sha256", "failure_categories", "reasoning", "severity"),
    *("expected_behavior", "spans", "decided_by", "decided_at", "sequence", "rubric_version", "policy_version"),
    "overrides",
}
ORIGINAL = "The fee is 38 euros \U0001f600 today."


def decide(world, record, kind="approve", name="ada", **changes):
    return api_of(world, name).post(f"escalations/{record['id']}/decision", filled(record, kind, **changes))


def span(start, end, quote, category="hallucination", **more):
    return {"start": start, "end": end, "quote": quote, "category": category, **more}


def test_an_approval_releases_the_original(world):
    answer = decide(world, held(world, output=ORIGINAL))
    assert answer.status_code == 201
    assert answer.json().keys() == RECORD
    assert answer.json()["output"] == ORIGINAL
    assert answer.json()["output_sha256"] == hashlib.sha256(ORIGINAL.encode()).hexdigest()


def test_a_correction_releases_the_corrected_text(world):
    record = decide(world, held(world), "correct", output="No.", expected_behavior="refuse", severity="high").json()
    expected = {"verdict": "correct", "output": "No.", "expected_behavior": "refuse", "severity": "high"}
    assert expected.items() <= record.items()
    assert record["decided_by"] == {"id": str(world.ada.pk), "name": "Ada"}
    assert (record["rubric_version"], record["policy_version"], record["overrides"]) == (1, 1, None)


def test_a_rejection_releases_nothing(world):
    record = decide(world, held(world), "reject").json()
    assert (record["output"], record["output_sha256"]) == (None, None)
    assert record["failure_categories"] == ["hallucination"]


def test_half_a_surrogate_pair_is_released_as_it_was_sent(world):
    assert decide(world, held(world, output="cut \ud83d\x00")).json()["output"] == "cut \ud83d\x00"


def test_spans_count_code_points_of_the_original(world):
    spans = [span(20, 21, "\U0001f600"), span(0, 3, "The", "tone", comment="why")]
    record = decide(world, held(world, output=ORIGINAL), "reject", spans=spans).json()
    assert record["spans"] == spans


@pytest.mark.parametrize(
    ("verdict", "changes", "pointers"),
    [
        ("approve", {"verdict": "accept"}, ["/verdict"]),
        ("approve", {"verdict": None}, ["/verdict"]),
        ("approve", {"claim_token": None}, ["/claim_token"]),
        ("approve", {"claim_token": "1"}, ["/claim_token"]),
        ("approve", {"claim_token": True}, ["/claim_token"]),
        ("approve", {"output": "x"}, ["/output"]),
        ("approve", {"expected_behavior": "guess"}, ["/expected_behavior"]),
        ("approve", {"severity": "urgent"}, ["/severity"]),
        ("approve", {"decided_by": "me"}, ["/decided_by"]),
        ("approve", {"failure_categories": ["nonsense"]}, ["/failure_categories/0"]),
        ("reject", {"output": "x"}, ["/output"]),
        ("reject", {"failure_categories": []}, ["/failure_categories"]),
        ("reject", {"failure_categories": None, "reasoning": None}, ["/failure_categories", "/reasoning"]),
        ("reject", {"reasoning": "  "}, ["/reasoning"]),
        ("reject", {"failure_categories": ["tone", "tone"]}, ["/failure_categories"]),
        ("reject", {"failure_categories": ["tone", "nonsense"]}, ["/failure_categories/1"]),
        ("correct", {"output": None}, ["/output"]),
        ("correct", {"output": " "}, ["/output"]),
        ("reject", {"spans": [span(0, 3, "the")]}, ["/spans/0/quote"]),
        ("reject", {"spans": [span(0, 99, "The")]}, ["/spans/0"]),
        ("reject", {"spans": [span(3, 3, "")]}, ["/spans/0"]),
        ("reject", {"spans": [span(-1, 3, "The")]}, ["/spans/0/start"]),
        ("reject", {"spans": [span(0, 3, "The", "nonsense")]}, ["/spans/0/category"]),
        ("reject", {"spans": [{"start": 0, "end": 3, "quote": "The"}]}, ["/spans/0/category"]),
    ],
)
def test_answers_that_do_not_fit_are_pointed_at_and_nothing_is_decided(world, verdict, changes, pointers):
    record = held(world, output=ORIGINAL)
    assert sorted(pointers_of(decide(world, record, verdict, **changes))) == pointers
    assert not Review.objects.exists()
    assert api_of(world, "ada").get(f"escalations/{record['id']}").json()["status"] == "claimed"


def test_the_same_submission_again_gives_the_first_answer(world):
    record = held(world)
    first, again = (decide(world, record, "correct") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again["Idempotent-Replayed"] == "true"
    assert Decision.objects.count() == 1


def test_another_submission_is_refused_with_the_standing_decision(world):
    record = held(world)
    decision = decide(world, record).json()
    refused = decide(world, record, "reject")
    assert is_problem(refused, 409, "already_decided")
    shown = refused.json()["decision"]
    assert shown == {name: decision[name] for name in ("id", "verdict", "decided_by")}


def test_a_stale_token_is_refused_with_the_holder(world):
    record = held(world)
    api_of(world, "ada").delete(f"escalations/{record['id']}/claim")
    api_of(world, "ben").put(f"escalations/{record['id']}/claim")
    refused = decide(world, record)
    assert is_problem(refused, 409, "stale_token")
    assert refused.json()["claim"]["holder"]["name"] == "Ben"
    assert "token" not in refused.json()["claim"]


def test_another_persons_token_does_not_help(world):
    assert is_problem(decide(world, held(world), name="ben"), 409, "stale_token")


def test_a_case_that_nobody_claimed_is_not_decided(world):
    record = handed_over(world) | {"claim": {"token": 0}}
    assert is_problem(decide(world, record), 409, "stale_token")


def test_a_decision_is_at_once_in_feed_reports_and_verify(world):
    decision = decide(world, held(world), "correct", output="No.").json()
    assert [one["id"] for one in api_of(world).get("decisions").json()["results"]] == [decision["id"]]
    categories = api_of(world, "mona").get("reports/failures").json()["categories"]
    assert [(row["category"], row["count"]) for row in categories] == [("hallucination", 1)]
    asked = {"escalation_id": decision["escalation_id"], "output": "No."}
    assert api_of(world).post("decisions/verify", asked).json()["status"] == "valid"


def test_an_override_names_the_decision_it_replaces(world):
    first = decided_by_api(world)
    path = f"escalations/{first['escalation_id']}"
    api_of(world, "cleo").post(f"{path}/reopenings", {"reason": "Look again."})
    record = api_of(world, "ben").put(f"{path}/claim").json()
    second = decide(world, record, "reject", "ben").json()
    assert (second["overrides"], second["sequence"] > first["sequence"]) == (first["id"], True)
    assert [one["id"] for one in all_of(api_of(world), "decisions")] == [first["id"], second["id"]]


@pytest.mark.parametrize(("name", "status"), [("bot", 403), ("olga", 403), ("otto", 403), ("mallory", 404)])
def test_who_does_not_review_does_not_decide(world, name, status):
    assert is_problem(decide(world, held(world), name=name), status)
    assert not Decision.objects.exists()
