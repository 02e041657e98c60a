"""What a correction changed, word by word. Bounded in time and memory for texts of any length and kind."""

import re
from collections.abc import Hashable, Iterator, Sequence

from rapidfuzz.distance import Indel

KEPT, ADDED, REMOVED = "kept", "added", "removed"
WORDS = re.compile(r"\w+(?:[.,]\w+)*|\s+|[^\w\s]")  # 38.90 is one word
LINES = re.compile(r"[^\n]*\n|[^\n]+")
SHORT = 4  # characters: less than this, kept between two changes, reads better as part of them
MOST_WORK = 400_000_000  # tokens of one text times tokens of the other: under half a second and 50 MB

Change = tuple[str, str]


def word_changes(before: str, after: str) -> list[Change]:
    """[(kept | added | removed, text)] that lead from one text to the other; by lines where words would be too many."""
    if before == after:
        return [(KEPT, before)] if before else []
    for grain in (WORDS, LINES):
        old, new = grain.findall(before), grain.findall(after)
        head = _shared(old, new)
        tail = _shared(old[head:][::-1], new[head:][::-1])
        old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
        if len(old_middle) * len(new_middle) <= MOST_WORK:
            middle = list(_steps(old_middle, new_middle))
            ends = (KEPT, "".join(old[:head])), (KEPT, "".join(old[len(old) - tail :] if tail else []))
            return _joined([ends[0], *middle, ends[1]])
    return _joined([(REMOVED, before), (ADDED, after)])


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many tokens both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _steps(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Change]:
    for step in Indel.opcodes(old, new):
        removed = "".join(map(str, old[step.src_start : step.src_end]))
        added = "".join(map(str, new[step.dest_start : step.dest_end]))
        if step.tag == "equal":
            yield KEPT, removed
        else:
            yield REMOVED, removed
            yield ADDED, added


def _joined(changes: Sequence[Change]) -> list[Change]:
    """Neighbours of one kind as one; a scrap between two changes belongs to both, so that phrases stay whole."""
    joined: list[Change] = []
    removed = added = ""
    for at, (kind, text) in enumerate(changes):
        if kind == KEPT and not (len(text) < SHORT and "\n" not in text and _is_between(changes, at)):
            joined += [(REMOVED, removed), (ADDED, added), (KEPT, text)]
            removed = added = ""
        else:
            removed += text if kind != ADDED else ""
            added += text if kind != REMOVED else ""
    joined += [(REMOVED, removed), (ADDED, added)]
    return [change for change in joined if change[1]]


def _is_between(changes: Sequence[Change], at: int) -> bool:
    """Whether a change stands on both sides."""
    return 0 < at < len(changes) - 1 and changes[at - 1][0] != KEPT != changes[at + 1][0]
