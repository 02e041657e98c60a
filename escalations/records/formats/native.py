"""`native`: one JSONL, an example per line, everything we know. The other formats are made from its lines."""

import json
from collections.abc import Iterator

from escalations.records.formats.shape import Examples, File, Format


def native_line(document: str, *, content: str, version: str, duplicates: list[str]) -> str:
    """The line of a stored example, without its newline. A stored document is an object's JSON: it is not parsed."""
    added = {"content_sha256": content, "split": "test", "dataset_version": version, "duplicates_of": duplicates}
    return f"{document[:-1]},{json.dumps(added, separators=(',', ':'))[1:]}"


def _write(examples: Examples) -> Iterator[bytes]:
    return (line.encode() + b"\n" for line in examples.lines())


FORMAT = Format("jsonl", "application/x-ndjson", (File("native.jsonl", _write),))
