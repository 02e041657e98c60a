"""Text of a model: hashed as it is, shown inert."""

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalations.rules.text import code_words, display_text, shorten, text_bytes, text_sha256

any_text = st.text(st.characters(exclude_categories=()))


@given(any_text)
def test_bytes_come_back_as_the_text_they_were(text):
    assert text_bytes(text).decode("utf-8", "surrogatepass") == text


@given(st.text())
def test_the_hash_of_ordinary_text_is_that_of_its_utf_8(text):
    assert text_sha256(text) == hashlib.sha256(text.encode()).hexdigest()


def test_the_hash_tells_apart_what_looks_the_same():
    composed = "é"
    assert text_sha256(composed) != text_sha256(unicodedata.normalize("NFD", composed))


@given(any_text)
def test_shown_text_can_be_stored_and_keeps_its_length(text):
    shown = display_text(text)
    shown.encode()
    assert "\x00" not in shown
    assert len(shown) == len(text)


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\x7f", "\ud800"])
def test_what_can_not_be_shown_has_a_marker(bad):
    assert display_text(f"a{bad}b") == "a\ufffdb"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_ordinary_text_is_shown_unchanged(text):
    assert display_text(f"{text}\t\r\n") == f"{text}\t\r\n"


@given(any_text, st.integers(5, 200))
def test_a_shortened_text_is_one_line_within_its_limit(text, limit):
    line = shorten(text, limit)
    assert len(line) <= limit
    assert line == line.strip()
    assert not any(one in line for one in "\r\n\x00")


def test_a_long_text_is_cut_at_a_word():
    assert shorten("The refund was promised, yet nobody may promise it.", 30) == "The refund was promised, yet…"


def test_a_short_text_stays_as_it_is():
    assert shorten("  One  line\n here ", 40) == "One line here"


@pytest.mark.parametrize(
    ("code", "words"),
    [("low_confidence", "Low confidence"), ("pii_detected", "PII detected"), ("not-json", "Not JSON"), ("", "")],
)
def test_a_code_is_told_in_words(code, words):
    assert code_words(code) == words
