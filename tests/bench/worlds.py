"""Setting the stage: keys and people for the product, a token for the floor, bodies for both."""

import http.client
import itertools
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.bench.load import Request
from tests.bench.servers import Site

PRODUCT = """
import json
from django.utils import timezone
from tests.cast import PASSWORD, make_world
from escalations.actions.keys import create_key
from escalations.models import ApiKey, Person, Queue
now = timezone.now()
world = make_world(now)
Person.objects.update(capacity=1000)
keys = {"sender": world.key, "password": PASSWORD}
for name in ("ada", "cleo", "mona"):
    keys[name] = create_key(world.people[name], now=now)
ApiKey.objects.update(requests_per_second=1000000)
print(json.dumps(keys))
"""
FLOOR = """
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token
print(Token.objects.create(user=User.objects.create_user("bench")).key)
"""
QUESTION = "My flight was four hours late and I missed the dinner. I want my money back for all three tickets. "
ANSWER = "I am sorry that you missed the dinner. Because the flight arrived late, each passenger gets a certificate. "
WRONG = {"verdict": "correct", "output": "A certificate for each.", "failure_categories": ["policy_violation"]}


def case(at: int) -> dict[str, Any]:
    """One body of about 3 kB, as the product takes it."""
    turns = [{"role": ("user", "assistant")[turn % 2], "content": QUESTION * 2} for turn in range(6)]
    turns[0]["content"] += str(at)
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


def item(at: int) -> dict[str, Any]:
    """The same case as the toy takes it: its columns, and the rest as JSON."""
    body = case(at)
    return {**{name: body[name] for name in ("workflow", "external_id", "output")}, "body": body}


class Client:
    """Requests for both sites, each with a number of its own."""

    def __init__(self, product: Site, floor: Site) -> None:
        self.keys = json.loads(product.manage("shell", code=PRODUCT).splitlines()[-1])
        self.token = {"Authorization": f"Token {floor.manage('shell', code=FLOOR).splitlines()[-1]}"}
        self.product = product
        self.numbers = itertools.count()

    def headers(self, name: str, media_type: str = "application/json") -> dict[str, str]:
        """The headers of a person or the sender."""
        return {"Authorization": f"Bearer {self.keys[name]}", "Content-Type": media_type}

    def intake(self, _at: int) -> Request:
        """One escalation."""
        return "POST", "/api/v1/escalations", json.dumps(case(next(self.numbers))).encode(), self.headers("sender")

    def batch(self, _at: int) -> Request:
        """A thousand escalations."""
        lines = "\n".join(json.dumps(case(next(self.numbers))) for _ in range(1000))
        headers = self.headers("sender", "application/x-ndjson")
        return "POST", "/api/v1/escalations/batch", lines.encode(), headers

    def floor_insert(self, _at: int) -> Request:
        """One item."""
        headers = {**self.token, "Content-Type": "application/json"}
        return "POST", "/items", json.dumps(item(next(self.numbers))).encode(), headers

    def floor_batch(self, _at: int) -> Request:
        """A thousand items."""
        headers = {**self.token, "Content-Type": "application/json"}
        return "POST", "/items", json.dumps([item(next(self.numbers)) for _ in range(1000)]).encode(), headers

    def floor_claim(self, _at: int) -> Request:
        """The oldest waiting item."""
        return "POST", "/claims", b"{}", {**self.token, "Content-Type": "application/json"}

    def get(self, path: str, name: str = "sender") -> Callable[[int], Request]:
        """A reader of one address."""
        return lambda _at: ("GET", path, b"", self.headers(name))

    def call(self, request: Request) -> Any:
        """Send one request and read its JSON."""
        line = http.client.HTTPConnection(urlsplit(self.product.url).netloc, timeout=60)
        line.request(request[0], request[1], request[2] or None, request[3])
        body = line.getresponse().read()
        line.close()
        return json.loads(body)

    def claim_and_decide(self, count: int) -> None:
        """Ada claims and decides, over one connection."""
        line = http.client.HTTPConnection(urlsplit(self.product.url).netloc, timeout=60)
        headers = self.headers("ada")
        for _ in range(count):
            line.request("POST", "/api/v1/queues/support/claims", None, headers)
            claimed = json.loads(line.getresponse().read())
            answer = {**WRONG, "reasoning": "Not what the policy says.", "claim_token": claimed["claim"]["token"]}
            line.request("POST", f"/api/v1/escalations/{claimed['id']}/decision", json.dumps(answer), headers)
            decided = line.getresponse()
            decided.read()
            if decided.status != 201:
                raise RuntimeError(f"the decision was answered {decided.status}")
        line.close()

    def sign_in(self, name: str) -> dict[str, str]:
        """A person's session as headers."""
        with httpx.Client(base_url=self.product.url, timeout=60) as browser:
            browser.get("/accounts/login/")
            form = {
                "login": name,
                "password": self.keys["password"],
                "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            }
            browser.post("/accounts/login/", data=form)
            return {"Cookie": "; ".join(f"{cookie}={value}" for cookie, value in browser.cookies.items())}

    def page(self, path: str, session: dict[str, str]) -> Callable[[int], Request]:
        """A reader of one page."""
        return lambda _at: ("GET", path, b"", session)
