"""The API as a client has it: somebody's key, a method, a path."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from escalations.actions.keys import create_key
from tests.cases import FAILED, body
from tests.cast import NOON, World

V1 = "/api/v1"
PROBLEM = "application/problem+json"


class Api:
    """Django's client with a key; a body that is not bytes is sent as JSON. `None` is a caller without a key."""

    def __init__(self, key: str | None) -> None:
        self.key = key
        self.client = Client(raise_request_exception=False)

    def send(self, method: str, path: str, body: Any = None, *, kind: str = "application/json", **headers: str):
        """The response to one request; `headers` are written with underscores."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            given.setdefault("Authorization", f"Bearer {self.key}")
        url = path if path.startswith(("/", "http")) else f"{V1}/{path}"
        return self.client.generic(method, url, raw, content_type=kind, headers=given)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **given: str) -> HttpResponse:
        return self.send("POST", path, body, **given)

    def put(self, path: str, body: Any = None) -> HttpResponse:
        return self.send("PUT", path, body)

    def patch(self, path: str, body: Any = None) -> HttpResponse:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> HttpResponse:
        return self.send("DELETE", path)


def api_of(world: World, name: str = "bot") -> Api:
    """The API as the sender (`bot`) or a person has it."""
    return Api(world.key if name == "bot" else create_key(world.people[name], now=NOON))


def all_of(api: Api, url: str) -> list[dict[str, Any]]:
    """Every result of a list, page by page, until there is no next one or a page is empty."""
    found = []
    while url:
        page = api.get(url).json()
        found += page["results"]
        url = page["next"] if page["results"] else None
    return found


def is_problem(response: HttpResponse, status: int, code: str = "") -> bool:
    """Whether an answer is a whole problem document of this status (and code); says what is wrong with it."""
    shown = response.json()
    assert response.status_code == status, shown
    assert response["Content-Type"] == PROBLEM
    assert {"type", "title", "status", "detail", "request_id"} <= shown.keys()
    assert shown["status"] == status
    assert shown["type"].rsplit("/", 1)[-1] == code or not code, shown["type"]
    return True


def pointers_of(response: HttpResponse) -> list[str]:
    """Where the faults of a 422 are."""
    assert is_problem(response, 422)
    return [fault["pointer"] for fault in response.json()["errors"]]


def handed_over(world: World, **changes: Any) -> dict[str, Any]:
    """The record of a case that was handed over through the API."""
    return api_of(world).post("escalations", body(**changes)).json()


def held(world: World, *, by: str = "ada", **changes: Any) -> dict[str, Any]:
    """The record of a case that somebody has claimed through the API, with the claim's token."""
    return api_of(world, by).put(f"escalations/{handed_over(world, **changes)['id']}/claim").json()


def decided_by_api(world: World, verdict: str = "approve", *, by: str = "ada", **changes: Any) -> dict[str, Any]:
    """The record of a decision that was made through the API."""
    answers = changes.pop("answers", {})
    record = held(world, by=by, **changes)
    return api_of(world, by).post(f"escalations/{record['id']}/decision", filled(record, verdict, **answers)).json()


def filled(record: dict[str, Any], kind: str = "approve", **changes: Any) -> dict[str, Any]:
    """The body of a decision under the record's claim, whole for its verdict; what is None is left out."""
    needed = {"approve": {}, "reject": FAILED, "correct": {**FAILED, "output": "No, you may not."}}[kind]
    told = {"verdict": kind, "claim_token": record["claim"]["token"], **needed, **changes}
    return {name: value for name, value in told.items() if value is not None}
