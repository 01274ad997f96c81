"""What a set shows besides its figures, and which facts change it: one rule, folded like the figures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from licensetrack.core.errors import Refused


class Shown(NamedTuple):
    """Words on a set's state row; days are ISO text, what is not known is empty."""

    platform: str = ""
    site: str = ""
    edition: str = ""
    fingerprint: str = ""
    license_file: str = ""
    support_end: str = ""
    valid_until: str = ""
    note: str = ""


NOTHING_SHOWN = Shown()
MOST_LETTERS = MappingProxyType(
    {
        "platform": 200,
        "site": 200,
        "edition": 80,
        "fingerprint": 80,
        "old_fingerprint": 80,
        "license_file": 200,
        "note": 500,
        "reason": 500,
        "request": 40,
    }
)
SAYS = MappingProxyType(
    {
        "issue": Shown._fields,
        "relocate": ("platform", "site"),
        "move": ("platform", "site"),
        "replace_host": ("fingerprint", "license_file"),
        "renew": ("support_end", "valid_until", "license_file"),
        "upgrade": ("edition", "license_file"),
        "expand": ("license_file",),
        "shrink": ("license_file",),
    }
)
"""Which of its details a fact of each kind puts on the state row; what it leaves out stays as it was."""


def shown_by_issue(details: Mapping[str, Any] | None) -> Shown:
    """What a set shows when it is issued."""
    if not details:
        return NOTHING_SHOWN
    said = details.get
    return Shown(
        said("platform") or "", said("site") or "", said("edition") or "", said("fingerprint") or "",
        said("license_file") or "", said("support_end") or "", said("valid_until") or "", said("note") or "",
    )  # fmt: skip


def shown_after(shown: Shown, action: str, details: Mapping[str, Any] | None, *, leaves: bool = False) -> Shown:
    """What a set shows after a fact; a set that `leaves` for another unit leaves platform and room behind."""
    said = {name: details[name] for name in SAYS.get(action, ()) if details.get(name)} if details else {}
    if leaves:
        said = {"platform": "", "site": "", **said}
    return shown._replace(**said) if said else shown


def check_words(details: Mapping[str, Any] | None) -> None:
    """Every word fits where it is kept. Raises Refused at its field."""
    for name, value in (details or {}).items():
        most = MOST_LETTERS.get(name)
        if most is not None and isinstance(value, str) and len(value) > most:
            raise Refused("This text is too long: it has %(length)s letters, %(most)s are allowed.",
                          length=len(value), most=most).at(name)  # fmt: skip
