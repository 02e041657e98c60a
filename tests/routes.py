"""Who may what, as one table: a row per route and method, a column per caller, the status that each gets.

`stranger` is a sender of another workflow; `expired` is a sender's key that is over; `disabled` may not sign in any
more. Pages take people by session (`in` is the way to the sign-in), the API takes keys. `{waiting}`, `{held}` (by ada)
and `{decided}` are cases in `support`; ada made the `{report}` and is the `{person}`; olga owns both workflows, mona
sees all of them, cleo leads every queue.
"""

CALLERS = [
    "nobody",
    "mallory",
    "ada",
    "cleo",
    "mona",
    "olga",
    "otto",
    "admin",
    "bot",
    "stranger",
    "expired",
    "disabled",
]

#                                                                    nob mal ada cle mon olg ott adm bot str exp dis
TABLE = """
GET    /livez                                                        200 200 200 200 200 200 200 200 200 200 200 200
GET    /readyz                                                       200 200 200 200 200 200 200 200 200 200 200 200
GET    /metrics                                                      404 404 404 404 404 404 404 404 404 404 404 404
GET    /accounts/login/                                              200 302 302 302 302 302 302 302 200 200 200 200
GET    /accounts/logout/                                             in  200 200 200 200 200 200 200 in  in  in  in
GET    /api/v1/openapi.json                                          200 200 200 200 200 200 200 200 200 200 200 200
GET    /api/v1/docs                                                  200 200 200 200 200 200 200 200 200 200 200 200
GET    /api/v1/nothing                                               404 404 404 404 404 404 404 404 404 404 404 404
POST   /api/v1/escalations                                           401 403 403 403 403 403 403 403 201 403 401 401
GET    /api/v1/escalations                                           401 200 200 200 200 200 200 200 200 200 401 401
POST   /api/v1/escalations/batch                                     401 403 403 403 403 403 403 403 200 200 401 401
GET    /api/v1/escalations/{waiting}                                 401 404 200 200 200 200 200 200 200 404 401 401
GET    /api/v1/escalations/{waiting}/snapshot                        401 404 200 200 200 200 200 200 200 404 401 401
GET    /api/v1/escalations/{waiting}/events                          401 404 200 200 200 200 200 200 200 404 401 401
POST   /api/v1/escalations/{waiting}/withdrawal                      401 404 403 403 403 403 403 403 200 404 401 401
PUT    /api/v1/escalations/{waiting}/claim                           401 404 201 201 403 403 403 403 403 403 401 401
PATCH  /api/v1/escalations/{held}/claim                              401 404 200 409 403 403 403 403 403 403 401 401
DELETE /api/v1/escalations/{held}/claim                              401 404 204 409 403 403 403 403 403 403 401 401
POST   /api/v1/escalations/{held}/skips                              401 404 200 409 403 403 403 403 403 403 401 401
PUT    /api/v1/escalations/{waiting}/queue                           401 404 403 200 403 403 403 403 403 403 401 401
PUT    /api/v1/escalations/{waiting}/owner                           401 404 403 200 403 403 403 403 403 403 401 401
POST   /api/v1/escalations/{decided}/reopenings                      401 404 403 200 403 403 403 403 403 403 401 401
POST   /api/v1/escalations/{held}/decision                           401 404 201 409 403 403 403 403 403 403 401 401
GET    /api/v1/decisions                                             401 200 200 200 200 200 200 200 200 200 401 401
POST   /api/v1/decisions/verify                                      401 404 200 200 200 200 200 200 200 404 401 401
POST   /api/v1/queues/support/claims                                 401 404 201 201 404 404 403 403 403 403 401 401
GET    /api/v1/workflows/airline-support/policy                      401 404 404 200 200 200 200 200 200 404 401 401
GET    /api/v1/datasets                                              401 403 403 200 200 200 200 200 200 200 401 401
GET    /api/v1/datasets/all-corrections/releases                     401 403 403 200 200 200 200 200 200 200 401 401
POST   /api/v1/datasets/all-corrections/releases                     401 403 403 202 403 202 403 202 403 403 401 401
GET    /api/v1/datasets/all-corrections/releases/{version}           401 403 403 200 200 200 200 200 200 200 401 401
GET    /api/v1/datasets/all-corrections/releases/{version}/file      401 403 403 200 200 200 200 200 403 403 401 401
GET    /api/v1/reports/sla                                           401 403 403 200 200 200 200 200 200 200 401 401
GET    /api/v1/reports/failures                                      401 403 403 200 200 200 200 200 200 200 401 401
GET    /api/v1/reports/volume                                        401 403 403 200 200 200 200 200 200 200 401 401
GET    /                                                             in  200 200 200 200 200 200 200 in  in  in  in
POST   /claims                                                       in  302 302 302 302 302 302 302 in  in  in  in
GET    /queues/support/                                              in  404 200 200 404 404 200 200 in  in  in  in
POST   /queues/support/claims                                        in  404 302 302 404 404 403 403 in  in  in  in
GET    /escalations/{waiting}/                                       in  404 200 200 200 200 200 200 in  in  in  in
POST   /escalations/{waiting}/claim                                  in  404 302 302 403 403 403 403 in  in  in  in
POST   /escalations/{held}/claim/extension                           in  404 200 409 403 403 403 403 in  in  in  in
POST   /escalations/{held}/claim/return                              in  404 302 409 403 403 403 403 in  in  in  in
POST   /escalations/{held}/skip                                      in  404 302 409 403 403 403 403 in  in  in  in
POST   /escalations/{held}/decision                                  in  404 302 409 403 403 403 403 in  in  in  in
POST   /escalations/{waiting}/move                                   in  404 403 302 403 403 403 403 in  in  in  in
POST   /escalations/{waiting}/assignment                             in  404 403 302 403 403 403 403 in  in  in  in
POST   /escalations/{decided}/reopening                              in  404 403 302 403 403 403 403 in  in  in  in
GET    /reports/                                                     in  302 302 302 302 302 302 302 in  in  in  in
GET    /reports/cases/                                               in  403 403 200 200 200 200 200 in  in  in  in
GET    /reports/sla/                                                 in  403 403 200 200 200 200 200 in  in  in  in
GET    /reports/sla/table.csv                                        in  403 403 200 200 200 200 200 in  in  in  in
GET    /datasets/                                                    in  403 403 200 200 200 200 200 in  in  in  in
GET    /datasets/all-corrections/                                    in  403 403 200 200 200 200 200 in  in  in  in
POST   /datasets/all-corrections/releases                            in  403 403 302 403 302 403 302 in  in  in  in
GET    /datasets/all-corrections/releases/{version}/native           in  403 403 200 200 200 200 200 in  in  in  in
GET    /workflows/                                                   in  200 200 200 200 200 200 200 in  in  in  in
GET    /workflows/airline-support/                                   in  404 404 200 200 200 200 200 in  in  in  in
GET    /workflows/airline-support/description/                       in  404 404 403 403 200 403 200 in  in  in  in
POST   /workflows/airline-support/trial                              in  404 404 200 200 200 200 200 in  in  in  in
GET    /report/                                                      in  200 200 200 200 200 200 200 in  in  in  in
POST   /report/                                                      in  422 302 302 302 302 302 302 in  in  in  in
GET    /report/{report}/                                             in  404 200 404 404 404 404 404 in  in  in  in
GET    /settings/                                                    in  403 403 403 403 403 403 200 in  in  in  in
POST   /settings/queues/support/lead                                 in  403 403 403 403 403 403 302 in  in  in  in
GET    /settings/senders/                                            in  403 403 403 403 403 403 200 in  in  in  in
POST   /settings/senders/                                            in  403 403 403 403 403 403 200 in  in  in  in
GET    /settings/senders/{sender}/                                   in  403 403 403 403 403 403 200 in  in  in  in
POST   /settings/senders/{sender}/keys                               in  403 403 403 403 403 403 200 in  in  in  in
POST   /settings/senders/{sender}/disabling                          in  403 403 403 403 403 403 302 in  in  in  in
POST   /settings/senders/{sender}/enabling                           in  403 403 403 403 403 403 409 in  in  in  in
POST   /settings/keys/{key}/rotation                                 in  403 403 403 403 403 403 200 in  in  in  in
POST   /settings/keys/{key}/limit                                    in  403 403 403 403 403 403 302 in  in  in  in
POST   /settings/keys/{key}/expiry                                   in  403 403 403 403 403 403 302 in  in  in  in
GET    /settings/people/                                             in  403 403 403 403 403 403 200 in  in  in  in
POST   /settings/people/                                             in  403 403 403 403 403 403 200 in  in  in  in
GET    /settings/people/{person}/                                    in  403 403 403 403 403 403 200 in  in  in  in
POST   /settings/people/{person}/roles                               in  403 403 403 403 403 403 302 in  in  in  in
POST   /settings/people/{person}/roles/taking                        in  403 403 403 403 403 403 302 in  in  in  in
POST   /settings/people/{person}/capacity                            in  403 403 403 403 403 403 302 in  in  in  in
POST   /settings/people/{person}/password                            in  403 403 403 403 403 403 200 in  in  in  in
POST   /settings/people/{person}/keys                                in  403 403 403 403 403 403 200 in  in  in  in
POST   /settings/people/{person}/disabling                           in  403 403 403 403 403 403 302 in  in  in  in
POST   /settings/people/{person}/enabling                            in  403 403 403 403 403 403 409 in  in  in  in
POST   /preferences                                                  302 302 302 302 302 302 302 302 302 302 302 302
"""
ROWS = TABLE.strip().splitlines()

REASON = {"reason": "Look again."}
DECISION = {"verdict": "approve", "claim_token": "{token}"}
WRITES = {
    "/api/v1/escalations/{waiting}/withdrawal": REASON,
    "/api/v1/escalations/{held}/skips": {"reason": "other"},
    "/api/v1/escalations/{waiting}/queue": {"queue": "specialists"},
    "/api/v1/escalations/{waiting}/owner": {"person": "ada"},
    "/api/v1/escalations/{decided}/reopenings": REASON,
    "/api/v1/escalations/{held}/decision": DECISION,
    "/api/v1/decisions/verify": {"escalation_id": "{waiting}", "output": "x"},
}
ONCE = {"once": "0199a9f0-0000-7000-8000-000000000000"}
KEY = {"workflows": "airline-support", "scopes": "escalations:read", "requests_per_second": 5, **ONCE}
ROLE = {"role": "reviewer", "queues": "support"}
PAGE_WRITES = {
    "/escalations/{held}/decision": DECISION,
    "/escalations/{waiting}/move": {"queue": "specialists"},
    "/escalations/{waiting}/assignment": {"person": "ada"},
    "/escalations/{decided}/reopening": REASON,
    "/report/": {"workflow": "airline-support", "asked": "a", "said": "b", "wrong": "c", **ONCE},
    "/settings/queues/support/lead": {"person": "ada"},
    "/settings/senders/": {"name": "new", **KEY},
    "/settings/senders/{sender}/keys": KEY,
    "/settings/keys/{key}/rotation": {"overlap": "24", **ONCE},
    "/settings/keys/{key}/limit": {"limit": 9},
    "/settings/people/": {"username": "rosa", "capacity": 5, **ROLE},
    "/settings/people/{person}/roles": ROLE,
    "/settings/people/{person}/roles/taking": {"right": "reviewer-support"},
    "/settings/people/{person}/capacity": {"capacity": 5},
    "/settings/people/{person}/keys": ONCE,
}
