"""The formats of a release: the same examples in each, the same bytes every time, nothing executed, nothing leaked."""

import hashlib
import io
import json
import subprocess
import zipfile

import pytest

from escalations.actions.release import build_release, request_release
from escalations.records.formats import FORMATS
from escalations.records.formats.inspect_ai import sample
from escalations.records.formats.promptfoo import test_of as promptfoo_test_of
from escalations.records.formats.rubric import rubric_of, rubric_text
from escalations.records.formats.shape import CHUNK
from escalations.records.formats.turns import ToolCalls, text_of, with_context
from escalations.records.manifest import exported, native_file
from tests.api import api_of
from tests.cases import decided, decided_again
from tests.cast import NOON
from tests.examples import FLAW, HOSTILE, OPAQUE, example, examples_of, hostile_examples

each_format = pytest.mark.parametrize("name", FORMATS)
each_hostile = pytest.mark.parametrize("example", hostile_examples(), ids=lambda one: ascii(one["reasoning"])[:20])
ROWS = {  # format: (file inside the zip, where the id is, where the input is)
    "native": (None, lambda row: row["example_id"], lambda row: row["messages"]),
    "inspect": (None, lambda row: row["id"], lambda row: row["input"]),
    "promptfoo": ("tests.jsonl", lambda row: row["metadata"]["id"], lambda row: row["vars"]["case"]["messages"]),
}


def unpacked(raw):
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {one.filename: archive.read(one) for one in archive.infolist()}


def rows_of(name, raw):
    inside = ROWS[name][0]
    text = (unpacked(raw)[inside] if inside else raw).decode("utf-8")
    assert text.splitlines() == text.split("\n")[:-1]  # however a reader tells lines apart
    return [json.loads(line) for line in text.splitlines()]


def written(name, made):
    return b"".join(FORMATS[name].write(examples_of(made)))


def texts_in(value):
    """Every string that is no key."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [text for one in inner for text in texts_in(one)]
    return [value] if isinstance(value, str) else []


@pytest.fixture
def release(world):
    """Three corrections, one of them revised, two of the same input."""
    for question in ("a", "b", "a"):
        decided(world, "correct", input=question)
    decided_again(world, decided(world, "correct", input="c"), "correct", output="Better \ud800.")
    pending = request_release(world.dataset, requested_by="system", note="", now=NOON)
    return build_release(pending.pk, now=NOON)


@each_format
def test_a_format_holds_exactly_the_examples_of_native(release, name):
    ids = [json.loads(line)["example_id"] for line in native_file(release)]
    rows = rows_of(name, b"".join(exported(release, name)))
    assert [ROWS[name][1](row) for row in rows] == ids == sorted(ids)
    assert len(ids) == 3


@each_format
def test_a_format_is_the_same_bytes_every_time(release, name):
    assert b"".join(exported(release, name)) == b"".join(exported(release, name))


@each_format
def test_the_manifest_tells_a_formats_hash_size_rows_and_what_it_cannot_carry(release, name):
    (told,) = (one for one in release.manifest["files"] if one["format"] == name)
    raw = b"".join(exported(release, name))
    assert (told["sha256"], told["bytes"]) == (hashlib.sha256(raw).hexdigest(), len(raw))
    assert (told["rows"], told["not_carried"]) == (3, list(FORMATS[name].not_carried))


def test_the_manifest_tells_of_each_file_in_a_zip(release):
    (told,) = (one for one in release.manifest["files"] if one["format"] == "promptfoo")
    files = unpacked(b"".join(exported(release, "promptfoo")))
    assert {one["name"]: (one["sha256"], one["bytes"]) for one in told["files"]} == {
        name: (hashlib.sha256(raw).hexdigest(), len(raw)) for name, raw in files.items()
    }
    assert [one.get("rows") for one in told["files"]] == [None, 3]


@each_format
def test_the_api_and_the_page_offer_a_format(client, world, release, name):
    raw = b"".join(exported(release, name))
    by_api = api_of(world, "cleo").get(f"datasets/all-corrections/releases/1.0.0/file?format={name}")
    client.force_login(world.cleo)
    path = f"/datasets/all-corrections/releases/1.0.0/{name}"
    assert path in client.get("/datasets/all-corrections/").content.decode()
    by_page = client.get(path)
    for answer in (by_api, by_page):
        assert answer.getvalue() == raw
        assert f'filename="all-corrections-1.0.0.{FORMATS[name].suffix}"' in answer["Content-Disposition"]


def test_a_page_does_not_find_a_format_that_is_none(client, world, release):
    client.force_login(world.cleo)
    assert client.get("/datasets/all-corrections/releases/1.0.0/csv").status_code == 404


@each_format
def test_a_release_of_nothing_has_every_format(name):
    assert rows_of(name, written(name, [])) == []
    assert FORMATS[name].described(examples_of([]))["rows"] == 0


@each_format
def test_the_flawed_output_stands_in_no_input(name):
    for row in rows_of(name, written(name, hostile_examples())):
        assert FLAW not in json.dumps(ROWS[name][2](row))
        assert FLAW in json.dumps(row)


@each_format
def test_a_large_release_comes_in_chunks(name):
    chunks = list(FORMATS[name].write(examples_of([example(n, "x" * 1000) for n in range(300)])))
    assert all(len(chunk) >= CHUNK for chunk in chunks[:-2])
    assert len(chunks) > 3


@each_hostile
def test_native_carries_a_hostile_text_as_it_stands(example):
    (row,) = rows_of("native", written("native", [example]))
    assert {name: row[name] for name in example} == example


@each_hostile
def test_inspect_carries_a_hostile_text_as_it_stands_or_beside_it(example):
    (row,) = rows_of("inspect", written("inspect", [example]))
    shown = example["reasoning"].replace("\ud83d", "\ufffd")
    assert (row["target"], row["metadata"]["reasoning"]) == (shown, shown)
    assert shown in row["input"][0 if example["messages"][0]["role"] == "system" else -1]["content"]
    if "native" in row["metadata"]:
        assert {name: json.loads(row["metadata"]["native"])[name] for name in example} == example
    else:
        assert row["metadata"]["flawed_output"] == FLAW
        assert row["metadata"]["context"] == example["context"]
        assert row["input"][-1] == example["messages"][-1]


@each_hostile
def test_promptfoo_carries_a_hostile_text_as_it_stands(example):
    (row,) = rows_of("promptfoo", written("promptfoo", [example]))
    case, text = row["vars"]["case"], example["reasoning"]
    assert (case["expected"], case["reasoning"], case["model"]) == (text, text, text)
    assert (json.loads(case["tools"]), json.loads(case["tool_calls"])) == (example["tools"], example["tool_calls"])
    assert case["rubric"].endswith(text)
    assert case["messages"][-1]["content"] == text


@each_hostile
def test_promptfoo_has_no_text_of_a_case_outside_of_its_one_variable(example):
    row = promptfoo_test_of({**example, "content_sha256": "0", "split": "test", "dataset_version": "1.0.0"})
    assert list(row.pop("vars")) == ["case"]
    assert set(row) == {"description", "assert", "metadata"}
    assert [one["value"] for one in row["assert"]] == ["{{case.rubric}}"]
    assert not set(filter(str.strip, HOSTILE)) & set(texts_in(row))


def keys_of(value):
    if isinstance(value, list):
        return {key for one in value for key in keys_of(one)}
    return (
        {key for name, inner in value.items() for key in {name, *keys_of(inner)}} if isinstance(value, dict) else set()
    )


def test_promptfoo_holds_no_object_that_a_sender_has_shaped():
    for row in rows_of("promptfoo", written("promptfoo", hostile_examples())):
        assert keys_of(row["vars"]["case"]).isdisjoint(OPAQUE.keys() - {"type"})
        assert all(isinstance(one["content"], str) for one in row["vars"]["case"]["messages"])


def test_the_promptfoo_config_refers_and_names_its_tests_as_one_string():
    config = unpacked(written("promptfoo", [example()]))["promptfooconfig.yaml"].decode()
    assert '\n  - "{{case.messages | dump}}"' in config
    assert config.endswith("\ntests: file://tests.jsonl\n")


def test_a_zip_has_no_trace_of_when_and_where_it_was_made():
    with zipfile.ZipFile(io.BytesIO(written("promptfoo", [example()]))) as archive:
        assert archive.testzip() is None
        for one in archive.infolist():
            assert (one.date_time, one.create_system, one.compress_type) == ((1980, 1, 1, 0, 0, 0), 3, 0)


def test_a_context_is_a_system_turn_behind_the_first_ones():
    turns = [{"role": role, "content": role} for role in ("system", "user", "system")]
    given = with_context(turns, [{"text": "T", "title": "A", "uri": None}, {"text": "U"}])
    assert given == [turns[0], {"role": "system", "content": "Context:\n\nA\nT\n\nU"}, *turns[1:]]
    assert with_context(turns, []) == turns


@pytest.mark.parametrize(
    ("content", "text"),
    [(None, ""), ("a", "a"), ([], ""), ([{"type": "text", "text": "a"}, "b", {"x": 1}, None], 'a\nb\n{"x": 1}\nnull')],
)
def test_a_content_of_any_shape_is_text(content, text):
    assert text_of(content) == text


@pytest.mark.parametrize(
    ("given", "name", "arguments"),
    [
        ({"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}, "f", {"a": 1}),
        ({"id": "1", "type": "function", "function": "f", "arguments": {"a": 1}}, "f", {"a": 1}),
        ({"type": "tool_use", "id": "1", "name": "f", "input": {"a": 1}}, "f", {"a": 1}),
        ({"name": "f", "arguments": None}, "f", {}),
        ({"name": "f", "arguments": "no json"}, "f", {"value": "no json"}),
        ({"name": "f", "arguments": '{"a": NaN}'}, "f", {"value": '{"a": NaN}'}),
        ({"name": "f", "arguments": "[" * 100_000}, "f", {"value": "[" * 100_000}),
        ({"name": "f", "arguments": '{"a": "\ud800"}'}, "f", {"value": '{"a": "\ud800"}'}),
        ({"name": 7, "arguments": [1]}, "unknown", {"value": [1]}),
        (7, "unknown", {"value": 7}),
    ],
)
def test_a_tool_call_of_any_shape_is_flat(given, name, arguments):
    (call,) = ToolCalls().flat([given])
    assert (call["function"], call["arguments"], call["type"]) == (name, arguments, "function")


def test_tool_calls_have_ids_of_their_own():
    calls, given = ToolCalls(), [{"id": "a"}, {"id": "a"}, {"id": ""}, {"id": 5}]
    ids = [one["id"] for one in [*calls.flat(given), *calls.flat({"id": "a"})]]
    assert (ids[0], len(set(ids))) == ("a", 5)
    assert calls.flat(None) == []


def test_a_plain_example_is_not_told_twice_to_inspect():
    (row,) = rows_of("inspect", written("inspect", [example()]))
    assert "native" not in row["metadata"]
    assert row["input"] == sample({**example()})["input"] == [{"role": "user", "content": "May I have a refund?"}]


def test_a_rubric_says_what_a_good_reply_must_and_must_not_do():
    made = example(expected_behavior="refuse", failure_categories=["privacy_leak", "hallucination", "own_code"])
    made["spans"] = [{"quote": "x" * 400}, {"quote": "short"}]
    rubric = rubric_of(made)
    assert rubric["must"] == [
        "It declines, and offers what is allowed instead.",
        "Every claim is supported by the context.",
    ]
    assert rubric["must_not"][0] == "It gives away personal or confidential information."
    assert [len(one) for one in rubric["must_not"][1:]] == [len('It says: ""') + 300, len('It says: "short"')]
    assert rubric_text(example(spans=[])).endswith("A good reply, as a reviewer wrote it:\nMay I have a refund?")


def test_other_programs_open_the_zip(tmp_path):
    path = tmp_path / "promptfoo.zip"
    path.write_bytes(written("promptfoo", hostile_examples()))
    try:
        told = subprocess.run(["unzip", "-t", path], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("unzip is not on PATH")
    assert told.returncode == 0, told
