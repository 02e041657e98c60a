"""The written cases of the demo world, and what a sender makes of them: versions, times, ids."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from escalations.rules.ledger import instant
from escalations.rules.routing import Facts, route

FOLDER = Path(__file__).parents[2] / "demo"
SAMPLED = {"code": "random_sample", "detector": "audit-sample", "detector_version": "1"}


@dataclass(frozen=True)
class Case:
    """One written case: what the sender sends but its names and times, and what a good reviewer answers."""

    key: str
    workflow: str
    escalation: Mapping[str, Any]
    answers: Mapping[str, Any]
    vary: Sequence[Mapping[str, Sequence[str]]] = ()  # what may be called otherwise; the words of a group go together

    @property
    def has_failed(self) -> bool:
        """Whether the output may not be used as it is."""
        return self.answers["verdict"] != "approve"

    @property
    def categories(self) -> list[str]:
        """What is wrong with the output."""
        return self.answers["failure_categories"]

    def severity(self) -> str:
        """What the workflow's policy makes of it."""
        told, policy = self.escalation, next(one for one in policies() if one["slug"] == self.workflow)
        facts = Facts(
            flags=frozenset(flag["code"] for flag in told["flags"]),
            severity=told.get("severity"),
            confidence=told.get("confidence"),
            model=told["model"]["name"],
            tools=frozenset(call["name"] for call in told.get("tool_calls") or ()),
            validation_failed=bool(told.get("validation_failures")),
            metadata=told.get("metadata") or {},
        )
        return route(policy["rules"], policy["default"], facts).severity


@cache
def policies() -> list[dict[str, Any]]:
    """What policies.json tells of each workflow."""
    return json.loads((FOLDER / "policies.json").read_text(encoding="utf-8"))


@cache
def cases() -> list[Case]:
    """Every written case, in the order of the files."""
    return [case for told in policies() for case in _read(FOLDER / "cases" / f"{told['slug']}.json")]


@cache
def hostile_case() -> Case:
    """A case whose texts try to break whatever shows them."""
    return _read(FOLDER / "hostile" / "airline-support.json")[0]


def _read(path: Path) -> list[Case]:
    told = json.loads(path.read_text(encoding="utf-8"))
    return [Case(one["key"], path.stem, one["escalation"], one["decision"], one.get("vary", ())) for one in told]


def can_improve(case: Case) -> bool:
    """Whether the correction can stand as an output of its own: no tool call contradicts it."""
    return case.answers["verdict"] == "correct" and not case.escalation.get("tool_calls")


def improved(case: Case) -> Case:
    """The same question to a better model: it says what the correction said, is sampled, and approved."""
    kept = {name: value for name, value in case.escalation.items() if name != "validation_failures"}
    escalation = {**kept, "output": case.answers["output"], "flags": [SAMPLED], "confidence": 0.9, "severity": "low"}
    return Case(case.key, case.workflow, escalation, {"verdict": "approve", "failure_categories": []})


def body_of(case: Case, *, at: datetime, versions: Mapping[str, str], lift: float, rng: Random) -> bytes:
    """The bytes that the sender sends at `at`, with names, times and measures of their own.

    `versions` are those of the prompt and of each model; `lift` is how much surer the model has become.
    """
    told = dict(case.escalation)
    confidence = round(min(0.98, max(0.05, told["confidence"] + lift + rng.gauss(0, 0.03))), 2)
    names = {
        "workflow": case.workflow,
        "external_id": f"msg_{rng.randbytes(6).hex()}",
        "conversation": f"conv_{rng.randbytes(4).hex()}",
        "occurred_at": instant(at - timedelta(seconds=rng.randint(2, 40))),
    }
    changes = {
        "flags": [_flag(flag, confidence) for flag in told["flags"]],
        "confidence": confidence,
        "model": {**told["model"], "version": versions[told["model"]["name"]]},
        "prompt": {**told["prompt"], "version": versions[told["prompt"]["id"]]},
        "usage": {**told["usage"], "latency_ms": round(told["usage"]["latency_ms"] * rng.uniform(0.7, 1.5))},
        "trace": _trace(told["trace"], rng),
        "subject": f"{told['subject'].rsplit('-', 1)[0]}-{rng.randbytes(3).hex()}",
    }
    text = json.dumps({**names, **told, **changes}, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace")  # a lone surrogate leaves as its JSON escape


def _flag(flag: Mapping[str, Any], confidence: float) -> dict[str, Any]:
    return {**flag, "score": confidence} if flag["code"] == "low_confidence" else dict(flag)


def _trace(trace: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    trace_id = rng.randbytes(16).hex()
    url = trace["url"].replace(trace["trace_id"], trace_id)
    return {**trace, "trace_id": trace_id, "span_id": rng.randbytes(8).hex(), "url": url}
