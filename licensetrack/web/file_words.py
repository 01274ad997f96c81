"""Words for licence files: what was read from one, what differs, who looked inside."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext

from licensetrack.web import wording

FACTS = {
    "fingerprint": lazy_gettext("Host fingerprint"),
    "serial": lazy_gettext("Serial (LSN or licence code)"),
    "kind": lazy_gettext("Kind"),
    "cpus": lazy_gettext("CPU count"),
    "customer": lazy_gettext("Customer"),
    "product": lazy_gettext("Product"),
    "created_on": lazy_gettext("Made on"),
    "valid_from": lazy_gettext("Valid from"),
    "valid_until": lazy_gettext("Valid until"),
    "grace_days": lazy_gettext("Grace days"),
}
DIFFERENCES = {**FACTS, "other_set": lazy_gettext("The same file belongs to another set")}
ACTS = {"reveal": lazy_gettext("Revealed"), "download": lazy_gettext("Downloaded")}


def said(name: str, value: Any) -> str:
    """A fact's value as people read it."""
    if name == "kind":
        return wording.word(wording.KINDS, str(value))
    if value == "permanent":
        return str(gettext("permanent"))
    return "—" if value in ("", None) else str(value)


def size(count: int) -> str:
    """A file's size."""
    return f"{count:,} B" if count < 10_240 else f"{count / 1024:,.0f} KB"
