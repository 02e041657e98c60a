"""The formats that a release can be had in: one file each, made from the same examples.

To add one, copy its nearest neighbour, name it here and in `tests/test_formats.py`.
"""

from escalations.records.formats import inspect_ai, native, promptfoo
from escalations.records.formats.shape import Format

FORMATS: dict[str, Format] = {
    "native": native.FORMAT,
    "inspect": inspect_ai.FORMAT,
    "promptfoo": promptfoo.FORMAT,
}
