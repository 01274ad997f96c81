"""Every kind of notice: what it is called, what it says, who may see it, and how it goes out unless a person decides.

A kind of an area of its own stands in a file of its own (`*_kinds.py`) and is added to `_ALL`. Each kind has a folder
`templates/email/<code>/` with `subject.txt` and `body.txt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AT_ONCE, DIGEST, OFF = "at_once", "digest", "off"
MAIL_MODES = (AT_ONCE, DIGEST, OFF)


@dataclass(frozen=True)
class Kind:
    """One kind. `label`, `title` and `body` are msgids; what stands in them in %(name)s comes with each notice.

    `sees` is the permission of whoever may hear of it, asked when it is told, shown and sent; empty where a notice is
    about the person's own account. `must`: something is to be done, so the bell can not be switched off.
    """

    code: str
    group: str
    label: str
    title: str
    body: str
    sees: str
    must: bool = False
    mail: str = AT_ONCE


GROUPS: dict[str, str] = {
    "requests": "Requests",
    "sets": "Licence sets",
    "acceptance": "Importing and acceptance",
    "bought": "What was bought",
    "performance": "Performance",
    "accounts": "Accounts and security",
}

REQUEST_KINDS = (
    Kind(
        "request_submitted", "requests", "A request waits for review", "Request %(number)s waits for review",
        "%(unit)s submitted the request %(number)s.", "requests:request:accept", must=True,
    ),
)  # fmt: skip

_ALL = (*REQUEST_KINDS,)
KINDS: dict[str, Kind] = {kind.code: kind for kind in _ALL}


class _Told(dict[str, object]):
    """What a notice tells; a value that it lacks is a dash, so that an old notice can still be shown."""

    def __missing__(self, name: str) -> str:
        return "—"


def filled(text: str, told: Mapping[str, Any]) -> str:
    """A translated text with the values of one notice in it."""
    return text % _Told(told)
