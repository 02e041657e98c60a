"""Text of a model on a page: shown, never run. The one place that makes HTML of it, by escaping only."""

import json
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from escalations.rules.hidden import hidden_count, pieces, without_hidden

register = template.Library()
DEEPEST = 12
BADGE = '<span class="badge-char">{}</span>'


@register.filter
def inert(text: Any) -> SafeString:
    """The text, escaped, with hidden characters as badges."""
    shown = (format_html(BADGE, piece) if is_hidden else format_html("{}", piece) for piece, is_hidden in _pieces(text))
    return format_html_join("", "{}", ((piece,) for piece in shown))


@register.filter
def plain(text: Any) -> str:
    """The text for a place that takes no marks: a page's title, a form field. Hidden characters become one sign."""
    return without_hidden(str(text if text is not None else ""))


@register.filter
def hidden(text: Any) -> int:
    """How many hidden characters the text holds."""
    return hidden_count(str(text if text is not None else ""))


@register.filter
def hidden_in(content: Any) -> int:
    """How many hidden characters a message's texts hold."""
    return sum(hidden_count(part["text"]) for part in parts(content) if "text" in part)


@register.filter
def changed(changes: Iterable[tuple[str, str]]) -> SafeString:
    """A word diff: what was removed as <del>, what was added as <ins>."""
    marks = {"kept": "{}", "added": "<ins>{}</ins>", "removed": "<del>{}</del>"}
    return format_html_join("", "{}", ((format_html(marks[kind], inert(text)),) for kind, text in changes))


@register.filter
def tree(value: Any) -> SafeString:
    """A JSON value as nested lists of names and values."""
    return _tree(value, 0)


@register.filter
def parts(content: Any) -> list[dict[str, Any]]:
    """A message's content as parts: its texts, and whatever else it holds as a value."""
    if content is None:
        return []
    given = content if isinstance(content, list) else [content]
    return [_part(one) for one in given]


def _part(one: Any) -> dict[str, Any]:
    if isinstance(one, str):
        return {"text": one}
    if isinstance(one, dict) and isinstance(one.get("text"), str) and set(one) <= {"type", "text"}:
        return {"text": one["text"]}
    return {"value": one}


def _pieces(text: Any) -> Iterable[tuple[str, bool]]:
    return pieces(text if isinstance(text, str) else "" if text is None else str(text))


def _tree(value: Any, depth: int) -> SafeString:
    if depth >= DEEPEST and isinstance(value, dict | list):
        return format_html('<code class="prose">{}</code>', inert(json.dumps(value, indent=1, ensure_ascii=False)))
    if isinstance(value, dict) and value:
        rows = ((inert(name), _tree(one, depth + 1)) for name, one in value.items())
        return format_html('<dl class="tree">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))
    if isinstance(value, list) and value:
        items = ((_tree(one, depth + 1),) for one in value)
        return format_html('<ol class="tree">{}</ol>', format_html_join("", "<li>{}</li>", items))
    if isinstance(value, str) and value:
        return format_html('<span class="text" dir="auto">{}</span>', inert(value))
    words = {None: "nothing", "": "empty text", True: "yes", False: "no"}
    is_plain = value is None or isinstance(value, bool) or value == ""
    return format_html('<span class="quiet">{}</span>' if is_plain else "{}", _word(value, words))


def _word(value: Any, words: dict[Any, str]) -> str:
    if value is None or isinstance(value, bool) or value == "":
        return words[value]
    return json.dumps(value) if not isinstance(value, dict | list) else "empty"
