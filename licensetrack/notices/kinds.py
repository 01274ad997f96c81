"""Every kind of notice: what it is called, what it says, who may see it, and how it goes out unless a person decides.

A kind of an area of its own stands in a file of its own (`*_kinds.py`) and is added to `_ALL`. Each kind has a folder
`templates/email/<code>/` with `subject.txt` and `body.txt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from licensetrack.notices.reminder_kinds import REMINDER_KINDS, SYSTEM_KINDS
from licensetrack.notices.shape import AT_ONCE, DIGEST, MAIL_MODES, OFF, Kind

__all__ = ["AT_ONCE", "DIGEST", "GROUPS", "KINDS", "MAIL_MODES", "OFF", "Kind", "filled"]

GROUPS: dict[str, str] = {
    "requests": "Requests",
    "sets": "Licence sets",
    "acceptance": "Importing and acceptance",
    "bought": "What was bought",
    "performance": "Performance",
    "reminders": "Reminders",
    "accounts": "Accounts and security",
    "system": "The program itself",
}

REQUEST_KINDS = (
    Kind(
        "request_submitted", "requests", "A request waits for review", "Request %(number)s waits for review",
        "%(unit)s submitted the request %(number)s.", "requests:request:accept", must=True,
    ),
)  # fmt: skip

_ALL = (*REQUEST_KINDS, *REMINDER_KINDS, *SYSTEM_KINDS)
KINDS: dict[str, Kind] = {kind.code: kind for kind in _ALL}


class _Told(dict[str, object]):
    """What a notice tells; a value that it lacks is a dash, so that an old notice can still be shown."""

    def __missing__(self, name: str) -> str:
        return "—"


def filled(text: str, told: Mapping[str, Any]) -> str:
    """A translated text with the values of one notice in it."""
    return text % _Told(told)
