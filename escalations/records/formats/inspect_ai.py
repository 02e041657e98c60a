"""`inspect`: one Sample of Inspect AI per line, for `json_dataset("….jsonl")` as it is.

Inspect knows four roles, text, and flat tool calls; and a run fails where a text holds half of a surrogate pair. An
example that cannot be told in these terms also stands in `metadata.native`: the JSON text of its line in `native`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from escalations.records.formats.shape import Examples, File, Format, json_text
from escalations.records.formats.turns import ROLES, ToolCalls, text_of, with_context

HALF_PAIR = re.compile("[\ud800-\udfff]")
ELSEWHERE = {"example_id", "messages", "corrected_output"}  # these are the sample's id, input and target
KNOWN = {"role", "content"}


def sample(example: dict[str, Any]) -> dict[str, Any]:
    """An example as a Sample. The flawed output is metadata, never input."""
    calls = ToolCalls()
    turns = [_turn(message, calls) for message in example["messages"]]
    return {
        "id": example["example_id"],
        "input": with_context(turns, example["context"]),
        "target": example["corrected_output"],
        "metadata": {name: value for name, value in example.items() if name not in ELSEWHERE},
    }


def _turn(message: dict[str, Any], calls: ToolCalls) -> dict[str, Any]:
    role = message["role"]
    turn = {"role": ROLES.get(role, role), "content": text_of(message.get("content"))}
    if role == "assistant" and message.get("tool_calls"):
        turn["tool_calls"] = calls.flat(message["tool_calls"])
    if role == "tool":
        told = {"tool_call_id": message.get("tool_call_id"), "function": message.get("name")}
        turn |= {name: value for name, value in told.items() if value}
    return turn


def _is_plain(message: dict[str, Any]) -> bool:
    return message.keys() <= KNOWN and isinstance(message.get("content"), str) and message["role"] not in ROLES


def _line(native: str) -> bytes:
    example = json.loads(native)
    made = sample(example)
    line = json_text(made)
    whole = HALF_PAIR.sub("\ufffd", line)
    if whole != line or not all(map(_is_plain, example["messages"])):
        made["metadata"]["native"] = native
        whole = HALF_PAIR.sub("\ufffd", json_text(made))
    return whole.encode() + b"\n"


def _write(examples: Examples) -> Iterator[bytes]:
    return map(_line, examples.lines())


NOT_CARRIED = (
    "The role `developer`: such a turn is a system turn.",
    "Contents that are null or a list of parts: they are text; parts that are not text stand in it as JSON.",
    "Tool calls of other shapes than `{id, type, function, arguments}`: they are brought into it.",
    "Ids of tool calls that are missing or used twice: they are new ones.",
    "A message's `name`, but for the function of a tool turn.",
    "Half of a surrogate pair: U+FFFD stands in its place.",
    "Where one of these happened, `metadata.native` holds the example as in `native`, as JSON text.",
)
FORMAT = Format("inspect.jsonl", "application/x-ndjson", (File("inspect.jsonl", _write),), NOT_CARRIED)
