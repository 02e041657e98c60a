"""How the page looks to this person: theme and density, from their cookies."""

from typing import Any

from django import template
from django.template import Context

from escalations.rules.appearance import CHOICES

register = template.Library()


@register.simple_tag(takes_context=True)
def look(context: Context, name: str) -> str:
    """The person's choice, or the default."""
    request = context.get("request")
    chosen: Any = request.COOKIES.get(name) if request else None
    return chosen if chosen in CHOICES[name] else CHOICES[name][0]


@register.simple_tag
def choices(name: str) -> tuple[str, ...]:
    """What can be chosen."""
    return CHOICES[name]
