"""A conversation as most formats need it: plain text in each turn, the context as a system turn, flat tool calls.

Contents, tools and tool calls of a message are opaque: whatever a sender put there becomes text, nothing is refused.
"""

import json
from typing import Any

from escalations.errors import Invalid, Malformed
from escalations.rules.strict_json import parse

ROLES = {"developer": "system"}  # what few formats know, as what all of them know
TEXT_PARTS = ("text", "input_text", "output_text")


def text_of(content: Any) -> str:
    """A message's content as text; of a list of parts, the text parts as they are and the others as JSON."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(map(_part_text, content))


def _part_text(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and part.get("type") in TEXT_PARTS and isinstance(part.get("text"), str):
        return str(part["text"])
    return json.dumps(part, ensure_ascii=False)


def context_text(context: list[dict[str, Any]]) -> str:
    """The retrieved sources as one text; empty where there are none."""
    return "\n\n".join(["Context:", *map(_source_text, context)]) if context else ""


def _source_text(source: dict[str, Any]) -> str:
    return "\n".join(part for part in (source.get("title"), source.get("uri"), source["text"]) if part)


def with_context(turns: list[dict[str, Any]], context: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turns with the context as one more system turn, behind those that the conversation begins with."""
    if not context:
        return turns
    first = next((at for at, turn in enumerate(turns) if turn["role"] != "system"), len(turns))
    return [*turns[:first], {"role": "system", "content": context_text(context)}, *turns[first:]]


def transcript(turns: list[dict[str, Any]]) -> str:
    """All turns as one text; a lone turn is its text alone."""
    if len(turns) == 1:
        return str(turns[0]["content"])
    return "\n\n".join(f"{turn['role']}: {turn['content']}" for turn in turns)


class ToolCalls:
    """Flattens a conversation's tool calls, in whatever shape a sender has them; gives each an id of its own."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    def flat(self, calls: Any) -> list[dict[str, Any]]:
        """`[{id, type, function, arguments}]` of a message's `tool_calls`."""
        given = calls if isinstance(calls, list) else [] if calls is None else [calls]
        return [self._flat(call if isinstance(call, dict) else {"arguments": call}) for call in given]

    def _flat(self, call: dict[str, Any]) -> dict[str, Any]:
        inner = call.get("function")
        told = {**call, **inner} if isinstance(inner, dict) else call
        name = told.get("name") or inner
        return {
            "id": self._own_id(call.get("id")),
            "type": "function",
            "function": name if isinstance(name, str) else "unknown",
            "arguments": _arguments(told.get("arguments", told.get("input"))),
        }

    def _own_id(self, given: Any) -> str:
        base = given if isinstance(given, str) and given else "call"
        found, number = base, 1
        while found in self.ids:
            number += 1
            found = f"{base}_{number}"
        self.ids.add(found)
        return found


def _arguments(given: Any) -> dict[str, Any]:
    """A tool call's arguments as an object; senders also have them as the text of one."""
    if isinstance(given, str):
        try:
            given = parse(given.encode())
        except (Malformed, Invalid, ValueError):
            return {"value": given}
    return given if isinstance(given, dict) else {} if given is None else {"value": given}
