"""`promptfoo`: a folder for `promptfoo eval`, packed as a zip.

promptfoo executes text: a variable, prompt or assertion with `{{ 7*7 }}` in it is evaluated, `file://…` is read off
the disk, an array makes more tests, `$ref` is followed. So everything of a case stands under one object variable,
`case`, that is only referred to; what a sender may shape freely (tools, arguments) is JSON text, never an object; and
`tests` is one string, because files named in a list are searched for references.
"""

import json
from collections.abc import Iterator
from typing import Any

from escalations.records.formats.rubric import rubric_text
from escalations.records.formats.shape import Examples, File, Format, rows
from escalations.records.formats.turns import ToolCalls, text_of, transcript, with_context

IDS = ("decision_id", "escalation_id", "dataset_version", "split", "workflow")
LABELS = ("failure_category", "severity", "expected_behavior")
ELSEWHERE = {"example_id", "messages", "corrected_output"}  # these are the case's id, messages and expected
CONFIG = """\
# One test per correction. In this folder: promptfoo eval
# Text of a case is only ever referred to, as in {{{{case.input}}}}: promptfoo executes text that stands anywhere else.
description: {description}
prompts:
  - "{{{{case.messages | dump}}}}" # a chat that begins with the context; as text: {{{{case.input}}}}
providers:
  - echo # gives the prompt back; name the assistant that you test instead
defaultTest:
  options: # until you name a model that grades and delete `rubricPrompt`, every test fails and nothing is sent anywhere
    provider: echo
    rubricPrompt: '{{"pass": false, "score": 0, "reason": "promptfooconfig.yaml does not name a model that grades."}}'
tests: file://tests.jsonl
"""


def test_of(example: dict[str, Any]) -> dict[str, Any]:
    """An example as a test. Outside of `vars.case` stands nothing but ids and words of our own."""
    return {
        "description": example["example_id"],
        "vars": {"case": case_of(example)},
        "assert": [{"type": "llm-rubric", "metric": example["expected_behavior"], "value": "{{case.rubric}}"}],
        "metadata": {"id": example["example_id"], **{name: example[name] for name in (*IDS, *LABELS)}},
    }


def case_of(example: dict[str, Any]) -> dict[str, Any]:
    """All that is known of an example. The flawed output is beside the input, never in it."""
    calls = ToolCalls()
    turns = [_turn(message, calls) for message in example["messages"]]
    return {
        "id": example["example_id"],
        "input": transcript(turns),
        "messages": with_context(turns, example["context"]),
        "expected": example["corrected_output"],
        "rubric": rubric_text(example),
        **{name: value for name, value in example.items() if name not in ELSEWHERE},
        "tools": _text(example["tools"]),
        "tool_calls": _text(example["tool_calls"]),
    }


def _turn(message: dict[str, Any], calls: ToolCalls) -> dict[str, Any]:
    """A turn as chat APIs take it: text, and arguments of tool calls as JSON text."""
    turn = {"role": message["role"], "content": text_of(message.get("content"))}
    turn |= {name: message[name] for name in ("name", "tool_call_id") if message.get(name)}
    if message.get("tool_calls"):
        turn["tool_calls"] = [_call(call) for call in calls.flat(message["tool_calls"])]
    return turn


def _call(call: dict[str, Any]) -> dict[str, Any]:
    told = {"name": call["function"], "arguments": _text(call["arguments"])}
    return {"id": call["id"], "type": call["type"], "function": told}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _config(examples: Examples) -> Iterator[bytes]:
    yield CONFIG.format(description=json.dumps(f"{examples.dataset} {examples.version}")).encode()


NOT_CARRIED = (
    "Contents that are null or a list of parts: they are text; parts that are not text stand in it as JSON.",
    "Tools, tool calls and their arguments as objects: they are JSON text, so that promptfoo follows nothing in them.",
    "Tool calls in other shapes than that of chat APIs: they are brought into it.",
)
FORMAT = Format(
    "promptfoo.zip",
    "application/zip",
    (File("promptfooconfig.yaml", _config, holds_rows=False), File("tests.jsonl", rows(test_of))),
    NOT_CARRIED,
)
