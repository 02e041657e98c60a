"""A written case as other people bring it: other names, bookings, numbers and days, and no other story."""

import json
import re
from collections.abc import Callable, Mapping
from itertools import product
from random import Random
from typing import Any

from escalations.actions.demo.cases import Case

LETTERS, DIGITS = "ABCDEFGHJKLMNPRSTUVWXYZ", "23456789"
REFERENCES = {  # what names a booking or an order in a case's text: the same everywhere in it, of one length
    "airline-support": re.compile(r"\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{6}\b"),
    "refund-actions": re.compile(r"(?<=\bN-)\d{5}\b|(?<=\bRF-)\d{4}\b"),
    "general-assistant": re.compile(r"(?<=\bTF-)\d{4}\b"),
    "news-summaries": re.compile(r"(?<=\bHP-)\d{5}\b"),
}
LETTER = "0-9A-Za-zÀ-ž"  # what a name or a number in Latin script must not touch, to be one of its own
WORDED = ("input", "output", "context", "tool_calls", "validation_failures", "metadata")  # where names may stand


def repeat(case: Case, nth: int) -> Case:
    """The case as the `nth` other person brings it: other names, numbers and days, the same wherever they stand."""
    words = _other_references(case, nth) | _other_words(case, nth)
    found = re.compile("|".join(rf"(?<![{LETTER}]){re.escape(word)}(?![{LETTER}])" for word in _longest_first(words)))

    def reword(text: str) -> str:
        return found.sub(lambda match: words[match[0]], text)

    told = dict(case.escalation)
    changes = {name: _reworded(told[name], reword) for name in WORDED if name in told}
    flags = [{**flag, "detail": reword(flag["detail"])} if "detail" in flag else flag for flag in told["flags"]]
    answers = _reworded({name: value for name, value in case.answers.items() if name != "spans"}, reword)
    if "spans" in case.answers:
        answers["spans"] = [_moved(span, told["output"], reword) for span in case.answers["spans"]]
    return Case(case.key, case.workflow, {**told, **changes, "flags": flags}, answers)


def _other_words(case: Case, nth: int) -> dict[str, str]:
    """What is called otherwise this time; no two times alike until every combination has been told."""
    counts = [range(1 + len(next(iter(group.values())))) for group in case.vary]
    combinations = list(product(*counts))[1:]  # but for the one in which nothing changes
    Random(case.key).shuffle(combinations)  # noqa: S311 - a story, not a secret
    chosen = combinations[nth % len(combinations)]
    pairs = zip(case.vary, chosen, strict=True)
    return {word: others[which - 1] for group, which in pairs if which for word, others in group.items()}


def _other_references(case: Case, nth: int) -> dict[str, str]:
    """Another booking, order or article, wherever the text names it."""
    pattern, rng = REFERENCES.get(case.workflow), Random(f"{case.key} {nth}")  # noqa: S311 - a story, not a secret
    if pattern is None:
        return {}
    text = json.dumps([case.escalation[name] for name in WORDED if name in case.escalation], ensure_ascii=False)
    return {token: _like(token, rng) for token in sorted(set(pattern.findall(text)))}


def _longest_first(words: Mapping[str, str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))


def _reworded(told: Any, reword: Callable[[str], str]) -> Any:
    """What was told, in other words: texts, the names in objects, and numbers, at any depth."""
    if isinstance(told, str):
        return reword(told)
    if isinstance(told, Mapping):
        return {reword(name): _reworded(value, reword) for name, value in told.items()}
    if isinstance(told, list):
        return [_reworded(one, reword) for one in told]
    if told is None or isinstance(told, bool):
        return told
    return json.loads(reword(json.dumps(told)))


def _moved(span: Mapping[str, Any], output: str, reword: Callable[[str], str]) -> dict[str, Any]:
    """A span of the output, at its place in the output in other words."""
    start, end = (len(reword(output[: span[name]])) for name in ("start", "end"))
    return {**_reworded(dict(span), reword), "start": start, "end": end}


def _like(token: str, rng: Random) -> str:
    return "".join(rng.choice(DIGITS if sign.isdigit() else LETTERS) for sign in token)
