"""Setting the stage: keys and people for the product, a token for the floor, bodies for both."""

import json

from tests.bench.servers import Site

PRODUCT = """
from django.utils import timezone
from tests.cast import make_world
from escalations.models import ApiKey
world = make_world(timezone.now())
ApiKey.objects.update(requests_per_second=1000000)
print(world.key)
"""
FLOOR = """
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token
print(Token.objects.create(user=User.objects.create_user("bench")).key)
"""
QUESTION = "My flight was four hours late and I missed the dinner. I want my money back for all three tickets. "
ANSWER = "I am sorry that you missed the dinner. Because the flight arrived late, each passenger gets a certificate. "


def key_of_product(site: Site) -> str:
    """A sender's key in a fresh world."""
    return site.manage("shell", code=PRODUCT).splitlines()[-1]


def token_of_floor(site: Site) -> str:
    """A token of the toy."""
    return site.manage("shell", code=FLOOR).splitlines()[-1]


def case(at: int) -> dict[str, object]:
    """One body of about 3 kB, as the product takes it."""
    turns = [{"role": ("user", "assistant")[turn % 2], "content": QUESTION * 2} for turn in range(6)]
    return {
        "workflow": "airline-support",
        "external_id": f"bench-{at}",
        "conversation": f"conversation-{at}",
        "input": {"messages": turns},
        "output": ANSWER * 3,
        "context": [{"title": "Compensation policy", "text": ANSWER * 4}],
        "tool_calls": [{"name": "get_reservation", "arguments": {"id": "KX4P2Q"}, "result": {"paid": 842.1}}],
        "flags": [{"code": "low_confidence", "detector": "threshold", "score": 0.41, "detail": "Only 41 % sure"}],
        "confidence": 0.41,
        "model": {"provider": "p", "name": "m-large", "version": "2026-03"},
        "prompt": {"id": "support-reply", "version": "17"},
        "usage": {"input_tokens": 812, "output_tokens": 120, "cost_usd": 0.0042, "latency_ms": 1830},
    }


def floor_body(at: int) -> bytes:
    """The same case as the toy takes it: its columns, and the rest as JSON."""
    body = case(at)
    kept = {name: body[name] for name in ("workflow", "external_id", "output")}
    return json.dumps({**kept, "body": body}).encode()
