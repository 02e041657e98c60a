"""Characters that a reader cannot see, or that change what a reader sees: found so that a page can show them.

Linear in the text. Joiners stay where a script or an emoji needs them, one variation selector stays behind its sign.
"""

import re
from collections.abc import Iterator

CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff"
DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
INVISIBLE = (
    "\u00ad\u115f\u1160\u17b4\u17b5\u180e\u200b\u2028\u2029\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
)
TAGS_AND_SELECTORS = "\U000e0000-\U000e0fff"
JOINERS = r"(?<![\u0600-\u0dff])[\u200c\u200d](?![\u2640-\u27bf\U0001f300-\U0001faff])"
SELECTORS = r"[\ufe00-\ufe0d]|(?<=[\ufe00-\ufe0f])[\ufe0e\ufe0f]"
HIDDEN = re.compile(f"(?:[{CONTROLS}{DIRECTIONS}{INVISIBLE}{TAGS_AND_SELECTORS}]|{JOINERS}|{SELECTORS})+")
FEW = 4
LONGEST_MESSAGE = 200


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """(piece, whether it is hidden) in order; a hidden piece is what to show in its place."""
    at = 0
    for found in HIDDEN.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], False
        yield from ((shown, True) for shown in _names(found.group()))
        at = found.end()
    if at < len(text):
        yield text[at:], False


def hidden_count(text: str) -> int:
    """How many hidden characters a text holds."""
    return sum(len(found.group()) for found in HIDDEN.finditer(text))


def without_hidden(text: str) -> str:
    """The text with one replacement character for each run of hidden ones: for places that hold plain text only."""
    return HIDDEN.sub("\ufffd", text)


def _names(run: str) -> Iterator[str]:
    """A few characters by their code points; a long run by its length and what its tags spell."""
    if len(run) <= FEW:
        yield from (f"U+{ord(one):04X}" for one in run)
        return
    spelled = "".join(chr(ord(one) - 0xE0000) for one in run if 0xE0020 <= ord(one) <= 0xE007E)[:LONGEST_MESSAGE]
    yield f"{len(run)} hidden characters" + (f": {spelled}" if spelled else "")
