"""What every format is made of: a release's examples go in as lines of `native`, files come out as pieces of bytes.

A format says which files it has and how each is written, a piece per example; this module joins the pieces, packs the
zip and counts. Nothing here reads a clock or depends on a library's version: the same examples are the same bytes.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

CHUNK = 64 * 1024
OLDEST = (1980, 1, 1, 0, 0, 0)  # the first instant that a zip can name


@dataclass(frozen=True)
class Examples:
    """A release's examples in order of id, as lines of `native`; may be gone through again."""

    dataset: str
    version: str
    lines: Callable[[], Iterator[str]]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(json.loads, self.lines())


Write = Callable[[Examples], Iterator[bytes]]


@dataclass(frozen=True)
class File:
    """One file of a format. `write` yields a piece per example where it holds rows."""

    name: str
    write: Write
    holds_rows: bool = True


@dataclass(frozen=True)
class Format:
    """How a release is written: the ending of its file, its media type, its files, what it cannot carry."""

    suffix: str
    media_type: str
    files: tuple[File, ...]
    not_carried: tuple[str, ...] = ()

    def write(self, examples: Examples) -> Iterator[bytes]:
        """The bytes to send, in chunks."""
        return joined(self._pieces([(one, one.write(examples)) for one in self.files]))

    def described(self, examples: Examples) -> dict[str, Any]:
        """What the manifest says of the format; the files are written once and counted on their way."""
        parts, whole = [(one, Tally()) for one in self.files], Tally()
        for _ in whole.through(self._pieces([(one, tally.through(one.write(examples))) for one, tally in parts])):
            pass
        told = [{"name": one.name, **tally.told(with_rows=one.holds_rows)} for one, tally in parts]
        rows = max(tally.pieces for one, tally in parts if one.holds_rows)
        packed = {"files": told} if self.is_zip else {}
        return {**whole.told(), "rows": rows, **packed, "not_carried": list(self.not_carried)}

    @property
    def is_zip(self) -> bool:
        return self.suffix.endswith("zip")

    def _pieces(self, files: list[tuple[File, Iterator[bytes]]]) -> Iterator[bytes]:
        return zipped((one.name, pieces) for one, pieces in files) if self.is_zip else files[0][1]


@dataclass
class Tally:
    """Counts what passes through it."""

    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0
    pieces: int = 0

    def through(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.digest.update(piece)
            self.size, self.pieces = self.size + len(piece), self.pieces + 1
            yield piece

    def told(self, *, with_rows: bool = False) -> dict[str, Any]:
        rows = {"rows": self.pieces} if with_rows else {}
        return {"sha256": self.digest.hexdigest(), "bytes": self.size, **rows}


class Pipe:
    """What a zip is written into: keeps the pieces until they are taken."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Needed by `zipfile`; there is nothing to do."""

    def taken(self) -> bytes:
        found, self.pieces = b"".join(self.pieces), []
        return found


def zipped(files: Iterable[tuple[str, Iterator[bytes]]]) -> Iterator[bytes]:
    """A zip of named files. Stored, not deflated: what zlib makes differs between its versions."""
    pipe = Pipe()
    with ZipFile(pipe, "w", ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, pieces in files:
            told = ZipInfo(name, OLDEST)
            told.create_system, told.external_attr = 3, 0o644 << 16  # the same on Windows
            with archive.open(told, "w") as entry:
                for chunk in joined(pieces):
                    entry.write(chunk)
                    yield pipe.taken()
    yield pipe.taken()


def joined(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in chunks worth sending."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def json_text(value: Any) -> str:
    """A value as JSON on one line, not ASCII-escaped; escaped is what some readers take for the end of a line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def encoded(value: Any) -> bytes:
    """A value as JSON in UTF-8; a lone surrogate leaves as a JSON escape."""
    return json_text(value).encode("utf-8", "backslashreplace")


def rows(row: Callable[[dict[str, Any]], Any]) -> Write:
    """How a JSONL file is written: `row` of each example, a line each."""

    def write(examples: Examples) -> Iterator[bytes]:
        return (encoded(row(example)) + b"\n" for example in examples)

    return write
