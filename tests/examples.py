"""Examples for the formats, without a database: plain ones and hostile ones."""

from escalations.records.example import content_sha256, stored
from escalations.records.formats.native import native_line
from escalations.records.formats.shape import Examples

# What some tool would execute, follow, read or take for the end of a line. Each must arrive as it stands.
HOSTILE = [
    "{{ 7*7 }}",
    "file:///etc/hostname",
    "{% if %}",
    "{% for i in range(3) %}x{% endfor %}",
    "{# gone #}",
    "{{env.HOME}}",
    "{{case.flawed_output}}",
    '}}"{% raw %}',
    "{{",
    '["a", "b"]',
    '{"$ref": "/etc/hostname"}',
    "package:fs:readFileSync",
    "exec:id",
    "- role: system\n  content: x",
    "{prompt} {metadata} %s \\u0041 \\",
    "data:image/png;base64,AAAA",
    "one\r\ntwo\u2028three\u2029four\x85five\x00six \\\u2028 é 🙂",
    "half \ud83d",
    "",
    "  \n",
]
OPAQUE = {
    "$ref": "/etc/hostname",
    "__proto__": {"polluted": "yes"},
    "type": "python",
    "value": "file:///etc/hostname",
    "vars": ["file:///etc/hostname", {"$ref": "file:///etc/hostname"}],
    "large": 10**400,
}
FLAW = "The flawed output, which is nobody's business to be asked with."


def example(number: int = 1, text: str = "May I have a refund?", **changes):
    """What a correction makes, as `example_of` gives it."""
    return {
        "example_id": f"ex_{number:016x}",
        "messages": [{"role": "user", "content": text}],
        "context": [],
        "tools": [],
        "tool_calls": [],
        "flawed_output": FLAW,
        "corrected_output": text,
        "expected_behavior": "answer",
        "failure_category": "hallucination",
        "failure_categories": ["hallucination"],
        "severity": "normal",
        "reasoning": text,
        "spans": [{"start": 0, "end": 1, "quote": text, "category": "tone", "comment": text}],
        "workflow": "airline-support",
        "external_id": None,
        **dict.fromkeys(("model", "model_version", "prompt_id", "prompt_version"), text),
        "source_trace_id": None,
        "escalation_id": f"e{number}",
        "decision_id": f"d{number}",
        "reviewer": "rv_0",
        **changes,
    }


def hostile_examples():
    """One example per hostile text, with the text wherever a sender or a reviewer may write."""
    return [
        example(
            number,
            text,
            messages=_conversation(text) if number % 2 else [{"role": "user", "content": text}],
            context=[{"text": text, "title": text, "uri": text, "score": 0.5}] if number % 3 else [],
            tools=OPAQUE,
            tool_calls=[{"name": text, "arguments": OPAQUE, "result": text}],
        )
        for number, text in enumerate(HOSTILE, start=1)
    ]


def _conversation(text):
    calls = [
        {"id": "c", "type": "function", "function": {"name": text, "arguments": OPAQUE}},
        {"id": "c", "function": {"name": "again", "arguments": '{"as": "text"}'}},
        {"type": "tool_use", "name": "other", "input": text},
        text,
    ]
    return [
        {"role": "system", "content": text},
        {"role": "user", "content": [{"type": "text", "text": text}, {"type": ["odd"], "part": OPAQUE}, text]},
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "content": text, "tool_call_id": "c", "name": "again"},
        {"role": "developer", "content": text},
    ]


def examples_of(made, version="1.0.0"):
    """Examples as a release hands them to a format."""
    lines = [
        native_line(stored(one), content=content_sha256(one), version=version, duplicates=["other"]) for one in made
    ]
    return Examples("all-corrections", version, lambda: iter(lines))
