import json
import pytest
from django.test import Client
from tests.cast import make_world
from escalations.actions.people import create_key
from tests.cast import NOON

pytestmark = pytest.mark.django_db


def test_api_round(client):
    world = make_world()
    h = {"HTTP_AUTHORIZATION": f"Bearer {world.key}"}
    body = {
        "workflow": "airline-support",
        "external_id": "x1",
        "input": "Refund?",
        "output": "Yes",
        "flags": [{"code": "low"}],
    }
    r = client.post("/api/v1/escalations", json.dumps(body), content_type="application/json", **h)
    print(r.status_code, r.content)
    r2 = client.get(r["Location"], **h)
    print(r2.status_code, r2.content)
    for path in ("/snapshot", "/events"):
        r3 = client.get(r["Location"] + path, **h)
        print(r3.status_code, r3.content[:300])
    print(client.get("/api/v1/escalations?status=waiting", **h).content[:200])
    k = create_key(world.ada, now=NOON)
    a = {"HTTP_AUTHORIZATION": f"Bearer {k}"}
    r = client.post("/api/v1/queues/support/claims", content_type="application/json", **a)
    print(r.status_code, r.content)
    rec = r.json()
    r = client.post(
        f"/api/v1/escalations/{rec['id']}/decision",
        json.dumps({"verdict": "approve", "claim_token": rec["claim"]["token"]}),
        content_type="application/json",
        **a,
    )
    print(r.status_code, r.content)
    print(client.get("/api/v1/decisions", **h).content)
    print(
        client.post(
            "/api/v1/decisions/verify",
            json.dumps({"escalation_id": rec["id"], "output": "Yes"}),
            content_type="application/json",
            **h,
        ).content
    )
    print(client.post("/api/v1/queues/support/claims", content_type="application/json", **a).headers)
    m = {"HTTP_AUTHORIZATION": "Bearer " + create_key(world.mona, now=NOON)}
    for p in (
        "reports/sla",
        "reports/failures",
        "reports/volume",
        "datasets",
        "datasets/all-corrections/releases",
        "workflows/airline-support/policy",
        "zzz",
        "openapi.json",
        "docs",
    ):
        r = client.get(f"/api/v1/{p}", **m)
        print(p, r.status_code, r.content[:400])
    r = client.post(
        "/api/v1/escalations/batch",
        "\n".join(json.dumps(body | {"external_id": f"b{i}"}) for i in range(3)),
        content_type="application/x-ndjson",
        **h,
    )
    print(r.content)
