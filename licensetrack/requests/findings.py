"""What a check found in a request: an error or a warning, in words, at a line and a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from licensetrack.core.errors import Refused

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (`error`) or remarkable (`warning`).

    `message` is an English msgid with ``%(name)s`` placeholders, `values` fills them. `line` is the key of the line it
    is about, empty for the request as a whole; `field` is the field it stands at.
    """

    level: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    line: str = ""
    field: str = ""

    @property
    def stops(self) -> bool:
        """Whether the request can not be submitted because of it."""
        return self.level == ERROR

    def as_row(self) -> dict[str, Any]:
        """As kept with a version."""
        return {
            "level": self.level, "message": self.message, "values": dict(self.values), "line": self.line,
            "field": self.field,
        }  # fmt: skip


def error(message: str, line: str = "", field: str = "", **values: Any) -> Finding:
    """Something that has to be put right first."""
    return Finding(ERROR, message, values, line, field)


def warning(message: str, line: str = "", field: str = "", **values: Any) -> Finding:
    """Something that the reviewer should know."""
    return Finding(WARNING, message, values, line, field)


def from_row(row: Mapping[str, Any]) -> Finding:
    """A finding as it was kept with a version."""
    return Finding(row["level"], row["message"], row["values"], row["line"], row["field"])


def merged(unread: Sequence[Finding], found: Sequence[Finding]) -> list[Finding]:
    """Both together; what could not be read is not called missing as well."""
    places = {(one.line, one.field) for one in unread}
    return [*unread, *(one for one in found if (one.line, one.field) not in places)]


class NotReady(Refused):
    """A request that can not be submitted yet, with everything that stands in the way."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(found for found in findings if found.stops)
        first = self.findings[0]
        super().__init__(first.message, **first.values)
