"""Hostile requests to POST /escalations: (name, what is sent, what is expected).

`raw` is the body, `headers` come on top of key and content type (None leaves one out), `target` is the request target.
`expect` is "accepted" or the statuses that are right. Bodies name `{id}` where their external_id goes.
"""

import gzip
import json
from dataclasses import dataclass, field

from tests.cases import PLAIN

ID = "EXTERNAL-ID"  # replaced by one of the case's own
BOM = b"\xef\xbb\xbf"


def whole(**changes: object) -> bytes:
    """A valid body with changes; what is None is left out."""
    told = {**PLAIN, "external_id": ID, **changes}
    return json.dumps({name: value for name, value in told.items() if value is not None}).encode()


def with_text(written: str) -> bytes:
    """A valid body whose output is this JSON text, as it is written."""
    return whole(output="@@").replace(b'"@@"', written.encode("utf-8", "surrogatepass"))


def with_opaque(written: bytes) -> bytes:
    """A valid body whose trace.attributes is this JSON text, as it is written."""
    return whole(trace={"attributes": "@@"}).replace(b'"@@"', written)


def nested(depth: int) -> bytes:
    """A document of exactly this depth."""
    inside = depth - 2  # the document and trace are two
    return with_opaque(b"[" * inside + b"]" * inside)


@dataclass(frozen=True)
class Case:
    """One hostile request and the right answer to it."""

    name: str
    raw: bytes
    expect: str | tuple[int, ...]
    headers: dict[str, str | None] = field(default_factory=dict)
    target: str = "/api/v1/escalations"


def kind(value: str | None) -> dict[str, str | None]:
    return {"Content-Type": value}


ACCEPTED = [
    Case("text: NUL, escaped", with_text('"a\\u0000b"'), "accepted"),
    Case("text: lone surrogates, both halves apart", with_text('"\\udc00x\\ud800"'), "accepted"),
    Case("text: surrogates in the wrong order", with_text('"\\ude00\\ud83d"'), "accepted"),
    Case("text: nothing", whole(output=""), "accepted"),
    Case("text: white space only", with_text('" \\t\\n\\u2028\\u00a0 "'), "accepted"),
    Case("text: a mark that turns writing round", whole(output="a\u202e\u2066gnp.exe"), "accepted"),
    Case("text: a formula", whole(output="=cmd|' /C calc'!A0"), "accepted"),
    Case("text: marks upon marks", whole(output="e" + "\u0301" * 5000), "accepted"),
    Case("text: noncharacters and the last code point", whole(output="\uffff\ufdd0\U0010ffff"), "accepted"),
    Case("text: SQL and a path", whole(output="'; DROP TABLE x; -- ../../etc/passwd"), "accepted"),
    Case("text: a mail header", whole(output="x\r\nBcc: all@example.com\r\n\r\n"), "accepted"),
    Case("text: a JSON document with the same keys", whole(output='{"output":"x","flags":[]}'), "accepted"),
    Case("text: NUL beside the output", whole(flags=[{"code": "x", "detail": "\x00\ud800"}]), "accepted"),
    Case(
        "text: NUL in names of things", whole(context=[{"text": "\x00", "title": "\ud800", "uri": "\x00"}]), "accepted"
    ),
    Case(
        "text: NUL in metadata and in a validation failure",
        whole(metadata={"k": "\x00"}, validation_failures=["\ud800"]),
        "accepted",
    ),
    Case("opaque: keys of prototypes", with_opaque(b'{"__proto__":{"x":1},"constructor":null}'), "accepted"),
    Case("opaque: numbers beyond a double's precision", with_opaque(b"[9007199254740993,1e-400,-0.0,1E5]"), "accepted"),
    Case("opaque: a number of 1,000 digits", with_opaque(b"9" * 1000), "accepted"),
    Case("opaque: NUL in a value", with_opaque(b'"\\u0000\\ud800"'), "accepted"),
    Case("depth: 64", nested(64), "accepted"),
    Case("depth: brackets in a string", whole(output="[" * 500 + "{\\" + '"['), "accepted"),
    Case("messages: 1,000", whole(input={"messages": [{"role": "user", "content": "x"}] * 1000}), "accepted"),
    Case(
        "messages: parts, calls and no content",
        whole(
            input={
                "messages": [
                    {"role": "user", "content": [{"type": "image", "data": "\x00"}]},
                    {"role": "assistant", "content": None, "tool_calls": [{"id": 1}]},
                    {"role": "tool", "content": "", "tool_call_id": "c 1", "name": "n"},
                ]
            }
        ),
        "accepted",
    ),
    Case("length: a mebibyte", whole(output="@" * (1024 * 1024 - len(whole(output="")))), "accepted"),
    Case("space around the document", b"\r\n\t " + whole() + b" \n", "accepted"),
    Case(
        "JSON: escaped keys and slashes",
        whole().replace(b'"output"', b'"\\u006futput"').replace(b'"input"', b'"\\u0069nput"'),
        "accepted",
    ),
    Case("type: with a quoted charset", whole(), "accepted", kind('application/json; charset="utf-8"')),
    Case("type: in capitals", whole(), "accepted", kind("APPLICATION/JSON; CHARSET=UTF-8")),
    Case("encoding: identity", whole(), "accepted", {"Content-Encoding": "identity"}),
    Case("header: an underscore beside the key", whole(), "accepted", {"X_Authorization": "x", "Content_Length": "9"}),
    Case(
        "header: names of proxies",
        whole(),
        "accepted",
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "a,b", "Forwarded": "host=evil"},
    ),
    Case("header: a method override", whole(), "accepted", {"X-HTTP-Method-Override": "DELETE"}),
    Case("header: a broken cookie", whole(), "accepted", {"Cookie": 'sessionid="\\";;;=;csrftoken=\xff; messages={'}),
    Case("header: Accept wants a page", whole(), "accepted", {"Accept": "text/html;q=0.9, */*;q=0"}),
    Case(
        "header: conditions on nothing",
        whole(),
        "accepted",
        {"If-None-Match": "*", "If-Match": '"x"', "Range": "bytes=0-1"},
    ),
    Case("query: 900 parameters that are no text", whole(), "accepted", {}, "/api/v1/escalations?" + "a=%ff&" * 900),
    Case(
        "query: a charset and a parameter",
        whole(),
        "accepted",
        kind("application/json; charset=utf-8"),
        "/api/v1/escalations?a=%e9",
    ),
    Case("idempotency: quoted, with a comma", whole(), "accepted", {"Idempotency-Key": '"a, b; c"'}),
]

MALFORMED = [
    Case("nothing at all", b"", (400,)),
    Case("white space only", b" \n", (400,)),
    Case("truncated", whole()[:-1], (400,)),
    Case("truncated in an escape", whole()[:-40] + b"\\u00", (400,)),
    Case("a string without its end", b'{"workflow": "' + b"x" * 100_000, (400,)),
    Case("only quotes and backslashes", b'"\\' * 200_000, (400,)),
    Case("a byte order mark", BOM + whole(), (400,)),
    Case("UTF-16 with its mark", whole().decode().encode("utf-16"), (400,)),
    Case("UTF-16 without one", whole().decode().encode("utf-16-le"), (400,)),
    Case("UTF-32", whole().decode().encode("utf-32-be"), (400,)),
    Case("Latin-1", whole().replace(b"refund", b"r\xe9fund"), (400,)),
    Case("half a surrogate pair as bytes", whole().replace(b"refund", b"\xed\xa0\xbd"), (400,)),
    Case("NaN", with_opaque(b"NaN"), (400,)),
    Case("minus Infinity", with_opaque(b"-Infinity"), (400,)),
    Case("hexadecimal", with_opaque(b"0x1F"), (400,)),
    Case("a leading zero", with_opaque(b"01"), (400,)),
    Case("a plus", with_opaque(b"+1"), (400,)),
    Case("digits of another script", with_opaque("\u0661".encode()), (400,)),
    Case("a bare minus", with_opaque(b"-"), (400,)),
    Case("a comment", b"/* x */" + whole(), (400,)),
    Case("a comma at the end", whole()[:-1] + b",}", (400,)),
    Case("single quotes", whole().replace(b'"', b"'"), (400,)),
    Case("a tab within a string", whole().replace(b"refund", b"re\tfund"), (400,)),
    Case("a newline within a string", whole().replace(b"refund", b"re\nfund"), (400,)),
    Case("a bad escape", with_text('"\\x41"'), (400,)),
    Case("a number of 1,001 digits", with_opaque(b"9" * 1001), (400,)),
    Case("a fraction of 200,000 digits", with_opaque(b"0." + b"1" * 200_000), (400,)),
    Case("an exponent of 5,000 digits", with_opaque(b"1e" + b"9" * 5000), (400,)),
    Case("the same key twice", whole().replace(b'"input"', b'"output":"x","input"'), (400,)),
    Case("the same key twice, deep down", with_opaque(b'[[{"a":1,"b":2,"a":1}]]'), (400,)),
    Case("depth: 65", nested(65), (400,)),
    Case("depth: 100,000 open brackets", b"[" * 100_000, (400,)),
    Case("depth: 100,000 objects", b'{"a":' * 100_000, (400,)),
    Case("two documents", whole() + whole(), (400,)),
    Case("something after the document", whole() + b"\x00", (400,)),
    Case("zipped without saying so", gzip.compress(whole()), (400,)),
    Case("a form", b"workflow=airline-support&output=x", (400,)),
    Case("too many parameters", whole(), (400,), {}, "/api/v1/escalations?" + "a&" * 1100),
    Case("a host that is not ours", whole(), (400,), {"Host": "evil.example"}),
    Case("a host of garbage", whole(), (400,), {"Host": "local host\xff:x"}),
]

INVALID = [
    Case("a list", b"[" + whole() + b"]", (422,)),
    Case("null", b"null", (422,)),
    Case("a number", b"5", (422,)),
    Case("a string", b'"x"', (422,)),
    Case("1e400", with_opaque(b"1e400"), (422,)),
    Case("a key with NUL", with_opaque(b'{"a\\u0000":1}'), (422,)),
    Case("a key with half a pair", with_opaque(b'{"\\ud800":1}'), (422,)),
    Case("a key with NUL at the top", whole().replace(b'"output"', b'"output\\u0000"'), (422,)),
    Case("confidence: a string", whole(confidence="0.4"), (422,)),
    Case("confidence: a whole number of 400 digits", whole(confidence=10**400), (422,)),
    Case("confidence: below zero", whole(confidence=-0.1), (422,)),
    Case("external_id: spaces and newlines", whole(external_id=" a\n"), (422,)),
    Case("external_id: a path", whole(external_id="../../etc/passwd"), (422,)),
    Case("external_id: letters of another script", whole(external_id="\u0430bc"), (422,)),
    Case("external_id: NUL", whole(external_id="a\x00"), (422,)),
    Case("external_id: a number", whole(external_id=5), (422,)),
    Case("workflow: half a pair", whole(workflow="\ud800"), (422,)),
    Case("workflow: a list", whole(workflow=["airline-support"]), (422,)),
    Case("flags: none", whole(flags=[]), (422,)),
    Case("flags: 10,000", whole(flags=[{"code": "x"}] * 10_000), (422,)),
    Case("flags: an object", whole(flags={"code": "x"}), (422,)),
    Case("flags: null", whole(flags=None).replace(b'"input"', b'"flags":null,"input"'), (422,)),
    Case("output: null", whole(output="@@").replace(b'"@@"', b"null"), (422,)),
    Case("output: a list", whole(output=["x"]), (422,)),
    Case("input: no messages", whole(input={"messages": []}), (422,)),
    Case("a field of ours", whole(status="decided", decision={"verdict": "approve"}), (422,)),
    Case("a field that is unknown, deep down", whole(model={"name": "m", "key": 1}), (422,)),
    Case("a role that is none", whole(input={"messages": [{"role": "admin", "content": "x"}]}), (422,)),
    Case("a year before all clocks", whole(occurred_at="0001-01-01T00:00:00+14:00"), (422,)),
    Case("an offset that is none", whole(occurred_at="2026-01-01T00:00:00+99:99"), (422,)),
    Case("hold: a fraction", whole(hold={"timeout_seconds": 5.5, "default": "approve"}), (422,)),
    Case("hold: approve, in capitals", whole(hold={"timeout_seconds": 60, "default": "APPROVE"}), (422,)),
    Case("trace: a URL that runs", whole(trace={"url": "javascript:alert(1)"}), (422,)),
    Case("trace: a URL with a newline", whole(trace={"url": "http://x/\r\nA: b"}), (422,)),
    Case("metadata: nested", whole(metadata={"a": {"b": "c"}}), (422,)),
    Case("metadata: 10,000 keys", whole(metadata={str(n): "x" for n in range(10_000)}), (422,)),
    Case("usage: minus one token", whole(usage={"input_tokens": -1}), (422,)),
    Case("wait: abc", whole(), (422,), {}, "/api/v1/escalations?wait=abc"),
    Case("wait: 61", whole(), (422,), {}, "/api/v1/escalations?wait=61"),
    Case("wait: NUL", whole(), (422,), {}, "/api/v1/escalations?wait=%00"),
    Case("wait: bytes that are no text", whole(), (422,), {}, "/api/v1/escalations?wait=%ff"),
    Case("idempotency: nothing", whole(), (422,), {"Idempotency-Key": ""}),
    Case("idempotency: 60,000 characters", whole(), (422,), {"Idempotency-Key": "k" * 60_000}),
    Case("idempotency: not ASCII", whole(), (422,), {"Idempotency-Key": "\xe9"}),
]

REFUSED = [
    Case("no key", whole(), (401,), {"Authorization": None}),
    Case("another scheme", whole(), (401,), {"Authorization": "Basic dXNlcjpwYXNz"}),
    Case("a key of 60,000 characters", whole(), (401,), {"Authorization": "Bearer rvk_" + "a" * 60_000}),
    Case("a key in the query", whole(), (401,), {"Authorization": None}, "/api/v1/escalations?key={key}"),
    Case("a workflow that does not exist", whole(workflow="nowhere"), (403,)),
    Case("a workflow that is another key's", whole(workflow="clinical-notes"), (403,)),
    Case("a slash at the end", whole(), (404,), {}, "/api/v1/escalations/"),
    Case("two slashes", whole(), (404,), {}, "/api/v1//escalations"),
    Case("NUL in the path", whole(), (404,), {}, "/api/v1/escalations%00"),
    Case("a path that is no text", whole(), (404,), {}, "/api/v1/%ff%fe"),
    Case("a mebibyte and a byte", whole(output="@" * (1024 * 1024 + 1 - len(whole(output="")))), (413,)),
    Case("a length of 10^15", whole(), (413,), {"Content-Length": "1000000000000000"}),
    Case("no type", whole(), (415,), kind(None)),
    Case("text/plain", whole(), (415,), kind("text/plain")),
    Case("NDJSON", whole(), (415,), kind("application/x-ndjson")),
    Case("a form's type", whole(), (415,), kind("application/x-www-form-urlencoded")),
    Case("a form with parts", whole(), (415,), kind("multipart/form-data")),
    Case("JSON of another kind", whole(), (415,), kind("application/json+x")),
    Case("two types", whole(), (415,), kind("application/json, text/plain")),
    *(
        Case(f"charset {name}", whole(), (415,), kind(f"application/json; charset={name}"), "/api/v1/escalations?a=%41")
        for name in ("latin-1", "utf-16", "hex", "idna", "rot13", "unicode_escape", "x" * 5000)
    ),
    Case("two charsets", whole(), (415,), kind("application/json; charset=utf-8; charset=utf-7")),
    Case("a charset by another spelling", whole(), (415,), kind("application/json; charset*=utf-7''hex")),
    *(
        Case(f"encoding {name}", gzip.compress(whole()), (415,), {"Content-Encoding": name})
        for name in ("gzip", "br, gzip", "x")
    ),
]

CASES = [*ACCEPTED, *MALFORMED, *INVALID, *REFUSED]
