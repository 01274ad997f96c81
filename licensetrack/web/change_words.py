"""Words of what an act changes: which field, and its value before and after."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext

from licensetrack.reports.numbers import NO_VALUE
from licensetrack.web import wording

FIELDS = {
    **wording.FIELDS,
    **wording.COUNTERS,
    "stage": lazy_gettext("Stage"),
    "issued_on": lazy_gettext("Issued on"),
    "imported_on": lazy_gettext("Imported on"),
    "accepted_on": lazy_gettext("Accepted on"),
    "ended_on": lazy_gettext("Ended on"),
    "platform": lazy_gettext("Platform"),
}


def field(name: str) -> str:
    """What a field is called."""
    return wording.word(FIELDS, name)


def value(name: str, what: Any) -> str:
    """A value as pages show it."""
    if what is None or what == "":
        return NO_VALUE
    if name == "stage":
        return wording.word(wording.STAGES, what)
    if isinstance(what, int):
        return f"{what:,}"
    return what.isoformat() if isinstance(what, dt.date) else str(what)
