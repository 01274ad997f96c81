"""The shape of a kind of notice, and how its words are filled."""

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


class _Told(dict[str, object]):
    """What a notice tells; a value that it lacks is a dash, so that an old notice can still be shown."""

    def __missing__(self, name: str) -> str:
        return "—"


def filled(text: str, told: Mapping[str, Any]) -> str:
    """A translated text with the values of one notice in it; empty values are dashes."""
    return text % _Told({name: "—" if value == "" else value for name, value in told.items()})
