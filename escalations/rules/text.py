"""Text of a model: hashed as it is, shown inert.

NUL and lone surrogates are legal inside JSON strings and illegal in PostgreSQL text, jsonb, HTML and mail.
Hashes are over UTF-8 with `surrogatepass` and no normalisation; what is shown has a marker instead.
"""

import hashlib
import json
import re
from typing import Any

UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
ACRONYMS = {"json": "JSON", "pii": "PII"}
SPACES = re.compile(r"\s+")


def text_bytes(text: str) -> bytes:
    """UTF-8 bytes of a text that may hold lone surrogates."""
    return text.encode("utf-8", "surrogatepass")


def text_sha256(text: str) -> str:
    """Hex SHA-256 of a text over its UTF-8 bytes."""
    return hashlib.sha256(text_bytes(text)).hexdigest()


def canonical(value: Any) -> bytes:
    """One spelling of a JSON value: sorted keys, no spaces, UTF-8 with surrogates passed."""
    return text_bytes(json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def canonical_sha256(value: Any) -> str:
    """Hex SHA-256 of a JSON value, whatever the order of its keys."""
    return hashlib.sha256(canonical(value)).hexdigest()


def display_text(text: str) -> str:
    """The text with U+FFFD in place of what cannot be stored or shown: control characters and lone surrogates."""
    return UNSHOWABLE.sub("\ufffd", text)


def shorten(text: str, limit: int) -> str:
    """One line of at most `limit` characters, shown safely, cut at a word where one is near."""
    line = SPACES.sub(" ", display_text(text[: limit * 4])).strip()
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[limit // 2 :] else cut).rstrip(" ,;:.") + "…"


def code_words(code: str) -> str:
    """A code in words: `low_confidence` → `Low confidence`, `pii_detected` → `PII detected`."""
    words = " ".join(ACRONYMS.get(word, word) for word in re.split(r"[_\- ]", code)).strip()
    return words[:1].upper() + words[1:]
