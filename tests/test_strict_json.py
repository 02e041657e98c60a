"""Strict JSON: what is read is what was written, and what is not one strict document is refused."""

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalations.errors import Invalid, Malformed
from escalations.rules.strict_json import parse

any_text = st.text(st.characters(exclude_categories=()))
plain_key = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
any_number = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
any_json = st.recursive(
    st.none() | st.booleans() | any_number | any_text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(plain_key, inner, max_size=5),
)

MALFORMED = {
    "nothing": (b"", "not_json"),
    "a duplicate key": (b'{"a": 1, "a": 1}', "duplicate_key"),
    "a duplicate key by escape": (b'{"a": 1, "\\u0061": 2}', "duplicate_key"),
    "a duplicate key deep inside": (b'[{"x": {"a": 1, "a": 2}}]', "duplicate_key"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "byte_order_mark"),
    "two documents": (b"{} {}", "not_json"),
    "two documents on two lines": (b"{}\n{}", "not_json"),
    "NaN": (b'{"a": NaN}', "not_json"),
    "Infinity": (b"[-Infinity]", "not_json"),
    "invalid UTF-8": (b'"\xff"', "not_utf8"),
    "a surrogate as UTF-8 bytes": (b'"\xed\xa0\x80"', "not_utf8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16-le"), "not_json"),
    "a raw NUL": (b'"\x00"', "not_json"),
    "a raw newline in a string": (b'"a\nb"', "not_json"),
    "a comment": (b"{} // no", "not_json"),
    "a trailing comma": (b"[1,]", "not_json"),
    "single quotes": (b"{'a': 1}", "not_json"),
    "an unfinished string": (b'"abc', "not_json"),
    "a leading zero": (b"[01]", "not_json"),
    "a leading plus": (b"[+1]", "not_json"),
    "digits of another script": ("[١]".encode(), "not_json"),
    "65 deep": (b"[" * 65 + b"]" * 65, "too_deep"),
    "65 deep in objects": (b'{"a":' * 65 + b"1" + b"}" * 65, "too_deep"),
    "very deep": (b"[" * 100_000, "too_deep"),
    "1,001 digits": (b"1" * 1001, "number_too_long"),
    "1,001 digits below zero": (b"-" + b"1" * 1001, "number_too_long"),
    "1,001 digits with a point": (b"0." + b"1" * 1000, "number_too_long"),
}


@given(any_json)
def test_any_value_comes_back_as_it_was_written(value):
    assert parse(json.dumps(value).encode()) == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_comes_back_without_escapes_too(text):
    assert parse(json.dumps([text], ensure_ascii=False).encode()) == [text]


@given(st.binary(max_size=50))
def test_any_bytes_are_a_value_or_a_refusal(body):
    with contextlib.suppress(Malformed, Invalid):
        json.dumps(parse(body))


@pytest.mark.parametrize(("body", "code"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_one_strict_document_is_malformed(body, code):
    with pytest.raises(Malformed) as refused:
        parse(body)
    assert (refused.value.status, refused.value.code) == (400, code)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "[1e9999]"])
def test_a_number_too_large_to_be_finite_is_invalid(number):
    with pytest.raises(Invalid) as refused:
        parse(number.encode())
    assert refused.value.faults[0].code == "not_finite"


@pytest.mark.parametrize("key", ["\x00", "a\x00b", "\ud800", "x\udfff"])
def test_a_key_with_nul_or_half_a_surrogate_pair_is_invalid(key):
    with pytest.raises(Invalid) as refused:
        parse(json.dumps({"deep": [{key: 1}]}).encode())
    assert refused.value.faults[0].code == "bad_key"


@pytest.mark.parametrize("text", ["\x00", "\ud800", "a\udfffb", "\ufeff", "\U0001f600", "\u202e"])
def test_strings_keep_every_code_point(text):
    assert parse(json.dumps({"output": text}).encode()) == {"output": text}


def test_a_pair_of_surrogate_escapes_is_one_character():
    assert parse(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_64_deep_is_allowed(opening):
    closing = {"[": "]", "{": "}"}[opening[0]]
    assert parse((opening * 64 + "1" + closing * 64).encode()) is not None


def test_brackets_inside_strings_do_not_count_as_depth():
    value = ["[" * 500, {"{": '"[\\"[' * 100}, "\\"]
    assert parse(json.dumps(value).encode()) == value


@pytest.mark.parametrize("number", ["1" * 1000, "-" + "1" * 1000, "0." + "1" * 999])
def test_a_number_of_1000_digits_is_allowed(number):
    assert parse(number.encode()) == pytest.approx(json.loads(number))


@pytest.mark.parametrize("filler", [b'\\"', b'"[', b'"\\', b"[{", b'"a":'])
def test_a_hostile_megabyte_is_refused_at_once(filler):
    began = time.perf_counter()
    with pytest.raises(Malformed):
        parse(b"[" * 65 + b'"' + filler * (1_048_000 // len(filler)))
    assert time.perf_counter() - began < 2
