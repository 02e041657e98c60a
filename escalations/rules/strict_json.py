"""Strict JSON (RFC 8259, I-JSON's spirit): one UTF-8 document, no duplicate keys, no NaN, bounded depth and numbers.

Strings keep NUL and lone surrogates, because a model's text must not be able to escape review by holding one;
object keys may not hold them. A number that overflows a double is valid JSON that we refuse as a value (422).
"""

import json
import re
from itertools import accumulate
from typing import Any, NoReturn

from escalations.errors import Fault, Invalid, Malformed

MOST_DEPTH = 64
MOST_DIGITS = 1000
BAD_IN_KEY = re.compile("[\x00\ud800-\udfff]")
STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)  # one without its end is taken whole, so that it is read once
STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
NOT_BRACKETS = bytes(set(range(256)) - set(STEP))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("An object holds the same key twice.", code="duplicate_key")
    for key in found:
        if not key.isascii() or "\x00" in key:
            _check_key(key)
    return found


def _check_key(key: str) -> None:
    if BAD_IN_KEY.search(key):
        fault = Fault("", "bad_key", "An object key holds NUL or half of a surrogate pair.")
        raise Invalid("An object key holds a character that no key may hold.", faults=[fault])


def _check_digits(number: str) -> None:
    if len(number) > MOST_DIGITS and sum(map(str.isdigit, number)) > MOST_DIGITS:
        raise Malformed(f"A number has more than {MOST_DIGITS:,} digits.", code="number_too_long")


def _whole(written: str) -> int:
    _check_digits(written)
    return int(written)


def _real(written: str) -> float:
    _check_digits(written)
    number = float(written)
    if number in (float("inf"), float("-inf")):
        fault = Fault("", "not_finite", "A number is too large to be finite.")
        raise Invalid("A number is too large to be finite.", faults=[fault])
    return number


def _constant(name: str) -> NoReturn:
    raise Malformed("NaN and Infinity are not JSON.", code="not_json")


def _check_depth(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= MOST_DEPTH:
        return
    brackets = STRING.sub(b"", body).translate(None, NOT_BRACKETS)
    if max(accumulate(map(STEP.__getitem__, brackets)), default=0) > MOST_DEPTH:
        raise Malformed(f"The document is nested more than {MOST_DEPTH} deep.", code="too_deep")


DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=_whole, parse_float=_real, parse_constant=_constant)


def parse(body: bytes) -> Any:
    """The one JSON value in `body`.

    Raises Malformed (400) for bytes that are not strict JSON, Invalid (422) for a number that is not finite or a key
    with NUL or half of a surrogate pair.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("The body is not valid UTF-8.", code="not_utf8") from None
    if text.startswith("\ufeff"):
        raise Malformed("The body starts with a byte order mark.", code="byte_order_mark")
    _check_depth(body)
    try:
        return DECODER.decode(text)
    except (json.JSONDecodeError, RecursionError):
        raise Malformed("The body is not one JSON document.", code="not_json") from None
