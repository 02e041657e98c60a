"""A dataset's releases: one example per input, immutable versions, the same bytes every time."""

import hashlib
import json

import pytest

from escalations.actions import release as building
from escalations.actions.release import build_release, fail_release, request_release, standing_version
from escalations.actions.reopen import reopen_escalation
from escalations.models import Example, Release
from escalations.queries.releases import chosen_members
from escalations.records.manifest import native_file
from tests.cases import PLAIN, decided, decided_again
from tests.cast import NOON


def build(world):
    release = request_release(world.dataset, requested_by="system", note="", now=NOON)
    return build_release(release.pk, now=NOON)


def corrected(world, question, answer="No.", **changes):
    return decided(world, "correct", input=question, answers={"output": answer}, **changes)


def lines(release):
    return [json.loads(line) for line in native_file(release)]


def test_the_first_release_holds_each_correction_and_nothing_else(world):
    decided(world), decided(world, "reject")
    decision = corrected(world, "May I?")
    (example,) = lines(build(world))
    assert (example["escalation_id"], example["decision_id"]) == (str(decision.escalation_id), str(decision.pk))
    assert (example["flawed_output"], example["corrected_output"]) == (PLAIN["output"], "No.")
    assert example["messages"] == [{"role": "user", "content": "May I?"}]
    assert example["dataset_version"] == "1.0.0"


def test_a_release_of_nothing_is_a_release(world):
    release = build(world)
    assert (release.version, lines(release), release.manifest["examples"]) == ("1.0.0", [], 0)


def test_the_manifest_counts_and_hashes_the_file(world):
    corrected(world, "a"), corrected(world, "b")
    release = build(world)
    told, raw = release.manifest["files"][0], b"".join(native_file(release))
    assert (told["rows"], told["bytes"], told["sha256"]) == (2, len(raw), hashlib.sha256(raw).hexdigest())
    assert release.manifest["changes"]["added"] == sorted(one["example_id"] for one in lines(release))


def test_cases_with_the_same_input_are_one_example_that_lists_the_others(world):
    first, last = corrected(world, "a", "Old."), corrected(world, "a", "New.")
    release = build(world)
    (example,) = lines(release)
    assert (example["corrected_output"], example["duplicates_of"]) == ("New.", [str(first.escalation_id)])
    assert (release.manifest["corrections"], release.manifest["dedup"]["dropped"]) == (2, 1)
    assert example["escalation_id"] == str(last.escalation_id)


def test_the_highest_severity_wins_over_the_latest(world):
    corrected(world, "a", "Grave.", severity="critical")
    corrected(world, "a", "Later.", severity="low")
    assert [one["corrected_output"] for one in lines(build(world))] == ["Grave."]


@pytest.mark.parametrize("changes", [{"context": [{"text": "x"}]}, {"tools": [{"name": "x"}]}, {"input": "b"}])
def test_another_context_tools_or_question_is_another_example(world, changes):
    corrected(world, "a")
    decided(world, "correct", **{"input": "a", **changes})
    assert len(lines(build(world))) == 2


def test_a_bare_question_and_the_same_as_a_message_are_one_example(world):
    corrected(world, "a"), corrected(world, {"messages": [{"role": "user", "content": "a"}]})
    assert len(lines(build(world))) == 1


def test_an_unchanged_dataset_makes_no_release(world):
    corrected(world, "a")
    first = build(world)
    decided(world)
    again = build(world)
    assert (again.state, again.version, standing_version(again)) == ("unchanged", "", "1.0.0")
    assert Release.objects.filter(state="built").get() == first


def test_added_and_retired_examples_are_minor_steps_and_revisions_patches(world):
    decision, versions = corrected(world, "a"), [build(world).version]
    corrected(world, "b")
    versions.append(build(world).version)
    revised = decided_again(world, decision, "correct", output="Better.")
    versions.append(build(world).version)
    decided_again(world, revised, "approve")
    versions.append(build(world).version)
    assert versions == ["1.0.0", "1.1.0", "1.1.1", "1.2.0"]


def test_an_override_revises_exactly_that_example(world):
    decision, other = corrected(world, "a"), corrected(world, "b")
    before = {one["decision_id"]: one for one in lines(build(world))}
    override = decided_again(world, decision, "correct", output="Better.")
    release = build(world)
    after = {one["decision_id"]: one for one in lines(release)}
    assert after[str(other.pk)]["content_sha256"] == before[str(other.pk)]["content_sha256"]
    assert after[str(override.pk)]["corrected_output"] == "Better."
    assert release.manifest["changes"]["revised"] == [after[str(override.pk)]["example_id"]]


def test_an_opened_case_keeps_its_example_until_it_is_decided_anew(world):
    decision = corrected(world, "a")
    build(world)
    reopen_escalation(decision.escalation_id, lead=world.cleo, reason="", now=NOON)
    assert build(world).state == "unchanged"


def test_an_old_release_stays_byte_for_byte_what_it_was(world):
    decision = corrected(world, "a")
    first = build(world)
    raw = b"".join(native_file(first))
    decided_again(world, decision, "correct", output="Better.")
    build(world)
    assert b"".join(native_file(Release.objects.get(pk=first.pk))) == raw


def test_a_correction_overridden_while_the_build_runs_still_counts(world):
    decision = corrected(world, "a")
    build(world)
    decided_again(world, decision, "approve")
    (member,) = chosen_members(world.dataset, through_sequence=decision.sequence)
    assert member.example_id == Example.objects.get().example_id


def test_half_a_surrogate_pair_and_nul_leave_as_escapes(world):
    corrected(world, "a\ud800", "No \udfff\x00 é", output="Yes \ud800")
    (raw,) = native_file(build(world))
    assert b"\\ud800" in raw
    assert b"\\udfff\\u0000 \xc3\xa9" in raw
    example = json.loads(raw.decode())
    assert (example["flawed_output"], example["corrected_output"]) == ("Yes \ud800", "No \udfff\x00 é")


def test_text_that_looks_like_an_escape_stays_what_it_was(world):
    corrected(world, "a", "\\ud800 and \\\\ and \\")
    assert lines(build(world))[0]["corrected_output"] == "\\ud800 and \\\\ and \\"


def test_a_reviewer_has_a_pseudonym_within_the_dataset(world):
    corrected(world, "a"), corrected(world, "b"), corrected(world, "c", by="ben")
    raw = b"".join(native_file(build(world)))
    names = [json.loads(line)["reviewer"] for line in raw.splitlines()]
    assert len(set(names)) == 2
    assert str(world.ada.pk).encode() not in raw


def test_a_dataset_of_one_workflow_takes_no_others(world):
    world.dataset.workflows.add(world.workflows["clinical-notes"])
    corrected(world, "a")
    assert lines(build(world)) == []


def test_a_request_while_one_is_under_way_is_that_one(world):
    first, second = (request_release(world.dataset, requested_by="system", note="", now=NOON) for _ in range(2))
    assert first == second


def test_a_build_that_ran_is_not_run_again(world):
    release = build(world)
    assert build_release(release.pk, now=NOON).built_at == release.built_at


def test_a_build_that_was_killed_goes_on_where_it_stopped(world):
    corrected(world, "a"), corrected(world, "b")
    release = request_release(world.dataset, requested_by="system", note="", now=NOON)
    through = building._begin(release)
    list(building.compile_corrections(world.dataset, through_sequence=through, now=NOON))
    assert (Release.objects.get().state, Example.objects.count()) == ("building", 2)
    assert len(lines(build_release(release.pk, now=NOON))) == 2
    assert Example.objects.count() == 2


def test_a_failed_build_says_so_and_the_next_may_start(world):
    release = request_release(world.dataset, requested_by="system", note="", now=NOON)
    fail_release(release.pk, reason="Out of paper.")
    assert Release.objects.get().failure == "Out of paper."
    assert build(world).version == "1.0.0"
