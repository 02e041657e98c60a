"""How log lines look: JSON for machines, readable for people; both carry the ids of the request or job they belong to.

What a client sent never gets into a JSON line: an exception is told by its class, the first line of its message and
its frames, because PostgreSQL quotes the refused row in the lines after the first.
"""

import logging
import sys
from collections.abc import Sequence
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

LONGEST_MESSAGE = 300  # characters of an exception's message
SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
frames_of = ExceptionDictTransformer(show_locals=False, max_frames=40)

structlog.configure(
    processors=[structlog.stdlib.filter_by_level, *SHARED, ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def formatter(kind: str) -> logging.Formatter:
    """The formatter of every line: `json` or `text`."""
    last = TEXT if kind == "text" else JSON
    return ProcessorFormatter(foreign_pre_chain=SHARED, processors=[ProcessorFormatter.remove_processors_meta, *last])


def told(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """An exception and what caused it, without what a client sent."""
    return [
        {
            "type": part["exc_type"],
            "message": part["exc_value"].partition("\n")[0][:LONGEST_MESSAGE],
            "frames": [f"{frame['filename']}:{frame['lineno']} {frame['name']}" for frame in part["frames"]],
        }
        for part in frames_of(exc_info)
    ]


def tell_exception(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """Put the exception of a line into its field `exception`."""
    exc_info: Any = line.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    elif isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if exc_info and exc_info[0]:
        line["exception"] = told(exc_info)
    return line


JSON: Sequence[Processor] = [tell_exception, structlog.processors.JSONRenderer(separators=(",", ":"))]
TEXT: Sequence[Processor] = [
    structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )
]
