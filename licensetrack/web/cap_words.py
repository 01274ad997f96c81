"""Words for caps of entitlements and for consents to go above a soft one."""

from __future__ import annotations

from flask_babel import lazy_gettext

RULES = {
    "open": lazy_gettext("No cap"),
    "soft": lazy_gettext("Soft cap: a second person consents above it"),
    "hard": lazy_gettext("Hard cap: nothing above it"),
}
RULES_SHORT = {"open": lazy_gettext("open"), "soft": lazy_gettext("soft cap"), "hard": lazy_gettext("hard cap")}
CONSENTS = {
    "asked": lazy_gettext("waits for a second person"),
    "confirmed": lazy_gettext("confirmed, not used yet"),
    "declined": lazy_gettext("declined"),
    "withdrawn": lazy_gettext("withdrawn"),
    "used": lazy_gettext("used"),
}
