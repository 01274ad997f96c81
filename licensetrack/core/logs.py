"""The log: one event is one line of JSON in plain ASCII, with nothing in it that nobody outside may read.

Whatever a visitor sends can end up in an event; so control characters, line ends of every alphabet and marks that turn
the direction of writing are escaped (ASCII alone leaves the process), and a line can not be forged. Passwords, tokens,
keys, telephone numbers and names of people are left out by the name of their field and by their look.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from sqlalchemy.exc import DBAPIError

FORMS = ("json", "text")
HIDDEN = "(hidden)"
LONGEST = 1000
_FRAMES = 25
_SECRET = re.compile(
    r"passw|secret|token|cookie|authori|seed|_key$|^key$|phone|mobile|content|^body$|^name$|^names$|mail"
)
_LOOKS = (
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), HIDDEN),  # a mobile telephone number
    (re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"), HIDDEN),  # user and password in an address
    (re.compile(r"(?i)\b(bearer|password|passwd|secret|token)([=:\s]+)\S+"), rf"\1\2{HIDDEN}"),
    (re.compile(r"(?<![\w-])[\w-]{40,}(?![\w-])", re.ASCII), HIDDEN),  # keys, tokens of sessions, digests
)
Event = MutableMapping[str, Any]


def configure(stream: TextIO | None = None, form: str = "") -> None:
    """Sends every event of this process, of our own and of the libraries, to `stream` (standard output).

    `form` is "json" (for programs, the default) or "text" (for eyes, the default where the output is a terminal).
    """
    stream = stream or sys.stdout
    form = form or ("text" if stream.isatty() else "json")
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                _tell_error,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _hide,
                _as_text if form == "text" else _as_json,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it would tell each tick that comes late
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _tell_error(_logger: Any, _method: str, event: Event) -> Event:
    """An exception as facts: its kind, what it says, and where it came from, without the values of variables."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = [_facts(one) for one in _chain(error)]
    event.pop("stack_info", None)
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _facts(error: BaseException) -> dict[str, Any]:
    """What a database complains of quotes rows; of those only the state of SQL is told."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    of_database = isinstance(error, DBAPIError) or hasattr(error, "sqlstate") or hasattr(error, "sqlite_errorcode")
    told = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", "") if of_database else str(error)
    return {"kind": kind, "says": told or "", "at": frames[-_FRAMES:]}


def _hide(_logger: Any, _method: str, event: Event) -> Event:
    return {name: HIDDEN if _SECRET.search(str(name).lower()) else _clean(value) for name, value in event.items()}


def _clean(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(k): HIDDEN if _SECRET.search(str(k).lower()) else _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(one) for one in value]
    text = value if isinstance(value, str) else f"<{type(value).__name__}>"
    for look, instead in _LOOKS:
        text = look.sub(instead, text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def line(content: Any) -> str:
    """JSON of ASCII letters that print; DEL is the one control character that JSON leaves as it is."""
    return json.dumps(content, ensure_ascii=True, sort_keys=False, default=str).replace("\x7f", "\\u007f")


def _as_json(_logger: Any, _method: str, event: Event) -> str:
    first = {"at": event.pop("timestamp", ""), "level": event.pop("level", ""), "event": event.pop("event", "")}
    return line(first | dict(event))


def _as_text(_logger: Any, _method: str, event: Event) -> str:
    at, level, said = event.pop("timestamp", "")[11:19], event.pop("level", ""), event.pop("event", "")
    event.pop("logger", None)
    return f"{at} {level:<7} {line(said)[1:-1]} " + " ".join(f"{name}={line(value)}" for name, value in event.items())
