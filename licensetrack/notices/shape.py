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
    about the person's own account. `must`: something is to be done, so the bell can not be switched off. `file` names
    what goes along with the mail, in the reader's language and without its suffix; it is a msgid, too.
    """

    code: str
    group: str
    label: str
    title: str
    body: str
    sees: str
    must: bool = False
    mail: str = AT_ONCE
    file: str = ""


# What may leave the house by a webhook: numbers, codes, days and units, and nothing that names a person or that
# somebody typed. A word or a kind of subject that does not stand here stays inside.
OUTSIDE = frozenset(
    (
        "action", "as_of", "at", "code", "contract", "count", "cpus", "days", "due_on", "failures", "first", "kind",
        "last", "month", "monitoring", "number", "off_on", "on", "opened_on", "points", "product", "sets", "unit",
        "used_on", "version", "year",
    )
)  # fmt: skip
SUBJECTS_OUTSIDE = frozenset(
    (
        "certificate", "check", "delegation", "entitlement", "evaluation", "follow_up", "framework", "month",
        "monitoring", "order", "read_only", "request", "set", "unit", "year",
    )
)  # fmt: skip


def outward(told: Mapping[str, Any]) -> dict[str, Any]:
    """Of what a notice tells, the part that programs elsewhere may hear."""
    return {name: value for name, value in told.items() if name in OUTSIDE}


def outward_subject(subject: str) -> str:
    """What a notice is about, without the login that the name of an account's subject holds."""
    kind, colon, which = subject.partition(":")
    return f"{kind}{colon}{which}" if kind in SUBJECTS_OUTSIDE else kind


class _Told(dict[str, object]):
    """What a notice tells; a value that it lacks is a dash, so that an old notice can still be shown."""

    def __missing__(self, name: str) -> str:
        return "—"


def filled(text: str, told: Mapping[str, Any]) -> str:
    """A translated text with the values of one notice in it; empty values are dashes."""
    return text % _Told({name: "—" if value == "" else value for name, value in told.items()})
